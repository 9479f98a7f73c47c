/** Where the rows of the chart lie: cost upwards, time to the right, both in powers of ten, 0 to 1. */

import { unroundedUsd } from "@/lib/estimate/choose-among";
import type { RecommendationRow } from "@/lib/estimate/recommendation";
import { DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS } from "@/lib/units";

export interface ParetoPoint {
  readonly row: RecommendationRow;
  readonly seconds: number;
  readonly usd: number;
  readonly x: number;
  readonly y: number;
}

export interface Tick {
  readonly value: number;
  readonly at: number;
}

export interface Pareto {
  /** What fits and has both figures, quickest first. */
  readonly points: readonly ParetoPoint[];
  /** Those that nothing beats, quickest first. */
  readonly front: readonly ParetoPoint[];
  readonly timeTicks: readonly Tick[];
  readonly costTicks: readonly Tick[];
}

/** Names nearer than this would touch on a small screen. */
const CLOSEST_TICKS = 0.13;

/** Room at every side, as a share of the chart. */
const MARGIN = 0.05;

/** @returns null where nothing that fits has both a time and a cost */
export function paretoOf(rows: readonly RecommendationRow[]): Pareto | null {
  const found = rows
    .flatMap((row) =>
      row.verdict === "fits" && row.totalSeconds !== null && row.cost !== null
        ? [{ row, seconds: row.totalSeconds.likely, usd: unroundedUsd(row) }]
        : [],
    )
    // A price of nothing has no place on a scale of powers; it is in the table.
    .filter(({ seconds, usd }) => seconds > 0 && usd > 0)
    .sort((a, b) => a.seconds - b.seconds || a.usd - b.usd);
  if (found.length === 0) return null;
  const along = logScale(found.map(({ seconds }) => seconds));
  const upwards = logScale(found.map(({ usd }) => usd));
  const points = found.map((point) => ({ ...point, x: along.at(point.seconds), y: upwards.at(point.usd) }));
  return {
    points,
    front: points.filter(({ row }) => row.onFront),
    timeTicks: along.ticks(TIME_TICKS),
    costTicks: upwards.ticks(COST_TICKS),
  };
}

/** Right and down, from corner to corner: everything above and right of it is beaten. In a box of 1000 × 1000. */
export function frontPath(front: readonly ParetoPoint[]): string {
  const place = (x: number, y: number) => `${(x * 1000).toFixed(1)} ${((1 - y) * 1000).toFixed(1)}`;
  const [first] = front;
  const last = front.at(-1);
  if (first === undefined || last === undefined) return "";
  const corners = front.flatMap(({ x, y }, index) => {
    const before = front[index - 1];
    return before === undefined ? [place(x, y)] : [place(x, before.y), place(x, y)];
  });
  return `M${[place(first.x, 1), ...corners, place(1, last.y)].join("L")}`;
}

/** Index of the point nearest to a place of the chart. */
export function nearestPoint(points: readonly ParetoPoint[], x: number, y: number, aspect: number): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  points.forEach((point, index) => {
    const distance = ((point.x - x) * aspect) ** 2 + (point.y - y) ** 2;
    if (distance < least) [nearest, least] = [index, distance];
  });
  return nearest;
}

/** Left below a point of the front there is nothing, by what the front is; right above it there may be others. */
export interface PlacedLabel {
  readonly point: ParetoPoint;
  readonly side: "left below" | "right above";
}

/**
 * The points of the front whose names have room, ends first. Sizes are shares of the chart.
 *
 * @param widthOf  of a name
 * @param height   of a line
 */
export function placeLabels(
  front: readonly ParetoPoint[],
  widthOf: (point: ParetoPoint) => number,
  height: number,
): readonly PlacedLabel[] {
  const [first] = front;
  const last = front.at(-1);
  const inOrder = [...new Set([first, last, ...front])].filter((point) => point !== undefined);
  const taken: { left: number; right: number; bottom: number; top: number }[] = [];
  return inOrder.flatMap((point) => {
    for (const side of ["left below", "right above"] as const) {
      const width = widthOf(point);
      const left = side === "right above" ? point.x : point.x - width;
      const bottom = side === "right above" ? point.y : point.y - height;
      const box = { left, right: left + width, bottom, top: bottom + height };
      const isInside = box.left >= 0 && box.right <= 1 && box.bottom >= 0 && box.top <= 1;
      const isFree = taken.every(
        (other) =>
          box.right < other.left || box.left > other.right || box.top <= other.bottom || box.bottom >= other.top,
      );
      if (isInside && isFree) {
        taken.push(box);
        return [{ point, side }];
      }
    }
    return [];
  });
}

const TIME_TICKS = [
  ...[1, 3, 10, 30],
  ...[1, 3, 10, 30].map((minutes) => minutes * MINUTE_SECONDS),
  ...[1, 3, 10].map((hours) => hours * HOUR_SECONDS),
  ...[1, 3, 10, 30, 100, 300, 1000].map((days) => days * DAY_SECONDS),
];

const COST_TICKS = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6].flatMap((power) => [10 ** power, 3 * 10 ** power]);

function logScale(values: readonly number[]) {
  const low = Math.log(Math.min(...values));
  // One value alone stands in the middle.
  const spread = Math.log(Math.max(...values)) - low;
  const span = spread || 1;
  const start = spread === 0 ? low - span / 2 : low;
  const at = (value: number) => MARGIN + ((Math.log(value) - start) / span) * (1 - 2 * MARGIN);
  return {
    at,
    ticks: (candidates: readonly number[]) => {
      const ticks: Tick[] = [];
      for (const value of candidates) {
        const place = at(value);
        const before = ticks.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
        if (place >= 0 && place <= 1 && place - before >= CLOSEST_TICKS) ticks.push({ value, at: place });
      }
      return ticks;
    },
  };
}
