"use client";

import type { ReactNode } from "react";
import type { Issue } from "@/lib/plan/plan";
import { FIELD_TEXTS, type FieldPath, flagOf } from "./field-texts";
import { usePlanForm } from "./form-context";
import { parseFigure } from "./plan-input";

/** What ties a control to its label, help and errors. */
export interface ControlAttributes {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
}

export function fieldId(path: string): string {
  return `field-${path.replaceAll(".", "-")}`;
}

/** One field: label, the tool's own name for it, the control, one line of help, and what is wrong with it. */
export function Field({
  path,
  labelElement = "label",
  children,
}: {
  path: FieldPath;
  /** `legend` for a group of controls, which then stands in a `fieldset`. */
  labelElement?: "label" | "legend";
  children: (control: ControlAttributes) => ReactNode;
}) {
  const { issuesAt, implementation } = usePlanForm();
  const { label, help } = FIELD_TEXTS[path];
  const id = fieldId(path);
  const issues = issuesAt(path);
  const control = {
    id,
    "aria-describedby": [help !== "" && `${id}-help`, issues.length > 0 && `${id}-issues`].filter(Boolean).join(" "),
    "aria-invalid": issues.length > 0,
  };
  const flag = <FlagName name={flagOf(path, implementation)} />;
  const after = (
    <>
      {help !== "" && (
        <p id={`${id}-help`} className="mt-1 text-[0.8125rem] leading-snug text-muted">
          {help}
        </p>
      )}
      <FieldIssues id={`${id}-issues`} path={path} issues={issues} />
    </>
  );
  if (labelElement === "legend") {
    return (
      <fieldset id={id} aria-describedby={control["aria-describedby"]} tabIndex={-1} className="min-w-0">
        <legend className="mb-1.5 flex w-full items-baseline justify-between gap-3">
          <span className="font-medium">{label}</span>
          {flag}
        </legend>
        {children(control)}
        {after}
      </fieldset>
    );
  }
  return (
    <div className="min-w-0">
      <div className="mb-1 flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {flag}
      </div>
      {children(control)}
      {after}
    </div>
  );
}

function FlagName({ name }: { name: string }) {
  return <code className="min-w-0 truncate text-xs text-muted">{name}</code>;
}

function FieldIssues({ id, path, issues }: { id: string; path: FieldPath; issues: readonly Issue[] }) {
  const { set } = usePlanForm();
  if (issues.length === 0) return null;
  return (
    <ul id={id} className="mt-1.5 space-y-1.5 text-[0.8125rem] leading-snug text-over">
      {issues.map((issue) => (
        <li key={`${issue.path} ${issue.code} ${issue.message}`}>
          {issue.message}
          <Suggestions issue={issue} onUse={(value) => set(path, value)} />
        </li>
      ))}
    </ul>
  );
}

/** The values that would be accepted, each one click away. */
export function Suggestions({ issue, onUse }: { issue: Issue; onUse: (value: unknown) => void }) {
  if (issue.suggestions === undefined || issue.suggestions.length === 0) return null;
  return (
    <span className="mt-1 flex flex-wrap gap-1.5">
      {issue.suggestions.map((suggestion) => (
        <button
          key={suggestion}
          type="button"
          className="rounded-md border border-edge bg-panel px-2 py-0.5 text-ink hover:bg-sunken"
          onClick={() => onUse(parseFigure(suggestion))}
        >
          Use {suggestion}
        </button>
      ))}
    </span>
  );
}
