"use client";

import { CircleHelp } from "lucide-react";
import type { NoTime } from "@/lib/estimate/time/time-estimate";
import type { Plan } from "@/lib/plan/plan";
import { PRECISION_WORDS } from "./time-words";

/** An honest no: why there is no time, and what would have one. */
export function NoTimeCard({
  noTime,
  onChange,
}: {
  noTime: NoTime;
  onChange?: (path: keyof Plan, value: unknown) => void;
}) {
  const { reason, instead, precisions } = noTime;
  return (
    <section aria-labelledby="time-title" className="panel border-tight p-4 sm:p-6">
      <h3 id="time-title" className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
        <CircleHelp aria-hidden="true" className="size-5 shrink-0 text-tight" />
        No time is given for this plan
      </h3>
      <p className="mt-2">{reason}</p>
      {instead !== null && precisions.length === 0 && <p className="mt-1 text-sm text-muted">{instead}</p>}
      {precisions.length > 0 && onChange === undefined && (
        <p className="mt-1 text-sm text-muted">Instead: {instead}.</p>
      )}
      {precisions.length > 0 && onChange !== undefined && (
        <p className="mt-3 flex flex-wrap items-center gap-2 text-sm">
          {precisions.map((precision, index) => (
            <button
              key={precision}
              type="button"
              className={index === 0 ? "button button-primary" : "button"}
              onClick={() => onChange("precision", precision)}
            >
              Use {PRECISION_WORDS[precision]}
            </button>
          ))}
          <span className="text-muted">then time and cost are answered. Memory is as shown.</span>
        </p>
      )}
    </section>
  );
}
