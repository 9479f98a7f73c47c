import type { ClipArchitecture } from "../../catalogue/architecture";
import type { GpuSpec } from "../../catalogue/gpus";
import { TIME_ERROR_HIGH, TIME_ERROR_LOW } from "../../catalogue/kernel-efficiencies";
import { bytesPerElement, storageAt } from "../../engine/tape";
import { copiesOf, type Value } from "../../graph/ir";
import { coefficientOf } from "../../graph/shape";
import type { Plan } from "../../plan/plan";
import { runLength } from "../../plan/run-length";
import { countFlops } from "../../readings/counts";
import { kernelsOf } from "../../readings/kernels";
import { HOUR_SECONDS, KILOWATT } from "../../units";
import type { Interval } from "../estimate";
import type { PlannedStep } from "../lowering";
import { hostSecondsPerKernel } from "./host-pace";
import { feedingSeconds } from "./loading";
import { measuredRatesOf } from "./measured-rates";
import { rateLimits } from "./rate-limits";
import { runOf } from "./run";
import { deviceSecondsOf, type StepSeconds, type StepWork, stepSeconds } from "./step-seconds";
import type { StepPart, TimeAnswer, TimeEstimate } from "./time-estimate";

/** A step and what of it does not depend on the card. */
export interface TimedWork extends StepWork {
  /** FLOPs of one micro-batch without recomputation. */
  readonly modelFlops: number;
  /** Bytes of a checkpoint: weights, of which small ones beside frozen towers alone, and the optimizer state of all devices. */
  readonly checkpointBytes: number;
}

export function workOf({ training, lowered }: PlannedStep, plan: Plan): TimedWork {
  const { nodes } = training.graph;
  const batchSize = plan.perDeviceBatchSize;
  const bytes = (values: Iterable<Value>) => {
    let total = 0;
    for (const { shape, dtype, scope } of values)
      total += copiesOf(scope) * coefficientOf(shape) * bytesPerElement(dtype);
    return total;
  };
  const weightBytes = bytes(training.graph.parameters);
  const trainedBytes = bytes(training.gradients.keys());
  const stateBytes = lowered.optimizerState.reduce((sum, block) => sum + storageAt(lowered.tape, block).coefficient, 0);
  const shardCount = plan.sharding === "none" ? 1 : plan.deviceCount;
  const savesTowers = plan.strategy.kind === "full" || plan.strategy.kind === "partial";
  return {
    kernels: kernelsOf(nodes, lowered, batchSize),
    update: lowered.update,
    trainedBytes,
    weightBytes,
    modelFlops: countFlops(training.graph, batchSize, (node) => node.phase !== "recompute"),
    checkpointBytes: (savesTowers ? weightBytes : trainedBytes) + shardCount * stateBytes,
  };
}

/** How long a plan takes on a card, what it waits for, and what the whole run is made of. */
export function estimateTime(work: TimedWork, plan: Plan, architecture: ClipArchitecture, gpu: GpuSpec): TimeAnswer {
  const answer = measuredRatesOf(gpu, plan.precision);
  if (answer.kind === "none") return { kind: "not_estimated", why: answer.why };
  const once = deviceSecondsOf(work, answer.rates);
  const step = stepSeconds(work, once, plan, architecture, gpu);
  const one = plan.deviceCount === 1 ? step : stepSeconds(work, once, { ...plan, deviceCount: 1 }, architecture, gpu);
  const { stepSamples } = runLength(plan);
  const feeding = feedingSeconds(plan, stepSamples);
  // Workers prepare images while a step runs; without them the training process does one after the other.
  const clock = (seconds: number) => (plan.loaderWorkers === 0 ? seconds + feeding : Math.max(seconds, feeding));
  const likely = clock(step.total);
  const seconds: Interval = {
    low: Math.min(
      likely,
      Math.max(TIME_ERROR_LOW * clock(step.quickest), step.kernelCount * hostSecondsPerKernel(gpu).low),
    ),
    likely,
    high: Math.max(TIME_ERROR_HIGH * likely, clock(step.slowest)),
    reason:
      "the 80 % interval of the error against measured steps, and the range of processors that hand kernels to the card" +
      (plan.deviceCount === 1 ? "" : " and of links between cards"),
  };
  const run = runOf(plan, work, step, seconds);
  const { totalSeconds } = run;
  const gpuHours = scaled(totalSeconds, plan.deviceCount / HOUR_SECONDS);
  const time: TimeEstimate = {
    stepSeconds: seconds,
    stepParts: stepParts(plan, step, likely),
    samplesPerSecond: inverse(seconds, stepSamples),
    samplesPerSecondPerGpu: inverse(seconds, stepSamples / plan.deviceCount),
    modelFlopsUtilization: utilization(plan, gpu, work, likely),
    ...rateLimits(plan, gpu, step, stepSamples, feeding),
    scalingEfficiency: one.total / step.total,
    ...run,
    gpuHours,
    gpuEnergyKilowattHours: gpu.tdpWatts === undefined ? null : scaled(gpuHours, gpu.tdpWatts / KILOWATT),
    kernelCount: step.kernelCount,
  };
  return { kind: "estimated", time };
}

// The reason of the range is told once, with the step it comes from.
function scaled({ low, likely, high }: Interval, factor: number): Interval {
  return { low: low * factor, likely: likely * factor, high: high * factor };
}

function inverse({ low, likely, high }: Interval, numerator: number): Interval {
  return { low: numerator / high, likely: numerator / likely, high: numerator / low };
}

function stepParts(plan: Plan, step: StepSeconds, clock: number): StepPart[] {
  const parts: StepPart[] = [
    { id: "forward", label: "Forward", seconds: step.forward, note: "both towers and the loss" },
    {
      id: "recompute",
      label: "Recomputation",
      seconds: step.recompute,
      note: "gradient checkpointing runs blocks again",
    },
    { id: "backward", label: "Backward", seconds: step.backward, note: "gradients of what trains" },
    {
      id: "optimizer",
      label: "Optimizer",
      seconds: step.optimizer,
      note: `${plan.optimizer} over the trained parameters`,
    },
    { id: "transfer", label: "Copies to the GPU", seconds: step.transfer, note: "images and token ids" },
    {
      id: "communication",
      label: "Exchange between GPUs",
      seconds: step.communication.exposedSeconds,
      note: `what no computation hides, ${step.communication.note}`,
    },
    {
      id: "waiting",
      label: "Waiting",
      seconds: clock - step.device - step.communication.exposedSeconds,
      note: clock > step.total ? "the GPU waits for images" : "the GPU waits for the processor to hand over kernels",
    },
  ];
  return parts.filter(({ seconds }) => seconds > 0);
}

function utilization(plan: Plan, gpu: GpuSpec, work: TimedWork, clock: number): number | null {
  const unit = plan.precision === "fp32" ? "fp32" : plan.precision === "amp" ? "fp16" : "bf16";
  const peak = gpu.peakFlopsPerSecond[unit];
  return peak === undefined ? null : (plan.gradAccumulationSteps * work.modelFlops) / clock / peak;
}
