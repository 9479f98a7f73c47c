import type { Comparison } from "./comparison";

/** A way to divide the rows; an estimator that is right on average and wrong on one part shows here. */
interface Axis {
  readonly name: string;
  readonly keyOf: (comparison: Comparison) => string;
}

export interface Partition {
  /** Such as `strategy=lora`. */
  readonly name: string;
  readonly comparisons: readonly Comparison[];
}

/** Upper ends of the batch ranges: the sizes of the first truth file each end one. */
const BATCH_RANGES = [1, 8, 32, 128];

export const AXES: readonly Axis[] = [
  { name: "file", keyOf: ({ row }) => row.file },
  { name: "role", keyOf: ({ row }) => row.role },
  { name: "implementation", keyOf: ({ row }) => row.configuration.implementation },
  { name: "strategy", keyOf: ({ row }) => row.configuration.strategy },
  { name: "precision", keyOf: ({ row }) => row.configuration.precision },
  { name: "batch", keyOf: ({ row }) => batchRange(Number(row.configuration.perDeviceBatchSize)) },
  { name: "gradCheckpointing", keyOf: ({ row }) => row.configuration.gradCheckpointing },
  { name: "gradAccumulationSteps", keyOf: ({ row }) => row.configuration.gradAccumulationSteps },
  { name: "sizes", keyOf: ({ row }) => (row.configuration.contextLength === "" ? "the model's own" : "other") },
  { name: "tower", keyOf: ({ tower }) => tower },
  { name: "attention", keyOf: ({ row }) => row.configuration.attention },
  { name: "optimizer", keyOf: ({ row }) => row.configuration.optimizer },
  { name: "computeCapability", keyOf: ({ row }) => row.configuration.computeCapability },
];

/** The whole, then every value of every axis, in a fixed order. */
export function partitionsOf(comparisons: readonly Comparison[]): Partition[] {
  const parts = AXES.flatMap(({ name, keyOf }) => {
    const values = [...new Set(comparisons.map(keyOf))].sort(compareNaturally);
    return values.map((value) => ({
      name: `${name}=${value}`,
      comparisons: comparisons.filter((comparison) => keyOf(comparison) === value),
    }));
  });
  return [{ name: "all", comparisons }, ...parts];
}

function batchRange(batch: number): string {
  const end = BATCH_RANGES.findIndex((largest) => batch <= largest);
  const first = 1 + (BATCH_RANGES[end === -1 ? BATCH_RANGES.length - 1 : end - 1] ?? 0);
  const last = BATCH_RANGES[end];
  if (last === undefined) return `${first} and more`;
  return first === last ? String(first) : `${first}–${last}`;
}

function compareNaturally(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
