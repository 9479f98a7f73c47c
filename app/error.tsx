"use client";

/** What is shown when a page could not be made: a fault of ours, or a database that is down. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main id="main" className="mx-auto w-full max-w-2xl px-4 py-20 sm:px-6">
      <h1 className="text-3xl font-semibold tracking-tight">This page could not be made</h1>
      <p className="mt-3">
        Something failed on our side, not in your plan. A plan in a link is not lost: the address still holds it.
      </p>
      {error.digest !== undefined && (
        <p className="mt-3 text-sm text-muted">
          For whoever runs this server: <code>{error.digest}</code> in the log.
        </p>
      )}
      <div className="mt-6 flex gap-2">
        <button type="button" className="button button-primary" onClick={reset}>
          Try again
        </button>
        <a href="/" className="button">
          Open the planner
        </a>
      </div>
    </main>
  );
}
