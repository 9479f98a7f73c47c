"use client";

import { type ReactNode, useRef } from "react";
import type { Estimate } from "@/lib/estimate/estimate";
import type { Plan } from "@/lib/plan/plan";
import { Assumptions, assumedCount } from "./Assumptions";
import { AtPeak } from "./AtPeak";
import { BatchChart } from "./BatchChart";
import { CostCard } from "./CostCard";
import { Facts } from "./Facts";
import { MeasuredCard } from "./MeasuredCard";
import { TimeCard } from "./TimeCard";
import { TimelineChart } from "./TimelineChart";
import { VerdictDetails, VerdictHead } from "./VerdictCard";

/** The whole answer in its one order: verdict, why, what to change, what it rests on. */
export function Answer({
  estimate,
  onChange,
  actions,
  changes,
  exports,
  measured,
}: {
  estimate: Estimate;
  /** Replaces a field of the plan; absent where the plan cannot be changed. */
  onChange?: (path: keyof Plan, value: unknown) => void;
  /** What can be done with the answer, under the verdict. */
  actions?: ReactNode;
  /** The ladder of changes, where the plan can be changed. */
  changes?: ReactNode;
  /** The plan in forms to take along, where they can be asked for. */
  exports?: ReactNode;
  /** What measurements of the card change, where they can be switched. */
  measured?: ReactNode;
}) {
  const assumptions = useRef<HTMLDetailsElement>(null);
  const assumed = assumedCount(estimate);

  function showAssumptions() {
    if (assumptions.current === null) return;
    assumptions.current.open = true;
    assumptions.current.querySelector("summary")?.focus({ preventScroll: true });
    assumptions.current.scrollIntoView({ block: "center" });
  }

  return (
    <section aria-labelledby="verdict" className="min-w-0">
      <div className="max-lg:sticky max-lg:top-0 max-lg:z-20 max-lg:-mx-1 max-lg:bg-page max-lg:px-1 max-lg:pt-2">
        <VerdictHead estimate={estimate} />
      </div>
      <VerdictDetails
        estimate={estimate}
        onBatch={onChange && ((batchSize) => onChange("perDeviceBatchSize", batchSize))}
      />
      <div className="mt-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-sm">
          {assumed === 0 ? "Every value of the plan is yours: " : `${assumed} values are our assumptions: `}
          <button type="button" className="link" onClick={showAssumptions}>
            see them
          </button>
        </p>
        {actions}
      </div>
      <div className="mt-4 grid gap-4 *:min-w-0">
        {measured ?? <MeasuredCard estimate={estimate} />}
        <TimelineChart estimate={estimate} />
        <div className="grid items-start gap-4 *:min-w-0 xl:grid-cols-2">
          <AtPeak estimate={estimate} />
          <div className="grid gap-4 *:min-w-0">
            <BatchChart estimate={estimate} />
            <Facts estimate={estimate} />
          </div>
        </div>
        <TimeCard estimate={estimate} onChange={onChange} />
        <CostCard estimate={estimate} onChange={onChange} />
        {changes}
        <Assumptions estimate={estimate} ref={assumptions} />
        {exports}
      </div>
    </section>
  );
}
