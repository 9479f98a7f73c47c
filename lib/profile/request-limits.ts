import type { Plan } from "../plan/plan";
import type { Device } from "./validation";

/** Bounds of what a server measures for anybody who may ask it. */
export const VALIDATION_LIMITS = {
  batchSize: 4096,
  batchSizeCount: 8,
  repeats: 20,
  timeLimitSeconds: { min: 5, max: 3600 },
  /** Validations that wait on one machine. */
  queueLength: 32,
} as const;

export const VALIDATION_DEFAULTS = { repeats: 3, timeLimitSeconds: 600 } as const;

/** Steps that the models unroll: memory is read from the first, seconds from the slope between the two. */
export const STEP_COUNTS = [1, 3] as const;

/** The largest batch size that is measured on a CPU unless others are asked for: a step of more takes long. */
const CPU_BATCH_SIZE = 8;

/** How many sizes a straight line needs before it can be wrong. */
const FEWEST_POINTS = 3;

/** Three sizes up to the plan's own, a quarter and a half of it first: enough to see whether a line fits. */
export function defaultBatchSizes({ perDeviceBatchSize }: Pick<Plan, "perDeviceBatchSize">, device: Device): number[] {
  const most = device === "cpu" ? CPU_BATCH_SIZE : VALIDATION_LIMITS.batchSize;
  const largest = Math.min(perDeviceBatchSize, most);
  if (largest <= FEWEST_POINTS) return [1, 2, 3];
  return [...new Set([Math.ceil(largest / 4), Math.ceil(largest / 2), largest])];
}
