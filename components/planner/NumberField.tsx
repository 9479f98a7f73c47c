"use client";

import { useState } from "react";
import { Field } from "./Field";
import type { FieldPath } from "./field-texts";
import { usePlanForm } from "./form-context";
import { parseFigure } from "./plan-input";

/** A figure typed as text, so that what is not a number is answered and not swallowed. Empty means the default. */
export function NumberField({ path, scale = 1 }: { path: FieldPath; scale?: number }) {
  return (
    <Field path={path}>
      {(control) => <NumberControl {...control} path={path} scale={scale} className="control" />}
    </Field>
  );
}

export function NumberControl({
  path,
  scale = 1,
  ...attributes
}: { path: FieldPath; scale?: number } & React.ComponentProps<"input">) {
  const { read, set } = usePlanForm();
  // While it has the focus the text is the user's own: an emptied field must not fill itself with the default again.
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <input
      {...attributes}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      value={draft ?? shownFigure(read(path), scale)}
      onChange={(event) => {
        setDraft(event.target.value);
        set(path, parseFigure(event.target.value, scale));
      }}
      onBlur={() => setDraft(null)}
    />
  );
}

function shownFigure(value: unknown, scale: number): string {
  if (typeof value === "number") return String(scale === 1 ? value : Number((value / scale).toFixed(3)));
  return typeof value === "string" ? value : "";
}
