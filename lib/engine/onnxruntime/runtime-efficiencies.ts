import { GB, GFLOP, MIB, MICROSECOND } from "../../units";
import type { RuntimeEfficiencies, RuntimeRates } from "./step-load";

/** Fitted by `node scripts/run.mjs scripts/fit/onnxruntime-kernels.ts` on `truth/kernels-onnxruntime-cpu.csv`. */
export const CPU_EFFICIENCIES: RuntimeEfficiencies = {
  flopCost: { product: 1, batched_product: 0.57, convolution: 1.09, transposed_convolution: 1.26 },
  elementCost: { scalar_loop: 975, sign: 206, layer_norm: 497, softmax: 61.2 },
  byteCost: {
    batched_product: 2.26,
    convolution: 0.312,
    transposed_convolution: 1.45,
    stream: 1,
    reduction: 1.28,
    copy: 1.71,
    interleave: 4.28,
    fill: 2.47,
    scatter: 1.68,
  },
  halfLength: 16.4,
  cacheBytes: 41 * MIB,
  beyondCache: 1.52,
};

/** Of the machine that the efficiencies were measured on, a virtual machine with two cores of an AMD EPYC (Zen 3). */
export const CPU_RATES: RuntimeRates = {
  flopsPerSecond: 168 * GFLOP,
  memoryBytesPerSecond: 41 * GB,
  secondsPerNode: 8.94 * MICROSECOND,
};
