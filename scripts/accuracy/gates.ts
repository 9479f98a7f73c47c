import { type AccuracyReport, PARTITIONED, type PartitionedQuantity } from "./report";
import type { ErrorSummary } from "./statistics";
import type { Quantity } from "./truth-rows";

const FIGURES = ["median", "p95", "worst"] as const satisfies readonly (keyof ErrorSummary)[];

type Limit = Readonly<Partial<Record<(typeof FIGURES)[number], number>>>;

/** Largest errors allowed in every partition, as fractions. */
export const LIMITS: Readonly<Record<PartitionedQuantity, Limit>> = {
  allocatedPeakBytes: { median: 0.003, p95: 0.015, worst: 0.04 },
  savedActivationBytes: { median: 0.002, p95: 0.015 },
  reservedPeakBytes: { median: 0.03, p95: 0.08 },
};

/** Quantities that are counted, not estimated: any difference is a mistake. */
export const EXACT = [
  "parameterCount",
  "trainableCount",
  "gradientBytes",
  "optimizerStateBytes",
] as const satisfies readonly Quantity[];

/** Two runs of the same estimator may differ by this much in the figures' last digits. */
const SLACK = 1e-6;

/** What of the limits a report breaks, one line each; empty when it keeps them all. */
export function brokenLimits({ partitions, quantities }: AccuracyReport): string[] {
  const inexact = EXACT.flatMap((quantity) => {
    const summary = quantities[quantity];
    if (summary === undefined || summary.exactCount === summary.count) return [];
    return [`${quantity} differs on ${summary.count - summary.exactCount} of ${summary.count} rows`];
  });
  return [...inexact, ...figuresAbove(partitions, (quantity) => LIMITS[quantity])];
}

/** Where a report is worse than the one committed before, one line each. */
export function regressions(current: AccuracyReport, committed: AccuracyReport): string[] {
  const gone = Object.keys(committed.partitions).filter((name) => current.partitions[name] === undefined);
  return [
    ...gone.map((name) => `${name} is no longer compared`),
    ...figuresAbove(current.partitions, (quantity, name) => committed.partitions[name]?.[quantity] ?? {}),
  ];
}

function figuresAbove(
  partitions: AccuracyReport["partitions"],
  limitOf: (quantity: PartitionedQuantity, partition: string) => Limit,
): string[] {
  return Object.entries(partitions).flatMap(([name, summaries]) =>
    PARTITIONED.flatMap((quantity) =>
      FIGURES.flatMap((figure) => {
        const value = summaries[quantity]?.[figure];
        const limit = limitOf(quantity, name)[figure];
        return value === undefined || limit === undefined || value <= limit + SLACK
          ? []
          : [`${quantity}, ${name}: ${figure} ${value} is above ${limit}`];
      }),
    ),
  );
}
