/** How the page about GPUs speaks. Pure text from rows. */

import { hourlyUsd } from "@/lib/estimate/choose-among";
import type { Cost } from "@/lib/estimate/cost";
import type { Goal, RecommendationRow } from "@/lib/estimate/recommendation";
import type { TimeLimit } from "@/lib/estimate/time/time-estimate";
import { type ByteUnit, formatBytes, formatCount, formatSeconds, formatUsd } from "@/lib/format";

export const GOAL_WORDS = {
  cheapest: { choice: "Cheapest", sentence: "cheapest that fits" },
  fastest: { choice: "Fastest", sentence: "fastest" },
  best_value: { choice: "Best value", sentence: "best value" },
} as const satisfies Record<Goal, { choice: string; sentence: string }>;

export const LIMIT_WORDS = {
  gpu: "the GPU",
  host: "the CPU's launches",
  loader: "loading images",
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

/** "6.3 GiB free" at the upper estimate, or how much it is over. */
export function headroomText({ headroomBytes }: RecommendationRow, unit: ByteUnit): string {
  return headroomBytes >= 0 ? `${formatBytes(headroomBytes, unit)} free` : `${formatBytes(-headroomBytes, unit)} over`;
}

export function timeText({ totalSeconds }: RecommendationRow): string | null {
  return totalSeconds === null ? null : formatSeconds(totalSeconds.likely);
}

export function timeRangeText({ totalSeconds }: RecommendationRow): string | null {
  return totalSeconds === null ? null : `${formatSeconds(totalSeconds.low)} – ${formatSeconds(totalSeconds.high)}`;
}

/** Who asks it, how it is sold and since when: "Akash, marketplace, 2026-05-24". */
export function priceText({ offer }: Cost): string {
  if (offer === null) return "your own price";
  return [offer.provider, offer.kind.replace("_", "-"), offer.asOf ?? "undated"].join(", ");
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
  const money = `${time}, about ${formatUsd(cost.usd.likely)}`;
  if (cost.offer === null) return `${money} at your own price`;
  const { provider, kind, asOf, stale } = cost.offer;
  const dated = asOf === null ? "an undated price" : `the ${kind.replace("_", "-")} price of ${asOf}`;
  return `${money} at ${dated} by ${provider}${stale === null ? "" : " (old: ask again)"}`;
}
