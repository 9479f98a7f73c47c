import type { StrategyKind } from "../../plan/plan";

/** One hyper-parameter and where it is looked for. */
export type SearchParameter =
  | { readonly name: string; readonly kind: "log_uniform" | "uniform"; readonly low: number; readonly high: number }
  | { readonly name: string; readonly kind: "integer"; readonly low: number; readonly high: number }
  | { readonly name: string; readonly kind: "choice"; readonly choices: readonly number[] };

/**
 * The space of the chapter this project started from; its number of unfrozen layers belongs to partial fine-tuning, and
 * other strategies have a size of their own in its place.
 */
export function defaultSpace(strategy: StrategyKind): SearchParameter[] {
  return [
    { name: "learningRate", kind: "log_uniform", low: 1e-6, high: 1e-3 },
    { name: "warmupFraction", kind: "uniform", low: 0, high: 0.2 },
    { name: "weightDecay", kind: "log_uniform", low: 1e-5, high: 1e-1 },
    { name: "dropout", kind: "uniform", low: 0, high: 0.3 },
    { name: "perDeviceBatchSize", kind: "choice", choices: [16, 32, 64] },
    { name: "temperature", kind: "uniform", low: 0.01, high: 0.2 },
    ...OWN_SIZE[strategy],
  ];
}

const OWN_SIZE = {
  full: [],
  linear_probe: [],
  partial: [{ name: "unlockedBlocks", kind: "integer", low: 1, high: 4 }],
  lora: [{ name: "rank", kind: "choice", choices: [2, 4, 8, 16] }],
  prompt: [{ name: "contextTokens", kind: "choice", choices: [4, 8, 16] }],
} as const satisfies Record<StrategyKind, readonly SearchParameter[]>;

/** The largest batch that the space tries; null where it leaves the plan's. */
export function largestBatch(space: readonly SearchParameter[]): number | null {
  const batch = space.find(({ name }) => name === "perDeviceBatchSize");
  if (batch === undefined) return null;
  return batch.kind === "choice" ? Math.max(...batch.choices) : batch.high;
}
