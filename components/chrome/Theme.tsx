"use client";

import { ThemeProvider } from "next-themes";
import type { ReactNode } from "react";

/** Light, dark, or what the system says; remembered by the browser. */
export function Theme({ children }: { children: ReactNode }) {
  return (
    <ThemeProvider attribute="data-theme" defaultTheme="system" enableSystem disableTransitionOnChange>
      {children}
    </ThemeProvider>
  );
}
