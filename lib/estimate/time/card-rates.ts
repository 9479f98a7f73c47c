import type { GpuSpec } from "../../catalogue/gpus";
import { GPUS } from "../../catalogue/gpus";
import type { Precision } from "../../plan/plan";
import type { CardRates } from "../../readings/roofline";
import type { NoTime } from "./time-estimate";

export type RatesAnswer =
  | { readonly kind: "rates"; readonly rates: CardRates }
  | { readonly kind: "none"; readonly why: NoTime };

/** Used where a custom card's multiprocessors were not given: those of an A100. */
const ASSUMED_MULTIPROCESSORS = 108;

/**
 * The rates to reckon a card with: of matrix products the measured one where somebody measured it, else the dense peak
 * times the fraction of it that measured cards reach in the median.
 */
export function ratesOf(gpu: GpuSpec, precision: Precision): RatesAnswer {
  const refusal = refusalOf(gpu, precision);
  if (refusal !== null) return { kind: "none", why: refusal };
  const bandwidth = gpu.memoryBandwidthBytesPerSecond;
  const [single, half, brain] = [productRate(gpu, "fp32"), productRate(gpu, "fp16"), productRate(gpu, "bf16")];
  const needed = precision === "fp32" ? single : precision === "amp" ? half : brain;
  if (bandwidth === null || needed === null || single === null) {
    const missing = [
      ...(bandwidth === null ? ["its memory bandwidth"] : []),
      ...(needed === null || single === null ? [`its rate of matrix products in ${unitOf(precision)} and fp32`] : []),
    ];
    return {
      kind: "none",
      why: {
        code: "no_rates",
        reason: `${gpu.name} has no known time: ${missing.join(" and ")} is not given.`,
        instead: "Give memoryBandwidthBytesPerSecond and peakFlopsPerSecond with the card.",
      },
    };
  }
  return {
    kind: "rates",
    rates: {
      productFlopsPerSecond: {
        float32: single,
        ...(half === null ? {} : { float16: half }),
        ...(brain === null ? {} : { bfloat16: brain }),
      },
      // cuDNN may use TF32 in convolutions where matrix products in fp32 do not. Source: PyTorch `torch.backends.cudnn.allow_tf32`.
      convolutionFp32FlopsPerSecond: gpu.tf32 ? (productRate(gpu, "tf32") ?? single) : single,
      memoryBytesPerSecond: bandwidth,
      multiprocessors: gpu.smCount ?? ASSUMED_MULTIPROCESSORS,
    },
  };
}

function unitOf(precision: Precision): "fp32" | "fp16" | "bf16" {
  if (precision === "fp32") return "fp32";
  return precision === "amp" ? "fp16" : "bf16";
}

function refusalOf(gpu: GpuSpec, precision: Precision): NoTime | null {
  const wantsBf16 = unitOf(precision) === "bf16";
  if (wantsBf16 && !gpu.bf16 && gpu.id !== null) {
    return {
      code: "bf16_emulated",
      reason: `${gpu.name} has no bf16 units and emulates them, several times slower than fp16.`,
      instead: precision === "bf16" ? "fp32, or amp" : "amp",
    };
  }
  if (gpu.runtime !== "cuda") {
    return {
      code: "not_cuda",
      reason: `Time is modelled for PyTorch on CUDA; ${gpu.name} runs ${gpu.runtime}.`,
      instead: null,
    };
  }
  return null;
}

type Unit = "fp32" | "tf32" | "fp16" | "bf16";

function productRate(gpu: GpuSpec, unit: Unit): number | null {
  const measured = gpu.measuredMatmulFlopsPerSecond?.[unit];
  if (measured !== undefined) return measured;
  if (unit === "fp16" || unit === "bf16") {
    const planned = gpu.planningMatmulFlopsPerSecond?.value;
    if (planned !== undefined) return planned;
  }
  const peak = gpu.peakFlopsPerSecond[unit];
  return peak === undefined ? null : peak * reachedFraction(unit);
}

const reached = new Map<Unit, number>();

/** The median over the catalogue's cards of measured rate over peak. */
function reachedFraction(unit: Unit): number {
  const known = reached.get(unit);
  if (known !== undefined) return known;
  const fractions: number[] = [];
  for (const gpu of GPUS) {
    const [rate, peak] = [gpu.measuredMatmulFlopsPerSecond?.[unit], gpu.peakFlopsPerSecond[unit]];
    if (rate !== undefined && peak !== undefined) fractions.push(rate / peak);
  }
  fractions.sort((a, b) => a - b);
  const median = fractions[Math.floor(fractions.length / 2)] ?? 1;
  reached.set(unit, median);
  return median;
}
