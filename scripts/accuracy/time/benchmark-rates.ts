import type { GpuSpec } from "../../../lib/catalogue/gpus";
import { ratesOf } from "../../../lib/estimate/time/card-rates";
import type { CardRates } from "../../../lib/readings/roofline";
import type { TimePrecision } from "../time-rows";

/** A card's rates for a benchmark's precision, which may be one that no plan has, and the peak of its units. */
export function ratesFor(gpu: GpuSpec, precision: TimePrecision): { rates: CardRates; peak: number } | null {
  const needed = precision === "fp16" ? "amp" : precision === "tf32" ? "fp32" : precision;
  const answer = ratesOf(gpu, needed);
  if (answer.kind === "none") return null;
  const { rates } = answer;
  const unit = precision === "fp16" || precision === "amp" ? "fp16" : precision === "tf32" ? "tf32" : precision;
  const peak = gpu.peakFlopsPerSecond[unit === "amp_bf16" ? "bf16" : unit];
  if (peak === undefined) return null;
  const { productFlopsPerSecond: products } = rates;
  if (precision === "fp16" && products.float16 !== undefined) {
    return { rates: { ...rates, productFlopsPerSecond: { ...products, bfloat16: products.float16 } }, peak };
  }
  if (precision === "tf32") {
    const float32 = rates.convolutionFp32FlopsPerSecond;
    return { rates: { ...rates, productFlopsPerSecond: { ...products, float32 } }, peak };
  }
  return { rates, peak };
}
