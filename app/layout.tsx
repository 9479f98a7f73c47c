import "./globals.css";
import type { Metadata, Viewport } from "next";
import localFont from "next/font/local";
import type { ReactNode } from "react";
import { Header } from "@/components/chrome/Header";
import { Theme } from "@/components/chrome/Theme";

/** Loaded before the first paint, and with a stand-in of equal width, so that no line breaks anew when it arrives. */
const inter = localFont({
  src: "../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  weight: "100 900",
  variable: "--font-inter",
});

export const metadata: Metadata = {
  title: { default: "Headroom: will fine-tuning CLIP fit?", template: "%s · Headroom" },
  description:
    "Plan a CLIP fine-tuning run: whether it fits on a GPU, what fills the memory and when, and what to change.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#16181f" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    // The theme is set on this element before React starts.
    <html lang="en" className={inter.variable} suppressHydrationWarning>
      <body className="flex min-h-dvh flex-col font-sans antialiased">
        <Theme>
          <Header />
          {children}
          <footer className="mx-auto mt-auto flex w-full max-w-[92rem] flex-wrap gap-x-6 gap-y-1 px-4 py-8 text-sm text-muted max-lg:pb-24 sm:px-6">
            <p>Figures are read from the graph of the training step, operation by operation.</p>
            <p>
              The same answers over HTTP:{" "}
              <a className="link" href="/api/docs">
                API
              </a>
            </p>
          </footer>
        </Theme>
      </body>
    </html>
  );
}
