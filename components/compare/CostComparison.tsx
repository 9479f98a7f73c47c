import { billText, priceOrigin } from "@/components/answer/time-words";
import type { Estimate } from "@/lib/estimate/estimate";
import { formatCount, formatUsd } from "@/lib/format";
import { change, usdChange } from "./differences";
import { PairTable } from "./PairTable";

/** What each plan costs at the user's own price or the cheapest offer, and whose price that is. */
export function CostComparison({ a, b }: { a: Estimate; b: Estimate }) {
  const [left, right] = [a.cost[0], b.cost[0]];
  return (
    <section aria-labelledby="cost-title" className="panel p-4 sm:p-6">
      <h3 id="cost-title" className="text-lg font-semibold tracking-tight">
        What it costs
      </h3>
      {left !== undefined && right !== undefined && (
        <PairTable
          caption="Cost of the run"
          rows={[
            {
              key: "price",
              label: "One GPU and hour",
              a: formatUsd(left.usdPerGpuHour),
              b: formatUsd(right.usdPerGpuHour),
              change: usdChange(left.usdPerGpuHour, right.usdPerGpuHour),
            },
            {
              key: "gpus",
              label: "GPUs that are paid",
              a: formatCount(left.billedGpuCount),
              b: formatCount(right.billedGpuCount),
              change: change(
                left.billedGpuCount,
                right.billedGpuCount,
                formatCount(Math.abs(right.billedGpuCount - left.billedGpuCount)),
              ),
            },
            {
              key: "run",
              label: "The whole run",
              a: billText(left),
              b: billText(right),
              change: usdChange(left.usd.likely, right.usd.likely),
              isTotal: true,
            },
          ]}
        />
      )}
      <Origin name="A" estimate={a} />
      <Origin name="B" estimate={b} />
    </section>
  );
}

function Origin({ name, estimate: { cost, noCost } }: { name: string; estimate: Estimate }) {
  const [least] = cost;
  const stale = least?.offer?.stale ?? null;
  return (
    <p className="mt-2 text-sm text-muted">
      <span className="font-medium text-ink">{name}</span>{" "}
      {least === undefined
        ? `has no cost: ${noCost ?? "it was not estimated."}`
        : `is ${billText(least)} at ${priceOrigin(least)}.`}
      {stale !== null && <span className="text-tight"> Old price: {stale}.</span>}
    </p>
  );
}
