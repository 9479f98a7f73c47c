import type { GpuSpec } from "../../catalogue/gpus";
import { IMAGE_LOADING, STORAGE_BYTES_PER_SECOND } from "../../catalogue/kernel-efficiencies";
import type { Plan } from "../../plan/plan";
import { GPUS_PER_MACHINE, hostLinkBytesPerSecond } from "./communication";

/** Seconds of one processor core for one image of a plan: decode, crop, resize, normalize. */
export function loadingSecondsPerImage({ averageImageBytes, imageSize }: Plan): number {
  return averageImageBytes * IMAGE_LOADING.secondsPerByte + imageSize ** 2 * IMAGE_LOADING.secondsPerOutputPixel;
}

/**
 * Samples per second that the workers of so many devices can prepare, a core for each worker. Without workers each
 * training process prepares its own.
 */
export function loaderSamplesPerSecond(plan: Plan, deviceCount: number = plan.deviceCount): number {
  return (Math.max(1, plan.loaderWorkers) * deviceCount) / loadingSecondsPerImage(plan);
}

/** Workers per device that would keep up with a rate. */
export function workersFor(plan: Plan, samplesPerSecond: number): number {
  return Math.ceil((samplesPerSecond * loadingSecondsPerImage(plan)) / plan.deviceCount);
}

/** Image files per second that the storage of the machines hands over, those of so many devices. */
export function storageSamplesPerSecond(plan: Plan, deviceCount: number = plan.deviceCount): number {
  const machines = Math.ceil(deviceCount / GPUS_PER_MACHINE);
  return (machines * (plan.storageBytesPerSecond ?? STORAGE_BYTES_PER_SECOND)) / plan.averageImageBytes;
}

/** Seconds until so many samples have been read and prepared, the slower of the two setting the pace. */
export function feedingSeconds(plan: Plan, sampleCount: number, deviceCount: number = plan.deviceCount): number {
  return sampleCount / Math.min(loaderSamplesPerSecond(plan, deviceCount), storageSamplesPerSecond(plan, deviceCount));
}

const CHANNELS = 3;
const FP32_BYTES = 4;
const TOKEN_BYTES = 8;

/** Seconds in which one device's micro-batch is copied to it, images in fp32 and token ids. */
export function transferSeconds(plan: Plan, gpu: GpuSpec, batchSize: number): number {
  const images = CHANNELS * plan.imageSize ** 2 * FP32_BYTES;
  return (batchSize * (images + plan.contextLength * TOKEN_BYTES)) / hostLinkBytesPerSecond(gpu).bytesPerSecond;
}
