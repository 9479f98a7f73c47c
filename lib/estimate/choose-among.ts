/** Which of many rows a goal and a filter leave, best first. Light enough for a browser, where it answers at once. */

import { formatDevices, formatSeconds, formatUsd } from "../format";
import { HOUR_SECONDS } from "../units";
import type { Cost } from "./cost";
import type { Goal, Recommendation, RecommendationFilter, RecommendationRow } from "./recommendation";

/** Filters, marks the front among what is left, and sorts. Rows of any order and any marks will do. */
export function chooseAmong(
  rows: readonly RecommendationRow[],
  goal: Goal,
  filter: RecommendationFilter,
): Pick<Recommendation, "rows" | "best"> {
  const counts = filter.deviceCounts;
  const admitted = rows.filter(
    (row) =>
      isConsidered(row, filter) && (counts === undefined || counts.includes(row.deviceCount)) && isWithin(row, filter),
  );
  const sorted = markFront(admitted).sort(byGoal(goal));
  const [first] = sorted;
  const best = first !== undefined && isAnswer(first, goal) ? { row: first, reason: reasonOf(first, goal) } : null;
  return { rows: sorted, best };
}

type CardOfRow = Pick<RecommendationRow, "gpuId" | "vendor" | "memoryBytes" | "bf16">;

/** Whether a filter lets a card in at all, whatever its time and price. */
export function isConsidered(
  { gpuId, vendor, memoryBytes, bf16: hasBf16 }: CardOfRow,
  { owned, vendors, smallestMemoryBytes, bf16 }: RecommendationFilter,
): boolean {
  return (
    (owned === undefined || owned.includes(gpuId)) &&
    (vendors === undefined || vendors.includes(vendor)) &&
    (smallestMemoryBytes === undefined || memoryBytes >= smallestMemoryBytes) &&
    (bf16 !== true || hasBf16)
  );
}

/** Bounds on price and time hold for the likely figures; a row without the figure cannot be said to keep it. */
function isWithin(row: RecommendationRow, filter: RecommendationFilter): boolean {
  const { highestUsdPerHour, highestUsd, deadlineSeconds } = filter;
  if (highestUsdPerHour !== undefined) {
    if (row.cost === null || hourlyUsd(row.cost) > highestUsdPerHour) return false;
  }
  if (highestUsd !== undefined && (row.cost === null || row.cost.usd.likely > highestUsd)) return false;
  return deadlineSeconds === undefined || (row.totalSeconds !== null && row.totalSeconds.likely <= deadlineSeconds);
}

/** Rows than which no other that fits is both quicker and cheaper. */
function markFront(rows: readonly RecommendationRow[]): RecommendationRow[] {
  const contenders = rows
    .filter((row) => row.verdict === "fits" && row.totalSeconds !== null && row.cost !== null)
    .sort((a, b) => secondsOf(a) - secondsOf(b) || unroundedUsd(a) - unroundedUsd(b));
  const front = new Set<RecommendationRow>();
  let cheapest = Number.POSITIVE_INFINITY;
  for (const row of contenders) {
    if (unroundedUsd(row) >= cheapest) continue;
    cheapest = unroundedUsd(row);
    front.add(row);
  }
  return rows.map((row) => (front.has(row) === row.onFront ? row : { ...row, onFront: !row.onFront }));
}

function secondsOf({ totalSeconds }: RecommendationRow): number {
  return totalSeconds?.likely ?? Number.POSITIVE_INFINITY;
}

/** The unrounded price of the hours: runs of less than a cent are told apart. */
export function unroundedUsd({ cost, totalSeconds }: RecommendationRow): number {
  if (cost === null || totalSeconds === null) return Number.POSITIVE_INFINITY;
  return (totalSeconds.likely / HOUR_SECONDS) * hourlyUsd(cost);
}

/** To the cent; a run of less than half a cent as exactly as it is known, as it is not free. */
export function shownUsd(row: RecommendationRow): number {
  const cents = row.cost?.usd.likely ?? 0;
  return cents === 0 ? unroundedUsd(row) : cents;
}

export function hourlyUsd({ offer, usdPerGpuHour, billedGpuCount }: Cost): number {
  return offer === null ? usdPerGpuHour * billedGpuCount : offer.totalUsdPerHour;
}

/** What each goal wants small. Value weighs time against money evenly: half the time is worth twice the price. */
function measureOf(row: RecommendationRow, goal: Goal): number {
  if (goal === "cheapest") return unroundedUsd(row);
  return goal === "fastest" ? secondsOf(row) : secondsOf(row) * unroundedUsd(row);
}

const VERDICT_ORDER = { fits: 0, tight: 1, does_not_fit: 2 } as const;

function byGoal(goal: Goal): (a: RecommendationRow, b: RecommendationRow) => number {
  return (a, b) => {
    return (
      VERDICT_ORDER[a.verdict] - VERDICT_ORDER[b.verdict] ||
      difference(measureOf(a, goal), measureOf(b, goal)) ||
      // What is as quick is better for less money, and the other way round.
      difference(unroundedUsd(a), unroundedUsd(b)) ||
      difference(secondsOf(a), secondsOf(b)) ||
      a.deviceCount - b.deviceCount ||
      (a.gpuId < b.gpuId ? -1 : 1)
    );
  };
}

/** Two figures that are both missing are equal. */
function difference(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function isAnswer(row: RecommendationRow, goal: Goal): boolean {
  return row.verdict === "fits" && Number.isFinite(measureOf(row, goal));
}

function reasonOf(row: RecommendationRow, goal: Goal): string {
  const devices = formatDevices(row.deviceCount, row.gpuName);
  const time = formatSeconds(secondsOf(row));
  const money = row.cost === null ? "at a price nobody states" : `for ${formatUsd(shownUsd(row))}`;
  switch (goal) {
    case "cheapest":
      return `${devices} costs least of what fits: ${time} ${money}.`;
    case "fastest":
      return `${devices} is the quickest that fits: ${time} ${money}.`;
    case "best_value":
      return `${devices} has the least time times money of what fits: ${time} ${money}.`;
  }
}
