/** How long a plan takes: what an answer says about time. Seconds throughout; ranges are 80 % intervals. */

import type { Precision } from "../../plan/plan";
import type { Interval } from "../estimate";

/** What the whole run waits for. `host`: the CPU cannot hand over kernels as fast as the card runs them. */
export const TIME_LIMITS = ["gpu", "host", "loader", "storage", "transfer", "communication"] as const;
export type TimeLimit = (typeof TIME_LIMITS)[number];

export const STEP_PARTS = [
  "forward",
  "recompute",
  "backward",
  "optimizer",
  "transfer",
  "communication",
  "waiting",
] as const;
export type StepPartId = (typeof STEP_PARTS)[number];

/** A part of one step by the clock; the parts sum to the step. */
export interface StepPart {
  readonly id: StepPartId;
  readonly label: string;
  readonly seconds: number;
  /** What the part is made of, in words. */
  readonly note: string;
}

/** How many samples per second one link of the chain could pass on to all GPUs together. */
export interface RateLimit {
  readonly id: TimeLimit;
  readonly label: string;
  readonly samplesPerSecond: number;
  /** `estimated` from constants measured elsewhere, or `assumed` where nobody measured; absent in answers of before it was told. */
  readonly status?: "estimated" | "assumed" | undefined;
}

export const RUN_PARTS = ["start", "training", "validation", "checkpoints"] as const;

export interface RunPart {
  readonly id: (typeof RUN_PARTS)[number];
  readonly label: string;
  readonly seconds: number;
  readonly note: string;
}

export interface TimeEstimate {
  /** One optimizer step, every micro-batch of it included. */
  readonly stepSeconds: Interval;
  readonly stepParts: readonly StepPart[];
  /** All devices together. */
  readonly samplesPerSecond: Interval;
  readonly samplesPerSecondPerGpu: Interval;
  /** FLOPs of the model without recomputation, per second and device, over the card's dense peak; null without a peak. */
  readonly modelFlopsUtilization: number | null;
  readonly limitedBy: TimeLimit;
  /** The limiter and by how much, as a sentence. */
  readonly limit: string;
  /** Every link of the chain, slowest first. */
  readonly rates: readonly RateLimit[];
  /** Samples per second of N devices over N times that of one; 1 for a single device. */
  readonly scalingEfficiency: number;
  readonly stepsPerEpoch: number;
  readonly epochSeconds: Interval;
  readonly totalSeconds: Interval;
  /** What the total is made of; the parts sum to its likely figure. */
  readonly runParts: readonly RunPart[];
  readonly gpuHours: Interval;
  /** Electricity of the cards at their rated power, kWh; null where the power is not known. */
  readonly gpuEnergyKilowattHours: Interval | null;
  readonly kernelCount: number;
}

/** Why a plan has no time. */
export interface NoTime {
  readonly code: "no_rates" | "bf16_emulated" | "not_cuda";
  readonly reason: string;
  /** What to choose instead, where something would do, in words. */
  readonly instead: string | null;
  /** Precisions that would have a time, best first; none where another precision is no way out. */
  readonly precisions: readonly Precision[];
}

export type TimeAnswer =
  | { readonly kind: "estimated"; readonly time: TimeEstimate }
  | { readonly kind: "not_estimated"; readonly why: NoTime };
