"use client";

import { CircleHelp, CloudOff } from "lucide-react";
import { useId } from "react";
import type { Failed, Invalid } from "./answers";
import { fieldId, Suggestions } from "./Field";
import { labelOf } from "./field-texts";

/** An honest no: everything that keeps the plan from being answered, with the way to each field. */
export function InvalidCard({
  invalid,
  of,
  hasLast,
  fieldFor,
  isStray,
  onFix,
  onUse,
}: {
  invalid: Invalid;
  /** Which of several plans, such as "Plan B". */
  of?: string;
  hasLast: boolean;
  /** The field in sight that a path belongs to. */
  fieldFor: (path: string) => string;
  /** Whether something was given at a path that no field in sight could take back. */
  isStray: (path: string) => boolean;
  /** Brings a field into sight and gives it the focus. */
  onFix: (elementId: string) => void;
  /** Gives a field a value that would be accepted. */
  onUse: (path: string, value: unknown) => void;
}) {
  const count = invalid.issues.length;
  const titleId = useId();
  const what = of === undefined ? "this" : of;
  return (
    <section aria-labelledby={titleId} className="panel mb-4 border-tight p-4 sm:p-6">
      <h2 id={titleId} className="flex items-center gap-2.5 text-xl font-semibold tracking-tight">
        <CircleHelp aria-hidden="true" className="size-6 shrink-0 text-tight" />
        {count === 1
          ? `One value keeps ${what} from being answered`
          : `${count} values keep ${what} from being answered`}
      </h2>
      <ul className="mt-3 space-y-2">
        {invalid.issues.map((issue) => (
          <li key={`${issue.path} ${issue.code} ${issue.message}`} className="text-sm">
            <button type="button" className="link font-medium" onClick={() => onFix(fieldId(fieldFor(issue.path)))}>
              {issue.path === "" ? "The plan" : labelOf(issue.path)}
            </button>{" "}
            <span className="break-words">{issue.message}</span>
            <Suggestions issue={issue} onUse={(value) => onUse(fieldFor(issue.path), value)} />
            {isStray(issue.path) && (
              <button type="button" className="link ml-2" onClick={() => onUse(issue.path, undefined)}>
                Remove it
              </button>
            )}
          </li>
        ))}
      </ul>
      <p className="mt-3 text-sm text-muted">
        {hasLast
          ? "Below is the last answer, for the plan as it was before."
          : "Correct it in the form, and the answer comes by itself; or "}
        {!hasLast && (
          <a className="link" href="/">
            start over from an example
          </a>
        )}
      </p>
    </section>
  );
}

/** Something outside the plan went wrong. */
export function FailedCard({ failed, onRetry }: { failed: Failed; onRetry: () => void }) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="panel mb-4 border-over p-4 sm:p-6">
      <h2 id={titleId} className="flex items-center gap-2.5 text-xl font-semibold tracking-tight">
        <CloudOff aria-hidden="true" className="size-6 shrink-0 text-over" />
        No answer came
      </h2>
      <p className="mt-2 text-sm">{failed.message}</p>
      <button type="button" className="button mt-3" onClick={onRetry}>
        Try again
      </button>
    </section>
  );
}
