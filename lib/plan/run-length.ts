/** How many steps a plan's run has: what programs for training make of samples, epochs and batches. */

import type { Plan } from "./plan";

export interface RunLength {
  /** Of all devices, every micro-batch included. */
  readonly stepSamples: number;
  readonly stepsPerEpoch: number;
  /** Optimizer steps of the whole run. */
  readonly stepCount: number;
  /** Epochs that are begun; with `samplesSeen` the last may stop early. */
  readonly epochCount: number;
}

type Sizes = Pick<
  Plan,
  "trainSampleCount" | "perDeviceBatchSize" | "gradAccumulationSteps" | "deviceCount" | "epochs" | "samplesSeen"
>;

/** A set that is smaller than one step makes a step all the same; `fullStepsPerEpoch` says that it does not fill it. */
export function runLength(plan: Sizes): RunLength {
  const { perDeviceBatchSize, gradAccumulationSteps, deviceCount, epochs, samplesSeen } = plan;
  const stepSamples = perDeviceBatchSize * gradAccumulationSteps * deviceCount;
  const stepsPerEpoch = Math.max(1, fullStepsPerEpoch(plan));
  if (samplesSeen === undefined)
    return { stepSamples, stepsPerEpoch, stepCount: epochs * stepsPerEpoch, epochCount: epochs };
  const stepCount = Math.ceil(samplesSeen / stepSamples);
  return { stepSamples, stepsPerEpoch, stepCount, epochCount: Math.ceil(stepCount / stepsPerEpoch) };
}

/**
 * Optimizer steps in one epoch. Each device gets its share of the samples, filled up so that all shares are equal;
 * incomplete batches, and incomplete groups of accumulated batches, are dropped, as open_clip's loader and loop do.
 */
export function fullStepsPerEpoch({
  trainSampleCount,
  perDeviceBatchSize,
  gradAccumulationSteps,
  deviceCount,
}: Sizes): number {
  const samplesPerDevice = Math.ceil(trainSampleCount / deviceCount);
  return Math.floor(Math.floor(samplesPerDevice / perDeviceBatchSize) / gradAccumulationSteps);
}

/** Epochs in which so many samples are seen: what a plan that is given by samples says in its field `epochs`. */
export function epochsFor(samplesSeen: number, trainSampleCount: number): number {
  return Math.ceil(samplesSeen / trainSampleCount);
}
