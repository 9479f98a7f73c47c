import type { ClipArchitecture } from "../../catalogue/architecture";
import type { GpuSpec } from "../../catalogue/gpus";
import { HOST_SECONDS_PER_KERNEL, TIME_ERROR_HIGH, TIME_ERROR_LOW } from "../../catalogue/kernel-efficiencies";
import { bytesPerElement, storageAt } from "../../engine/tape";
import { formatCount } from "../../format";
import { copiesOf, type Value } from "../../graph/ir";
import { coefficientOf } from "../../graph/shape";
import type { Plan } from "../../plan/plan";
import { countFlops } from "../../readings/counts";
import { kernelsOf } from "../../readings/kernels";
import { GB, HOUR_SECONDS, KILOWATT } from "../../units";
import type { Interval } from "../estimate";
import type { PlannedStep } from "../lowering";
import { hostLinkBytesPerSecond } from "./communication";
import { loaderSamplesPerSecond, workersFor } from "./loading";
import { measuredRatesOf } from "./measured-rates";
import { pacedSeconds } from "./pace";
import { deviceSecondsOf, type StepSeconds, type StepWork, stepSeconds } from "./step-seconds";
import type { RateLimit, RunPart, StepPart, TimeAnswer, TimeEstimate } from "./time-estimate";

/** A step and what of it does not depend on the card. */
export interface TimedWork extends StepWork {
  /** FLOPs of one micro-batch without recomputation. */
  readonly modelFlops: number;
  /** Bytes of a checkpoint: weights and optimizer state. */
  readonly checkpointBytes: number;
}

export function workOf({ training, lowered }: PlannedStep, batchSize: number): TimedWork {
  const { nodes } = training.graph;
  const bytes = (values: Iterable<Value>) => {
    let total = 0;
    for (const { shape, dtype, scope } of values)
      total += copiesOf(scope) * coefficientOf(shape) * bytesPerElement(dtype);
    return total;
  };
  const weightBytes = bytes(training.graph.parameters);
  const trainedBytes = bytes(training.gradients.keys());
  const stateBytes = lowered.optimizerState.reduce((sum, block) => sum + storageAt(lowered.tape, block).coefficient, 0);
  return {
    kernels: kernelsOf(nodes, lowered, batchSize),
    update: lowered.update,
    trainedBytes,
    weightBytes,
    modelFlops: countFlops(training.graph, batchSize, (node) => node.phase !== "recompute"),
    checkpointBytes: weightBytes + stateBytes,
  };
}

