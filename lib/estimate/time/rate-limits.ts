import type { GpuSpec } from "../../catalogue/gpus";
import { formatCount, formatMegabytesPerSecond } from "../../format";
import type { Plan } from "../../plan/plan";
import { hostLinkBytesPerSecond } from "./communication";
import { loaderSamplesPerSecond, storageSamplesPerSecond, workersFor } from "./loading";
import type { StepSeconds } from "./step-seconds";
import type { RateLimit, TimeLimit } from "./time-estimate";

/** What a run waits for. */
export interface Limits {
  readonly limitedBy: TimeLimit;
  /** The limiter and by how much, as a sentence. */
  readonly limit: string;
  /** Every link of the chain, slowest first. */
  readonly rates: readonly RateLimit[];
}

/**
 * Which link of the chain holds up the others. Images are prepared while a step runs, so that reading and preparing them
 * count only where they take longer than the step; within it, the link that is at work longest.
 *
 * @param feeding  seconds in which the images of a step are read and prepared
 */
export function rateLimits(plan: Plan, gpu: GpuSpec, step: StepSeconds, stepSamples: number, feeding: number): Limits {
  const rates = ratesOf(plan, gpu, step, stepSamples);
  const isFed = feeding <= step.total;
  const slowest = rates.find(({ id }) => isFed !== (id === "loader" || id === "storage"));
  if (slowest === undefined) throw new Error("a chain without links");
  return { limitedBy: slowest.id, limit: limitSentence(plan, stepSamples / step.total, slowest, rates), rates };
}

function ratesOf(plan: Plan, gpu: GpuSpec, step: StepSeconds, stepSamples: number): RateLimit[] {
  const rates: RateLimit[] = [
    { id: "gpu", label: "the GPU", samplesPerSecond: stepSamples / (step.device - step.transfer), status: "estimated" },
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
      id: "storage",
      label: "reading image files",
      samplesPerSecond: storageSamplesPerSecond(plan),
      status: plan.storageBytesPerSecond === undefined ? "assumed" : "estimated",
    },
    {
      id: "transfer",
      label: "copies to the GPU",
      samplesPerSecond: stepSamples / step.transfer,
      status: hostLinkBytesPerSecond(gpu).isKnown ? "estimated" : "assumed",
    },
  ];
  if (step.communication.seconds > 0) {
    rates.push({
      id: "communication",
      label: "exchange between the GPUs",
      samplesPerSecond: stepSamples / step.communication.seconds,
      status: "assumed",
    });
  }
  return rates.sort((a, b) => a.samplesPerSecond - b.samplesPerSecond);
}

/**
 * Which link of the chain is slowest, what the others would allow, and what would lift it.
 *
 * @param fed  samples per second of a step that never waits for images
 */
function limitSentence(plan: Plan, fed: number, limit: RateLimit, rates: readonly RateLimit[]): string {
  const shown = (samplesPerSecond: number) => `${formatCount(Math.round(samplesPerSecond))} samples/s`;
  const slowest = shown(limit.samplesPerSecond);
  const gpus = plan.deviceCount === 1 ? "the GPU" : "the GPUs";
  const gpu = rates.find(({ id }) => id === "gpu") ?? limit;
  const next = rates.find(({ id }) => id !== limit.id) ?? limit;
  switch (limit.id) {
    case "loader":
      return plan.loaderWorkers === 0
        ? `The loader: without workers the training process loads ${slowest} by itself, and ${gpus} could take ${shown(fed)} but ${plan.deviceCount === 1 ? "waits" : "wait"} meanwhile; ${counted(workersFor(plan, fed), "worker")}${each(plan)} would do.`
        : `The loader: ${counted(plan.loaderWorkers, "worker")}${each(plan)} ${plan.loaderWorkers === 1 ? "gives" : "give"} ${slowest}, ${gpus} could take ${shown(fed)}; ${counted(workersFor(plan, fed), "worker")}${each(plan)} would do.`;
    case "storage":
      return `The storage hands over image files for ${slowest}, ${gpus} could take ${shown(fed)}: ${formatMegabytesPerSecond(fed * plan.averageImageBytes)} would do.`;
    case "host":
      return `The processor hands over kernels for ${slowest}, the GPU could do ${shown(gpu.samplesPerSecond)}: a larger batch or torch.compile would use it better.${together(fed, limit, shown)}`;
    case "transfer":
      return `Copying images to the GPU allows ${slowest}, the GPU could do ${shown(gpu.samplesPerSecond)}.${together(fed, limit, shown)}`;
    case "communication":
      return `The GPUs exchange gradients and weights for ${slowest}, alone they would do ${shown(gpu.samplesPerSecond)}.${together(fed, limit, shown)}`;
    case "gpu":
      return `The GPU: ${slowest}; next is ${next.label} at ${shown(next.samplesPerSecond)}.${together(fed, limit, shown)}`;
  }
}

/** Below this part of the slowest link's rate the others are worth a word. */
const NEARLY = 0.95;

/** Links that take turns are slower together than the slowest of them. */
function together(samplesPerSecond: number, limit: RateLimit, shown: (rate: number) => string): string {
  return samplesPerSecond >= NEARLY * limit.samplesPerSecond
    ? ""
    : ` As they overlap only in part, ${shown(samplesPerSecond)} are left.`;
}

function each({ deviceCount }: Plan): string {
  return deviceCount === 1 ? "" : " for each GPU";
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
