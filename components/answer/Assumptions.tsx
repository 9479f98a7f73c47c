"use client";

import type { Ref } from "react";
import { labelOf } from "@/components/planner/field-texts";
import { useByteUnit } from "@/components/ui/ByteUnit";
import type { Estimate } from "@/lib/estimate/estimate";
import { type ByteUnit, formatBytes, formatCount, formatMegabytesPerSecond, formatSeconds } from "@/lib/format";
import type { Assumption, AssumptionStatus } from "@/lib/plan/plan";
import { KB, MB } from "@/lib/units";

const STATUS_WORDS = {
  given: "yours",
  default: "our assumption",
  measured: "measured",
  derived: "derived",
} as const satisfies Record<AssumptionStatus, string>;

/** How many values of the plan nobody chose. */
export function assumedCount(estimate: Estimate): number {
  return estimate.assumptions.filter(({ status }) => status === "default").length;
}

/** Every value that went into the answer and where it comes from, and everything that did not go in. */
export function Assumptions({ estimate, ref }: { estimate: Estimate; ref: Ref<HTMLDetailsElement> }) {
  return (
    <section aria-labelledby="assumptions-title" className="panel p-4 sm:p-6">
      <h3 id="assumptions-title" className="text-lg font-semibold tracking-tight">
        What this rests on
      </h3>
      {estimate.caveats.length > 0 && (
        <ul className="mt-2 list-disc space-y-1 pl-5 text-sm">
          {estimate.caveats.map(({ code, text }) => (
            <li key={code}>{text}</li>
          ))}
        </ul>
      )}
      <details ref={ref} id="assumptions" className="mt-3 text-sm">
        <summary className="link w-fit">
          {estimate.assumptions.length} values, {assumedCount(estimate)} of them our assumptions
        </summary>
        <ul className="mt-2 divide-y divide-line">
          {estimate.assumptions.map((assumption) => (
            <li
              key={`${assumption.field} ${assumption.status}`}
              className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 py-1.5 sm:grid-cols-[minmax(0,14rem)_minmax(0,1fr)_auto]"
            >
              <span className="min-w-0">
                <FieldName field={assumption.field} />
              </span>
              <span className="min-w-0 max-sm:col-span-2 max-sm:row-start-2">
                <Value assumption={assumption} />
                {assumption.note !== undefined && <span className="block text-muted">{assumption.note}</span>}
                {assumption.source !== undefined && (
                  <span className="block text-xs break-words text-muted">Source: {assumption.source}</span>
                )}
              </span>
              <span className="text-muted max-sm:row-start-1">{STATUS_WORDS[assumption.status]}</span>
            </li>
          ))}
        </ul>
      </details>
      <p className="mt-3 text-xs text-muted">
        Estimator {estimate.modelVersion} · plan schema {estimate.schemaVersion}
      </p>
    </section>
  );
}

function FieldName({ field }: { field: string }) {
  const label = labelOf(field);
  return (
    <>
      <span className="inline-block first-letter:uppercase">{label}</span>{" "}
      {label !== field && <code className="text-xs break-words text-muted">{field}</code>}
    </>
  );
}

function Value({ assumption: { value, unit } }: { assumption: Assumption }) {
  const byteUnit = useByteUnit();
  const text = typeof value === "number" ? quantityText(value, unit, byteUnit) : switchText(value);
  return <strong className="font-medium break-words tabular-nums">{text}</strong>;
}

function switchText(value: string | boolean): string {
  return typeof value === "string" ? value : value ? "on" : "off";
}

function quantityText(value: number, unit: string | undefined, byteUnit: ByteUnit): string {
  if (unit === "bytes") return value < MB ? `${formatCount(value / KB)} kB` : formatBytes(value, byteUnit);
  if (unit === "bytes/s") return formatMegabytesPerSecond(value);
  if (unit === "seconds") return formatSeconds(value);
  // "1 devices" would be wrong, and one of something needs no unit.
  return unit === undefined || value === 1 ? formatCount(value) : `${formatCount(value)} ${unit}`;
}
