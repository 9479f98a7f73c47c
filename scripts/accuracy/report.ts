import { BASELINES, type BaselineId, type Comparison } from "./comparison";
import { type OutOfMemoryRates, outOfMemoryRates } from "./out-of-memory";
import { partitionsOf } from "./partitions";
import { type ErrorSummary, relativeError, summarize } from "./statistics";
import { QUANTITIES, type Quantity } from "./truth-rows";

/** Quantities with errors to speak of; they are shown and gated by partition. */
export const PARTITIONED = [
  "allocatedPeakBytes",
  "reservedPeakBytes",
  "savedActivationBytes",
] as const satisfies readonly Quantity[];

export type PartitionedQuantity = (typeof PARTITIONED)[number];

export interface QuantityReport extends ErrorSummary {
  /** Rows on which the estimate equals the truth to the last unit. */
  readonly exactCount: number;
}

export interface AccuracyReport {
  readonly rowCount: number;
  readonly quantities: Readonly<Partial<Record<Quantity, QuantityReport>>>;
  /** Allocated, reserved and saved bytes by partition, such as `strategy=lora`. */
  readonly partitions: Readonly<Record<string, Readonly<Partial<Record<PartitionedQuantity, ErrorSummary>>>>>;
  /** Held against the peak that was allocated, and for the estimator against the peak reserved too. */
  readonly outOfMemory: Readonly<Record<"allocated" | "reserved" | BaselineId, OutOfMemoryRates>>;
  /** What the formulas in use say about the allocated peak; rows they have no answer for are left out. */
  readonly baselines: Readonly<Partial<Record<BaselineId, ErrorSummary>>>;
}

/** Everything that is said about the accuracy of the memory estimate, from the compared rows. */
export function accuracyReport(comparisons: readonly Comparison[]): AccuracyReport {
  const quantities: Partial<Record<Quantity, QuantityReport>> = {};
  for (const quantity of QUANTITIES) {
    const errors = errorsOf(comparisons, quantity);
    if (errors.length > 0) {
      quantities[quantity] = { ...summarize(errors), exactCount: errors.filter((error) => error === 0).length };
    }
  }
  const baselines: Partial<Record<BaselineId, ErrorSummary>> = {};
  for (const baseline of BASELINES) {
    const errors = baselinePairs(comparisons, baseline).map((pair) => relativeError(pair.estimated, pair.measured));
    if (errors.length > 0) baselines[baseline] = summarize(errors);
  }
  return {
    rowCount: comparisons.length,
    quantities,
    partitions: Object.fromEntries(
      partitionsOf(comparisons).map(({ name, comparisons: part }) => [name, partitionSummaries(part)]),
    ),
    outOfMemory: {
      allocated: outOfMemoryRates(quantityPairs(comparisons, "allocatedPeakBytes")),
      reserved: outOfMemoryRates(quantityPairs(comparisons, "reservedPeakBytes")),
      chapter: outOfMemoryRates(baselinePairs(comparisons, "chapter")),
      accelerate: outOfMemoryRates(baselinePairs(comparisons, "accelerate")),
      megatron: outOfMemoryRates(baselinePairs(comparisons, "megatron")),
      ruleOfThumb: outOfMemoryRates(baselinePairs(comparisons, "ruleOfThumb")),
    },
    baselines,
  };
}

function partitionSummaries(part: readonly Comparison[]): Partial<Record<PartitionedQuantity, ErrorSummary>> {
  const summaries: Partial<Record<PartitionedQuantity, ErrorSummary>> = {};
  for (const quantity of PARTITIONED) {
    const errors = errorsOf(part, quantity);
    if (errors.length > 0) summaries[quantity] = summarize(errors);
  }
  return summaries;
}

function errorsOf(comparisons: readonly Comparison[], quantity: Quantity): number[] {
  return comparisons.flatMap(({ errors }) => errors[quantity] ?? []);
}

interface Pair {
  readonly estimated: number;
  readonly measured: number;
}

function quantityPairs(comparisons: readonly Comparison[], quantity: Quantity): Pair[] {
  return comparisons.flatMap(({ estimated, row }) => {
    const measured = row.measured[quantity];
    return measured === undefined ? [] : [{ estimated: estimated[quantity], measured }];
  });
}

function baselinePairs(comparisons: readonly Comparison[], baseline: BaselineId): Pair[] {
  return comparisons.flatMap(({ baselines, row }) => {
    const [estimated, measured] = [baselines[baseline], row.measured.allocatedPeakBytes];
    return estimated === null || measured === undefined ? [] : [{ estimated, measured }];
  });
}
