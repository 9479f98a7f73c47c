import type { GpuSpec } from "../../catalogue/gpus";
import { IMAGE_LOADING } from "../../catalogue/kernel-efficiencies";
import type { Plan } from "../../plan/plan";
import { hostLinkBytesPerSecond } from "./communication";

/** Seconds of one processor core for one image of a plan: decode, crop, resize, normalize. */
export function loadingSecondsPerImage({ averageImageBytes, imageSize }: Plan): number {
  return averageImageBytes * IMAGE_LOADING.secondsPerByte + imageSize ** 2 * IMAGE_LOADING.secondsPerOutputPixel;
}

/** Samples per second that the workers of all devices can prepare, a core for each worker. */
export function loaderSamplesPerSecond(plan: Plan): number {
  // Without workers the training process loads by itself.
  return (Math.max(1, plan.loaderWorkers) * plan.deviceCount) / loadingSecondsPerImage(plan);
}

/** Workers per device that would keep up with a rate. */
export function workersFor(plan: Plan, samplesPerSecond: number): number {
  return Math.ceil((samplesPerSecond * loadingSecondsPerImage(plan)) / plan.deviceCount);
}

const CHANNELS = 3;
const FP32_BYTES = 4;
const TOKEN_BYTES = 8;

/** Seconds in which one device's micro-batch is copied to it, images in fp32 and token ids. */
export function transferSeconds(plan: Plan, gpu: GpuSpec, batchSize: number): number {
  const images = CHANNELS * plan.imageSize ** 2 * FP32_BYTES;
  return (batchSize * (images + plan.contextLength * TOKEN_BYTES)) / hostLinkBytesPerSecond(gpu).bytesPerSecond;
}
