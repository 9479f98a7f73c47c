import { PROGRAM_START_SECONDS, STORAGE_BYTES_PER_SECOND } from "../../catalogue/kernel-efficiencies";
import { formatCount } from "../../format";
import type { Plan } from "../../plan/plan";
import { fullStepsPerEpoch, runLength } from "../../plan/run-length";
import { GB } from "../../units";
import type { Interval } from "../estimate";
import { feedingSeconds, loadingSecondsPerImage } from "./loading";
import { pacedSeconds } from "./pace";
import type { StepSeconds } from "./step-seconds";
import type { RunPart, TimeEstimate } from "./time-estimate";

/** Bytes that are read at the start and written after epochs. */
export interface StoredBytes {
  readonly weightBytes: number;
  readonly checkpointBytes: number;
}

type Run = Pick<TimeEstimate, "stepsPerEpoch" | "epochSeconds" | "totalSeconds" | "runParts">;

/** A whole run: the start, epochs of steps, a validation pass after each, and checkpoints. */
export function runOf(plan: Plan, stored: StoredBytes, step: StepSeconds, seconds: Interval): Run {
  const { stepsPerEpoch, stepCount, epochCount, stepSamples } = runLength(plan);
  const validating = validation(plan, step);
  const training = stepCount * seconds.likely;
  const waiting = firstBatchSeconds(plan, plan.trainSampleCount, plan.deviceCount) + stepsPerEpoch * step.total;
  const starting =
    PROGRAM_START_SECONDS +
    stored.weightBytes / STORAGE_BYTES_PER_SECOND +
    // Where images set the pace, the workers that began with the first batch are ahead with those after it.
    epochCount * Math.max(0, waiting - stepsPerEpoch * seconds.likely);
  const checkpointCount = Math.ceil(epochCount / plan.checkpointEveryEpochs);
  const checkpoints = (checkpointCount * stored.checkpointBytes) / STORAGE_BYTES_PER_SECOND;
  const paced = training + epochCount * validating.seconds;
  const fixed = starting + checkpoints;
  const spread = (bound: number) => (bound / seconds.likely) * paced + fixed;
  const totalSeconds = {
    low: spread(Math.min(seconds.low, seconds.likely)),
    likely: starting + training + epochCount * validating.seconds + checkpoints,
    high: spread(seconds.high),
  };
  const runParts: RunPart[] = [
    {
      id: "start",
      label: "Start",
      seconds: starting,
      note: "the program, the weights from disk, and the first batch of each epoch, which one worker prepares",
    },
    { id: "training", label: "Training", seconds: training, note: trainingNote(plan, stepCount, stepSamples) },
    {
      id: "validation",
      label: "Validation",
      seconds: epochCount * validating.seconds,
      note: `${counted(validating.passCount, "forward pass", "forward passes")} after each epoch${validating.isOnOneDevice ? ", on one GPU, as open_clip does" : ""}`,
    },
    {
      id: "checkpoints",
      label: "Checkpoints",
      seconds: checkpoints,
      note: `${formatCount(checkpointCount)} written at an assumed ${STORAGE_BYTES_PER_SECOND / GB} GB/s`,
    },
  ];
  const epochs = stepCount / stepsPerEpoch;
  return {
    stepsPerEpoch,
    epochSeconds: {
      low: totalSeconds.low / epochs,
      likely: totalSeconds.likely / epochs,
      high: totalSeconds.high / epochs,
    },
    totalSeconds,
    runParts: runParts.filter((part) => part.seconds > 0),
  };
}

function trainingNote(plan: Plan, stepCount: number, stepSamples: number): string {
  const { stepsPerEpoch, epochCount } = runLength(plan);
  const samples = `of ${counted(stepSamples, "sample")}`;
  if (plan.samplesSeen !== undefined)
    return `${counted(stepCount, "step")} ${samples}, in ${counted(epochCount, "epoch")}`;
  const filled = fullStepsPerEpoch(plan) === 0 ? ", which the data does not fill" : "";
  return `${counted(epochCount, "epoch")} of ${counted(stepsPerEpoch, "step")} ${samples}${filled}`;
}

/** Until the first batch of an epoch is there, which one worker prepares alone. */
function firstBatchSeconds(plan: Plan, sampleCount: number, deviceCount: number): number {
  // Without workers every batch is waited for, and none of them more than another.
  if (plan.loaderWorkers === 0) return 0;
  return Math.min(plan.perDeviceBatchSize, Math.ceil(sampleCount / deviceCount)) * loadingSecondsPerImage(plan);
}

interface Validation {
  readonly seconds: number;
  readonly passCount: number;
  readonly isOnOneDevice: boolean;
}

/** One pass over the validation samples: forward passes of the training batch, the last of them as short as what is left. */
function validation(plan: Plan, step: StepSeconds): Validation {
  // Source: open_clip 3.3.0 `open_clip_train/train.py`, `evaluate`, which all but the first process leave at once.
  const isOnOneDevice = plan.deviceCount > 1 && runsInOpenClip(plan);
  const deviceCount = isOnOneDevice ? 1 : plan.deviceCount;
  const passes = plan.validationSampleCount / (plan.perDeviceBatchSize * deviceCount);
  // The kernels of a forward pass are this part of a step's, those that the host hands over as well.
  const forwardShare = step.device === 0 ? 0 : (step.forward + step.transfer) / step.device;
  const pass = (forwardShare * pacedSeconds(step.device, step.host)) / plan.gradAccumulationSteps;
  const feeding = feedingSeconds(plan, plan.validationSampleCount, deviceCount);
  const waiting = firstBatchSeconds(plan, plan.validationSampleCount, deviceCount) + passes * pass;
  const seconds = plan.loaderWorkers === 0 ? passes * pass + feeding : Math.max(waiting, feeding);
  return { seconds, passCount: Math.ceil(passes), isOnOneDevice };
}

/** What open_clip's own program can train; other plans need a script, which validates on all devices. */
function runsInOpenClip({ implementation, strategy, sharding }: Plan): boolean {
  return (
    implementation === "open_clip" && sharding === "none" && (strategy.kind === "full" || strategy.kind === "partial")
  );
}

function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}
