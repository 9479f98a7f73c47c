/** How the answer speaks of time and money. Pure text from an estimate. */

import type { PriceKind } from "@/lib/catalogue/prices";
import type { Cost } from "@/lib/estimate/cost";
import type { Estimate } from "@/lib/estimate/estimate";
import { formatCount, formatSecondsRange, formatUsd } from "@/lib/format";
import type { Precision } from "@/lib/plan/plan";

export const PRICE_KIND_WORDS = {
  on_demand: "on demand",
  serverless: "serverless",
  spot: "spot: can be taken away",
  marketplace: "marketplace of single hosts",
  community: "community hosts",
} as const satisfies Record<PriceKind, string>;

/** "9 min (7–12) on 1 × RTX 4090, about $0.03 at Akash's price of 24 May 2026 (187 days old)". */
export function timeAndCostSentence({ time, cost, noCost, plan, gpu }: Estimate): string | null {
  if (time === null) return null;
  const duration = `${formatSecondsRange(time.totalSeconds)} on ${formatCount(plan.deviceCount)} × ${gpu.name}`;
  const [least] = cost;
  if (least !== undefined) return `${duration}, about ${billText(least)} at ${priceOrigin(least)}`;
  return noCost === null ? duration : `${duration}; no cost, as ${noCost}`;
}

/** Whose price it is, and of when. */
export function priceOrigin({ offer, usdPerGpuHour }: Cost): string {
  if (offer === null) return `your price of ${formatUsd(usdPerGpuHour)} per GPU and hour`;
  const { provider, asOf, ageDays } = offer;
  if (asOf === null || ageDays === null) return `${provider}'s price, which is not dated`;
  return `${provider}'s price of ${dayText(asOf)} (${ageText(ageDays)})`;
}

/** What a run costs; free only where the hour is. */
export function billText({ usd, usdPerGpuHour }: Cost): string {
  return usdPerGpuHour === 0 ? formatUsd(0) : usdText(usd.likely);
}

/** A bill is to the cent; a run that comes to less is not free. */
export function usdText(usd: number): string {
  return usd === 0 ? `less than ${formatUsd(0.01)}` : formatUsd(usd);
}

/** "$0.05 ($0.04–$0.06)". */
export function usdRangeText(cost: Cost): string {
  return `${billText(cost)} (${formatUsd(cost.usd.low)}–${formatUsd(cost.usd.high)})`;
}

export function ageText(days: number): string {
  if (days === 0) return "of today";
  return days === 1 ? "1 day old" : `${formatCount(days)} days old`;
}

/** "24 May 2026" from "2026-05-24", the same for every reader. */
export function dayText(day: string): string {
  return LONG_DAY.format(new Date(`${day}T00:00:00Z`));
}

const LONG_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

export const PRECISION_WORDS = {
  fp32: "fp32",
  amp: "amp (mixed, fp16)",
  amp_bf16: "amp_bf16 (mixed, bf16)",
  bf16: "bf16",
} as const satisfies Record<Precision, string>;
