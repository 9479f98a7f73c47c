// Stands in for `server-only`, which throws wherever it is not bundled by Next.
export {};
