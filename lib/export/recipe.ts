/**
 * What a training run needs and a plan does not hold: a learning rate, a warm-up, how devices are spread over machines.
 * Starting points, written out where a reader changes them.
 */

import type { Plan, StrategyKind } from "../plan/plan";
import { runLength } from "../plan/run-length";

export interface Recipe {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly warmupSteps: number;
}

/**
 * Peak rates for AdamW. Assumed: of the order that FLYP (arXiv:2212.00638), CLIP-LoRA (arXiv:2405.18541) and CoOp
 * (arXiv:2109.01134) train with. None was tuned here.
 */
const LEARNING_RATES = {
  full: 1e-5,
  partial: 1e-5,
  lora: 2e-4,
  prompt: 2e-3,
  linear_probe: 1e-3,
} as const satisfies Record<StrategyKind, number>;

/** Without the second moment, a step of the same size needs a larger rate. Assumed. */
const SGD_RATE_FACTOR = 10;

/** Assumed: usual for fine-tuning, where a warm-up of 10,000 steps (open_clip's default) would outlast the run. */
const WEIGHT_DECAY = 0.1;
const LONGEST_WARMUP_STEPS = 500;
const WARMUP_FRACTION = 0.1;

/** Most machines for training hold eight GPUs. */
const MOST_DEVICES_PER_MACHINE = 8;

export function recipeFor(plan: Plan): Recipe {
  const rate = LEARNING_RATES[plan.strategy.kind];
  return {
    learningRate: plan.optimizer === "sgd" ? rate * SGD_RATE_FACTOR : rate,
    weightDecay: WEIGHT_DECAY,
    warmupSteps: Math.min(LONGEST_WARMUP_STEPS, Math.floor(runLength(plan).stepCount * WARMUP_FRACTION)),
  };
}

export interface Machines {
  readonly count: number;
  readonly devicesEach: number;
}

/** The fewest machines of equally many devices, eight at most on each. */
export function machinesFor(deviceCount: number): Machines {
  for (let devicesEach = Math.min(MOST_DEVICES_PER_MACHINE, deviceCount); devicesEach > 1; devicesEach--) {
    if (deviceCount % devicesEach === 0) return { count: deviceCount / devicesEach, devicesEach };
  }
  return { count: deviceCount, devicesEach: 1 };
}
