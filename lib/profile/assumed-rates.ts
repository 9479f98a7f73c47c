import type { GpuSpec } from "../catalogue/gpus";
import {
  CPU_EFFICIENCIES,
  CPU_RATES,
  CUDA_EFFICIENCIES,
  CUDA_SECONDS_PER_NODE,
} from "../engine/onnxruntime/runtime-efficiencies";
import type { RuntimeEfficiencies, RuntimeRates } from "../engine/onnxruntime/step-load";
import { ratesOf } from "../estimate/time/card-rates";
import type { Device } from "./validation";

/** The type of matrix products in the model that runs. */
export type ProductType = "fp32" | "fp16";

export function efficienciesOn(device: Device): RuntimeEfficiencies {
  return device === "cuda" ? CUDA_EFFICIENCIES : CPU_EFFICIENCIES;
}

/**
 * What a device is taken to do until it was measured: a card what the catalogue says, a CPU what ours did.
 *
 * @param gpu null on the CPU
 * @returns null for a card whose rates nobody published
 */
export function assumedRates(gpu: GpuSpec | null, products: ProductType): RuntimeRates | null {
  if (gpu === null) return CPU_RATES;
  const answer = ratesOf(gpu, products === "fp32" ? "fp32" : "amp");
  if (answer.kind === "none") return null;
  const { productFlopsPerSecond, convolutionFp32FlopsPerSecond, memoryBytesPerSecond } = answer.rates;
  // The provider multiplies fp32 in TF32 where the card has it, as cuDNN does.
  const flopsPerSecond = products === "fp32" ? convolutionFp32FlopsPerSecond : productFlopsPerSecond.float16;
  if (flopsPerSecond === undefined) return null;
  return { flopsPerSecond, memoryBytesPerSecond, secondsPerNode: CUDA_SECONDS_PER_NODE };
}
