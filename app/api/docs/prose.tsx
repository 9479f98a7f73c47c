import { createElement, Fragment } from "react";

/** A sentence of the declarations, whose names of fields and values stand in backquotes. */
export function Prose({ text }: { text: string }) {
  const parts = text.split("`").map((part, index) => (index % 2 === 0 ? part : createElement(Code, null, part)));
  // Spread, because the parts of a sentence have no identity to be keyed by.
  return createElement(Fragment, null, ...parts);
}

export function Code({ children }: { children?: string }) {
  return <code className="rounded bg-sunken px-1 font-mono text-sm">{children}</code>;
}
