import type { Metadata } from "next";

export const metadata: Metadata = { title: "No such page" };

export default function NotFound() {
  return (
    <main id="main" className="mx-auto w-full max-w-2xl px-4 py-20 sm:px-6">
      <h1 className="text-3xl font-semibold tracking-tight">There is no page at this address</h1>
      <p className="mt-3">The planner is one click away, with an example already answered.</p>
      <a href="/" className="button button-primary mt-6">
        Open the planner
      </a>
    </main>
  );
}
