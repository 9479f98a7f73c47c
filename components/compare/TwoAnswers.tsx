"use client";

import type { ReactNode } from "react";
import type { MeasuredSides } from "@/components/planner/links";
import type { Measured, MeasuredOffer } from "@/components/planner/measured";
import { useByteUnit } from "@/components/ui/ByteUnit";
import { Spoken } from "@/components/ui/Spoken";
import type { Estimate } from "@/lib/estimate/estimate";
import { CostComparison } from "./CostComparison";
import { comparisonSentence, unlikeBasis } from "./differences";
import { FieldDifferences } from "./FieldDifferences";
import { MemoryComparison } from "./MemoryComparison";
import { SideCard } from "./SideCard";
import { SIDES, type Side } from "./sides";
import { TimeComparison } from "./TimeComparison";

/** The comparison in its order: one sentence, both verdicts, what differs, memory, time, cost. */
export function TwoAnswers({
  a,
  b,
  edited,
  onEdit,
  isWaiting,
  measured,
  offers,
  onMeasured,
  bar,
}: {
  a: Estimate;
  b: Estimate;
  edited: Side;
  onEdit: (side: Side) => void;
  /** Whether the figures are for older plans than the form holds. */
  isWaiting: boolean;
  measured: MeasuredSides;
  offers: readonly MeasuredOffer[];
  onMeasured: (side: Side, measured: Measured | null) => void;
  bar: ReactNode;
}) {
  const unit = useByteUnit();
  const sentence = comparisonSentence(a, b, unit);
  const basis = unlikeBasis(a, b);
  return (
    <section aria-labelledby="comparison" className="min-w-0">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <h2 id="comparison" className="min-w-0 text-xl font-semibold tracking-tight sm:text-2xl">
          {sentence}
        </h2>
        {bar}
      </div>
      <Spoken text={isWaiting ? null : sentence} />
      {basis !== null && <p className="mt-1 max-w-3xl text-sm text-muted">{basis}</p>}
      <div className="mt-4 grid gap-4 *:min-w-0">
        <div className="grid gap-4 *:min-w-0 sm:grid-cols-2">
          {SIDES.map((side) => (
            <SideCard
              key={side}
              side={side}
              estimate={side === "a" ? a : b}
              measured={measured[side]}
              offers={offers}
              isEdited={edited === side}
              onEdit={() => onEdit(side)}
              onMeasured={(its) => onMeasured(side, its)}
            />
          ))}
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