/** How long a plan takes on a card, what it waits for, and what the whole run is made of. */
export function estimateTime(work: TimedWork, plan: Plan, architecture: ClipArchitecture, gpu: GpuSpec): TimeAnswer {
  const answer = measuredRatesOf(gpu, plan.precision);
  if (answer.kind === "none") return { kind: "not_estimated", why: answer.why };
  const once = deviceSecondsOf(work, answer.rates);
  const step = stepSeconds(work, once, plan, architecture, gpu);
  const one = plan.deviceCount === 1 ? step : stepSeconds(work, once, { ...plan, deviceCount: 1 }, architecture, gpu);
  const stepSamples = plan.perDeviceBatchSize * plan.gradAccumulationSteps * plan.deviceCount;
  const limits = rateLimits(plan, gpu, step, stepSamples);
  const slowest = limits[0];
  const loading = stepSamples / loaderSamplesPerSecond(plan);
  const clock = Math.max(step.total, loading);
  const card = step.device + step.communication.exposedSeconds;
  const seconds: Interval = {
    low: Math.max(TIME_ERROR_LOW * Math.max(step.device, loading), step.kernelCount * HOST_SECONDS_PER_KERNEL.low),
    likely: clock,
    high: Math.max(TIME_ERROR_HIGH * clock, pacedSeconds(card, step.kernelCount * HOST_SECONDS_PER_KERNEL.high)),
    reason:
      "the 80 % interval of the error against measured steps, and the range of processors that hand kernels to the card",
  };
  const run = runOf(plan, work, step, seconds);
  const { totalSeconds } = run;
  const gpuHours = scaled(totalSeconds, plan.deviceCount / HOUR_SECONDS);
  const time: TimeEstimate = {
    stepSeconds: { ...seconds, low: Math.min(seconds.low, clock) },
    stepParts: stepParts(plan, step, clock),
    samplesPerSecond: inverse(seconds, stepSamples),
    samplesPerSecondPerGpu: inverse(seconds, stepSamples / plan.deviceCount),
    modelFlopsUtilization: utilization(plan, gpu, work, clock),
    limitedBy: slowest?.id ?? "gpu",
    limit: limitSentence(plan, limits),
    rates: limits,
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
  return { low: numerator / high, likely: numerator / likely, high: numerator / Math.min(low, likely) };
}

function rateLimits(plan: Plan, gpu: GpuSpec, step: StepSeconds, stepSamples: number): RateLimit[] {
  const bytesPerSample = (step.transfer * hostLinkBytesPerSecond(gpu).bytesPerSecond * plan.deviceCount) / stepSamples;
  const limits: RateLimit[] = [
    {
      id: "gpu",
      label: "the GPU",
      samplesPerSecond: stepSamples / (step.device + step.communication.exposedSeconds),
      status: "estimated",
    },
    {
      id: "host",
      label: "handing kernels to the GPU",
      samplesPerSecond: stepSamples / step.host,
      // The processor is not part of a plan.
      status: "assumed",
    },
    {
      id: "loader",
      label: "loading images",
      samplesPerSecond: loaderSamplesPerSecond(plan),
      status: "estimated",
    },
    {
      id: "transfer",
      label: "copies to the GPU",
      samplesPerSecond: (plan.deviceCount * hostLinkBytesPerSecond(gpu).bytesPerSecond) / bytesPerSample,
      status: hostLinkBytesPerSecond(gpu).isKnown ? "estimated" : "assumed",
    },
  ];
  if (plan.deviceCount > 1 && step.communication.seconds > 0) {
    limits.push({
      id: "communication",
      label: "exchange between the GPUs",
      samplesPerSecond: stepSamples / step.communication.seconds,
      status: "assumed",
    });
  }
  return limits.sort((a, b) => a.samplesPerSecond - b.samplesPerSecond);
}

/** Which link of the chain is slowest, what the next would allow, and what would lift it. */
function limitSentence(plan: Plan, limits: readonly RateLimit[]): string {
  const [slowest, next] = limits;
  if (slowest === undefined || next === undefined) return "";
  const rate = (limit: RateLimit) => `${formatCount(Math.round(limit.samplesPerSecond))} samples/s`;
  const gpu = limits.find(({ id }) => id === "gpu") ?? next;
  switch (slowest.id) {
    case "loader":
      return `The loader: ${plan.loaderWorkers} workers give ${rate(slowest)}, the GPU could take ${rate(next)}; ${workersFor(plan, next.samplesPerSecond)} workers would do.`;
    case "host":
      return `The processor hands over kernels for ${rate(slowest)}, the GPU could do ${rate(gpu)}: a larger batch or torch.compile would use it better.`;
    case "transfer":
      return `Copying images to the GPU allows ${rate(slowest)}.`;
    case "communication":
      return `The GPUs exchange gradients for ${rate(slowest)}, alone they would do ${rate(gpu)}.`;
    case "gpu":
      return `The GPU: ${rate(slowest)}; next is ${next.label} at ${rate(next)}.`;
  }
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

/** Bytes per second at which a checkpoint is written, to a local disk. Assumed. */
const CHECKPOINT_BYTES_PER_SECOND = 1 * GB;

type Run = Pick<TimeEstimate, "stepsPerEpoch" | "epochSeconds" | "totalSeconds" | "runParts">;

/** Epochs of steps, a validation pass after each, and checkpoints. */
function runOf(plan: Plan, work: TimedWork, step: StepSeconds, seconds: Interval): Run {
  const stepSamples = plan.perDeviceBatchSize * plan.gradAccumulationSteps * plan.deviceCount;
  const stepsPerEpoch = Math.max(1, Math.ceil(plan.trainSampleCount / stepSamples));
  const validationSteps = Math.ceil(plan.validationSampleCount / (plan.perDeviceBatchSize * plan.deviceCount));
  // The kernels of a forward pass are about a third of a step's; the loader's pace is the same.
  const forwardShare = step.device === 0 ? 0 : (step.forward + step.transfer) / step.device;
  const validationStep = Math.max(
    (forwardShare * pacedSeconds(step.device, step.host)) / plan.gradAccumulationSteps,
    (plan.perDeviceBatchSize * plan.deviceCount) / loaderSamplesPerSecond(plan),
  );
  const training = plan.epochs * stepsPerEpoch * seconds.likely;
  const validation = plan.epochs * validationSteps * validationStep;
  const checkpointCount = Math.ceil(plan.epochs / plan.checkpointEveryEpochs);
  const checkpoints = (checkpointCount * work.checkpointBytes) / CHECKPOINT_BYTES_PER_SECOND;
  const likely = training + validation + checkpoints;
  const spread = (bound: number) => (bound / seconds.likely) * (training + validation) + checkpoints;
  const totalSeconds = { low: spread(Math.min(seconds.low, seconds.likely)), likely, high: spread(seconds.high) };
  const runParts: RunPart[] = [
    {
      id: "training",
      label: "Training",
      seconds: training,
      note: `${plan.epochs} epochs of ${stepsPerEpoch} steps of ${stepSamples} samples`,
    },
    {
      id: "validation",
      label: "Validation",
      seconds: validation,
      note: `${validationSteps} forward passes after each epoch`,
    },
    {
      id: "checkpoints",
      label: "Checkpoints",
      seconds: checkpoints,
      note: `${checkpointCount} written at an assumed ${CHECKPOINT_BYTES_PER_SECOND / GB} GB/s`,
    },
  ];
  return {
    stepsPerEpoch,
    epochSeconds: scaled(totalSeconds, 1 / plan.epochs),
    totalSeconds,
    runParts: runParts.filter((part) => part.seconds > 0),
  };
}
