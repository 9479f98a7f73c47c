/** How the page about GPUs speaks. Pure text from rows. */

import type { GpuRuntime } from "@/lib/catalogue/gpus";
import type { RentableOffer } from "@/lib/catalogue/prices";
import { hourlyUsd, shownUsd } from "@/lib/estimate/choose-among";
import type { Cost } from "@/lib/estimate/cost";
import type { Goal, RecommendationRow } from "@/lib/estimate/recommendation";
import type { TimeLimit } from "@/lib/estimate/time/time-estimate";
import { type ByteUnit, formatBytes, formatBytesNumber, formatCount, formatSeconds, formatUsd } from "@/lib/format";
import type { Precision } from "@/lib/plan/plan";

export const GOAL_WORDS = {
  cheapest: { choice: "Cheapest", sentence: "cheapest that fits" },
  fastest: { choice: "Fastest", sentence: "fastest" },
  best_value: { choice: "Best value", sentence: "best value" },
} as const satisfies Record<Goal, { choice: string; sentence: string }>;

export const LIMIT_WORDS = {
  gpu: "the GPU",
  host: "the CPU's launches",
  loader: "loading images",
  storage: "reading image files",
  transfer: "copying to the GPU",
  communication: "talk between GPUs",
} as const satisfies Record<TimeLimit, string>;

/** "1 × RTX 4090": here the count is what is chosen, so that it is always said. */
export function devicesText({ deviceCount, gpuName }: RecommendationRow): string {
  return `${formatCount(deviceCount)} × ${shortName(gpuName)}`;
}

/** The maker's name is left out where the card's says enough. */
export function shortName(gpuName: string): string {
  return gpuName.replace(/^NVIDIA (?:GeForce )?/, "");
}

/** "6.3 of 23.6 GiB free" at the upper estimate, or how much it is over. */
export function headroomText({ headroomBytes, usableBytes }: RecommendationRow, unit: ByteUnit): string {
  const usable = formatBytes(usableBytes, unit);
  return headroomBytes >= 0
    ? `${formatBytesNumber(headroomBytes, unit)} of ${usable} free`
    : `${formatBytes(-headroomBytes, unit)} over ${usable}`;
}

/** The software that stands in CUDA's place on other makers' cards. */
export function runtimeText(runtime: GpuRuntime): string {
  return RUNTIME_WORDS[runtime];
}

const RUNTIME_WORDS = {
  cuda: "CUDA",
  rocm: "ROCm",
  xpu: "oneAPI",
  mps: "Metal",
  hpu: "Gaudi's runtime",
  xla: "XLA",
} as const satisfies Record<GpuRuntime, string>;

/** "“fp32” or “amp”". */
export function precisionsText(precisions: readonly Precision[]): string {
  return precisions.map((precision) => `“${precision}”`).join(" or ");
}

export function timeText({ totalSeconds }: RecommendationRow): string | null {
  return totalSeconds === null ? null : formatSeconds(totalSeconds.likely);
}

export function timeRangeText({ totalSeconds }: RecommendationRow): string | null {
  return totalSeconds === null ? null : `${formatSeconds(totalSeconds.low)} – ${formatSeconds(totalSeconds.high)}`;
}

/** Who asks it, how it is sold and since when: "Akash, marketplace, 2026-05-24". */
export function priceText({ offer }: Cost): string {
  return offer === null ? "your own price" : `${sellerText(offer)}, ${offer.asOf ?? "undated"}`;
}

/** "Akash, marketplace". */
export function sellerText({ provider, kind }: RentableOffer): string {
  return `${provider}, ${kind.replace("_", "-")}`;
}

/** "2026-05-24 · 187 days old": the age only where it is too old to be trusted. */
export function priceDateText({ asOf, ageDays, stale }: RentableOffer): string {
  if (asOf === null || ageDays === null) return "undated";
  return stale === null ? asOf : `${asOf} · ${formatCount(ageDays)} days old`;
}

/** "$0.34/h" for all GPUs that are paid for. */
export function hourlyText(cost: Cost): string {
  return `${formatUsd(hourlyUsd(cost))}/h`;
}

/** More GPUs are paid for than used when the instance is larger. */
export function billedText({ cost, deviceCount }: RecommendationRow): string | null {
  if (cost === null || cost.billedGpuCount === deviceCount) return null;
  return `${formatCount(cost.billedGpuCount)} GPUs are billed`;
}

/** "52 min 44 s, about $0.04 at Akash's marketplace price of 2026-05-24". */
export function timeAndMoney(row: RecommendationRow): string {
  const time = timeText(row) ?? "no time is known";
  const { cost } = row;
  if (cost === null) return `${time}, at a price nobody states`;
  const money = `${time}, about ${formatUsd(shownUsd(row))}`;
  if (cost.offer === null) return `${money} at your own price`;
  const { provider, kind, asOf, stale } = cost.offer;
  const dated = asOf === null ? "an undated price" : `the ${kind.replace("_", "-")} price of ${asOf}`;
  // What is undated needs no second warning.
  const warning = stale === null || asOf === null ? "" : " (old: ask again)";
  return `${money} at ${dated} by ${provider}${warning}`;
}
