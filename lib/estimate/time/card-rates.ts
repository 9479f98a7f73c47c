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
 * times the fraction of it that measured cards like it reach in the median.
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
        precisions: [],
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
      cyclesPerSecond: cyclesPerSecond(gpu),
    },
  };
}

function unitOf(precision: Precision): "fp32" | "fp16" | "bf16" {
  if (precision === "fp32") return "fp32";
  return precision === "amp" ? "fp16" : "bf16";
}

function refusalOf(gpu: GpuSpec, precision: Precision): NoTime | null {
  if (gpu.runtime !== "cuda") {
    return {
      code: "not_cuda",
      reason: `Time is modelled for PyTorch on CUDA; ${gpu.name} runs ${gpu.runtime}.`,
      instead: null,
      precisions: [],
    };
  }
  const wantsBf16 = unitOf(precision) === "bf16";
  if (wantsBf16 && !gpu.bf16 && gpu.id !== null) {
    const precisions: readonly Precision[] = precision === "bf16" ? ["fp32", "amp"] : ["amp"];
    return {
      code: "bf16_emulated",
      reason: `${gpu.name} has no bf16 units and emulates them, several times slower than fp16.`,
      instead: precisions.join(", or "),
      precisions,
    };
  }
  return null;
}

/** Used where neither a card's clock nor its fp32 peak is known: an A100's boost clock. */
const ASSUMED_CYCLES_PER_SECOND = 1.41e9;
/** Lanes of a multiprocessor that each do a multiply and an add in a cycle. Source: CUDA C++ Programming Guide, arithmetic throughput by compute capability. */
const FP32_LANES = { data: 64, others: 128 } as const;
const FLOPS_PER_LANE = 2;

/** The boost clock, or the one that the card's fp32 peak implies. */
function cyclesPerSecond({ boostHertz, smCount, computeCapability, peakFlopsPerSecond }: GpuSpec): number {
  if (boostHertz !== undefined) return boostHertz;
  const peak = peakFlopsPerSecond.fp32;
  if (peak === undefined || smCount === undefined || computeCapability === null) return ASSUMED_CYCLES_PER_SECOND;
  const lanes = HALF_LANES.has(computeCapability) ? FP32_LANES.data : FP32_LANES.others;
  return peak / (FLOPS_PER_LANE * lanes * smCount);
}

const HALF_LANES: ReadonlySet<string> = new Set(["6.0", "7.0", "7.5", "8.0"]);

type Unit = "fp32" | "tf32" | "fp16" | "bf16";

function productRate(gpu: GpuSpec, unit: Unit): number | null {
  const measured = gpu.measuredMatmulFlopsPerSecond?.[unit];
  if (measured !== undefined) return measured;
  if (unit === "fp16" || unit === "bf16") {
    const planned = gpu.planningMatmulFlopsPerSecond?.value;
    if (planned !== undefined) return planned;
  }
  const peak = gpu.peakFlopsPerSecond[unit];
  if (peak === undefined) return null;
  return peak * ((unit === "tf32" ? halfPrecisionFraction(gpu) : null) ?? reachedFraction(unit, gpu.computeCapability));
}

/** What the card's matrix units reach of their peak in half precision they reach in TF32: power and clock limit both. */
function halfPrecisionFraction(gpu: GpuSpec): number | null {
  const [rate, peak] = [productRate(gpu, "fp16"), gpu.peakFlopsPerSecond.fp16];
  return rate === null || peak === undefined ? null : rate / peak;
}

const reached = new Map<string, number>();

/**
 * The median of measured rate over peak, over the catalogue's cards of the same compute capability, or over all where none
 * was measured: what multiprocessors of one design leave of their peak differs from that of others.
 */
function reachedFraction(unit: Unit, computeCapability: string | null): number {
  const key = `${unit} ${computeCapability}`;
  const known = reached.get(key);
  if (known !== undefined) return known;
  const all: number[] = [];
  const like: number[] = [];
  for (const gpu of GPUS) {
    const [rate, peak] = [gpu.measuredMatmulFlopsPerSecond?.[unit], gpu.peakFlopsPerSecond[unit]];
    if (rate === undefined || peak === undefined) continue;
    all.push(rate / peak);
    if (gpu.computeCapability === computeCapability) like.push(rate / peak);
  }
  const fractions = (like.length > 0 ? like : all).sort((a, b) => a - b);
  const median = fractions[Math.floor(fractions.length / 2)] ?? 1;
  reached.set(key, median);
  return median;
}
