import type { ClipArchitecture } from "../catalogue/architecture";
import type { GpuSpec } from "../catalogue/gpus";
import { trainingStep } from "../clip/training-step";
import { type Card, threadsPerMultiprocessor } from "../engine/pytorch/card";
import { lowerStep } from "../engine/pytorch/lower-step";
import type { LoweredStep } from "../engine/tape";
import type { TrainingGraph } from "../graph/training-graph";
import type { Plan } from "../plan/plan";

/** A plan as the estimators read it: checked, with its names resolved. */
export interface ResolvedPlan {
  readonly plan: Plan;
  readonly architecture: ClipArchitecture;
  readonly gpu: GpuSpec;
}

/** The folded graph of a plan's training step, and the same step as PyTorch's allocations. */
export interface PlannedStep {
  readonly training: TrainingGraph;
  readonly lowered: LoweredStep;
}

/** Used where a card's own figure is not known: an Ampere data-centre card. */
const ASSUMED_SM = 80;
const ASSUMED_MULTIPROCESSORS = 108;

export function cardOf(gpu: GpuSpec): Card {
  const sm = gpu.computeCapability === null ? ASSUMED_SM : Math.round(Number(gpu.computeCapability) * 10);
  return {
    sm,
    multiprocessors: gpu.smCount ?? ASSUMED_MULTIPROCESSORS,
    threadsPerMultiprocessor: threadsPerMultiprocessor(sm),
  };
}

export function planStep(resolved: ResolvedPlan, card: Card): PlannedStep {
  return lowerFor(resolved, card, trainingStep(resolved.architecture, resolved.plan, { isFolded: true }));
}

/** The same graph on another card. */
export function lowerFor({ plan }: ResolvedPlan, card: Card, training: TrainingGraph): PlannedStep {
  const { kind } = plan.strategy;
  const lowered = lowerStep(training, {
    implementation: plan.implementation,
    precision: plan.precision,
    optimizer: plan.optimizer,
    attention: plan.attention,
    card,
    singleSample: plan.perDeviceBatchSize === 1,
    frozenInEvalMode: !plan.gradCheckpointing && kind !== "full" && kind !== "lora",
    deviceCount: plan.deviceCount,
    gradAccumulationSteps: plan.gradAccumulationSteps,
    sharding: plan.sharding,
  });
  return { training, lowered };
}
