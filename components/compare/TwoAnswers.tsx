"use client";

import type { ReactNode } from "react";
import { useByteUnit } from "@/components/ui/ByteUnit";
import { Spoken } from "@/components/ui/Spoken";
import type { Estimate } from "@/lib/estimate/estimate";
import { CostComparison } from "./CostComparison";
import { comparisonSentence } from "./differences";
import { FieldDifferences } from "./FieldDifferences";
import { MemoryComparison } from "./MemoryComparison";
import { SideCard } from "./SideCard";
import type { Side } from "./sides";
import { TimeComparison } from "./TimeComparison";

/** The comparison in its order: one sentence, both verdicts, what differs, memory, time, cost. */
export function TwoAnswers({
  a,
  b,
  edited,
  onEdit,
  isWaiting,
  bar,
}: {
  a: Estimate;
  b: Estimate;
  edited: Side;
  onEdit: (side: Side) => void;
  /** Whether the figures are for older plans than the form holds. */
  isWaiting: boolean;
  bar: ReactNode;
}) {
  const unit = useByteUnit();
  const sentence = comparisonSentence(a, b, unit);
  return (
    <section aria-labelledby="comparison" className="min-w-0">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <h2 id="comparison" className="min-w-0 text-xl font-semibold tracking-tight sm:text-2xl">
          {sentence}
        </h2>
        {bar}
      </div>
      <Spoken text={isWaiting ? null : sentence} />
      <div className="mt-4 grid gap-4 *:min-w-0">
        <div className="grid gap-4 *:min-w-0 sm:grid-cols-2">
          <SideCard side="a" estimate={a} isEdited={edited === "a"} onEdit={() => onEdit("a")} />
          <SideCard side="b" estimate={b} isEdited={edited === "b"} onEdit={() => onEdit("b")} />
        </div>
        <FieldDifferences a={a.plan} b={b.plan} />
        <MemoryComparison a={a} b={b} />
        <div className="grid items-start gap-4 *:min-w-0 xl:grid-cols-2">
          <TimeComparison a={a} b={b} />
          <CostComparison a={a} b={b} />
        </div>
      </div>
    </section>
  );
}
