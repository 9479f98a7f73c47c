import type { GpuSpec } from "../../catalogue/gpus";
import type { Precision } from "../../plan/plan";
import type { CardRates } from "../../readings/roofline";
import { type RatesAnswer, ratesOf } from "./card-rates";

/** The rates of a card, those that were measured on it in place of what is assumed of its kind. */
export function measuredRatesOf(gpu: GpuSpec, precision: Precision): RatesAnswer {
  const answer = ratesOf(gpu, precision);
  return answer.kind === "none" ? answer : { kind: "rates", rates: measuredRates(answer.rates, gpu) };
}

function measuredRates(rates: CardRates, { measuredHere, tf32 }: GpuSpec): CardRates {
  if (measuredHere === undefined) return rates;
  const { productFactors = {}, bandwidthFactor = 1 } = measuredHere;
  const { productFlopsPerSecond, convolutionFp32FlopsPerSecond, memoryBytesPerSecond } = rates;
  const factorOf = (unit: "fp32" | "tf32" | "fp16") => productFactors[unit] ?? 1;
  const scaled = (rate: number | undefined, factor: number) => (rate === undefined ? undefined : rate * factor);
  const [single, half] = [
    scaled(productFlopsPerSecond.float32, factorOf("fp32")),
    scaled(productFlopsPerSecond.float16, factorOf("fp16")),
  ];
  return {
    ...rates,
    productFlopsPerSecond: {
      ...productFlopsPerSecond,
      ...(single === undefined ? {} : { float32: single }),
      ...(half === undefined ? {} : { float16: half }),
    },
    convolutionFp32FlopsPerSecond: convolutionFp32FlopsPerSecond * factorOf(tf32 ? "tf32" : "fp32"),
    memoryBytesPerSecond: memoryBytesPerSecond * bandwidthFactor,
  };
}
