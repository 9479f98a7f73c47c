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
  isQueued: false,
};

/** Of the machine that the efficiencies were measured on, a virtual machine with two cores of an AMD EPYC (Zen 3). */
export const CPU_RATES: RuntimeRates = {
  flopsPerSecond: 168 * GFLOP,
  memoryBytesPerSecond: 41 * GB,
  secondsPerNode: 8.94 * MICROSECOND,
};

/** Fraction of the rate of products that convolutions reach, as PyTorch's do on the same card; see docs/time.md. */
const CUDA_CONVOLUTION = 0.625;
const CUDA_PRODUCT = 4.26;
const CUDA_BYTE = 1.31;

/**
 * Of the CUDA provider. Three constants are all that nine steps can tell: `node scripts/run.mjs scripts/fit/onnxruntime-cuda.ts` fits them on rows of
 * `truth/onnxruntime-h100.jsonl`, and the others check them. Products reach a quarter of the rate in TF32,
 * since half of them have operands in an order that matrix units cannot load.
 */
export const CUDA_EFFICIENCIES: RuntimeEfficiencies = cudaEfficiencies({ product: CUDA_PRODUCT, byte: CUDA_BYTE });

/** Of the host of that H100. */
export const CUDA_SECONDS_PER_NODE = 8.26 * MICROSECOND;

export function cudaEfficiencies({ product, byte }: Readonly<Record<"product" | "byte", number>>): RuntimeEfficiencies {
  const convolution = product / CUDA_CONVOLUTION;
  return {
    flopCost: { product, batched_product: product, convolution, transposed_convolution: convolution },
    elementCost: {},
    byteCost: {
      stream: byte,
      scalar_loop: byte,
      sign: byte,
      layer_norm: byte,
      softmax: byte,
      copy: byte,
      interleave: byte,
      reduction: byte,
      fill: byte,
      scatter: byte,
    },
    halfLength: 0,
    cacheBytes: 0,
    beyondCache: 1,
    isQueued: true,
  };
}
