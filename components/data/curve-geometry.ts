/** Where the learning curve lies in its chart. Pure numbers from an answer. */

import type { DataRequirement, SizePrediction } from "@/lib/estimate/data/data-requirement";

/** Beyond the last prediction the axis goes on so far, to show where it ends and where the need lies. */
const BEYOND = 2;

export interface CurvePoint {
  readonly size: number;
  readonly likely: number;
  readonly low80: number;
  readonly high80: number;
  readonly low90: number;
  readonly high90: number;
}

export interface CurvePlot {
  readonly points: readonly CurvePoint[];
  readonly smallest: number;
  readonly largest: number;
  /** Accuracies at the lower and upper edge. */
  readonly bottom: number;
  readonly top: number;
  /** Sizes at the axis. */
  readonly sizeTicks: readonly number[];
  readonly accuracyTicks: readonly number[];
  /** Last size with a prediction. */
  readonly end: number;
  /** 0 to 1 along the axis, which grows by factors. */
  readonly along: (size: number) => number;
  readonly height: (accuracy: number) => number;
}

export interface PilotMark {
  readonly size: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly each: readonly number[];
}

/** @returns null where no accuracy is predicted at any size */
export function plotOf(requirement: DataRequirement): CurvePlot | null {
  const { request } = requirement;
  const points = requirement.curve.flatMap((prediction): CurvePoint[] => {
    const size = sizeOf(prediction, request.unit);
    return size === null || prediction.accuracy === null ? [] : [{ size, ...prediction.accuracy }];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first.size === last.size) return null;
  const need = needIn(requirement)?.likely ?? 0;
  const smallest = first.size;
  const largest = Math.max(last.size * BEYOND, need * 1.15);
  const marks = pilotMarks(requirement);
  const heights = [
    ...points.flatMap(({ low90, high90 }) => [low90, high90]),
    ...marks.flatMap(({ each }) => each),
    ...[request.zeroShotAccuracy, request.targetAccuracy].filter((value) => value !== null),
  ];
  const step = accuracyStep(Math.max(...heights) - Math.min(...heights));
  const bottom = Math.max(0, Math.floor(Math.min(...heights) / step - 0.1) * step);
  const top = Math.min(1, Math.ceil(Math.max(...heights) / step + 0.1) * step);
  const span = Math.log(largest / smallest);
  return {
    points,
    smallest,
    largest,
    bottom,
    top,
    end: last.size,
    sizeTicks: doublings(smallest, largest),
    accuracyTicks: Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, index) =>
      Math.min(1, Number((bottom + index * step).toFixed(4))),
    ),
    along: (size) => Math.log(size / smallest) / span,
    height: (accuracy) => (accuracy - bottom) / (top - bottom),
  };
}

export function sizeOf({ shotsPerClass, images }: SizePrediction, unit: "shotsPerClass" | "images"): number | null {
  return unit === "images" ? images : shotsPerClass;
}

/** The need in the unit of the axis. */
export function needIn({ request, imagesNeeded, shotsPerClassNeeded }: DataRequirement) {
  return request.unit === "images" ? imagesNeeded : shotsPerClassNeeded;
}

/** Rows of equal size are one mark with a spread. */
export function pilotMarks({ request: { pilot } }: DataRequirement): PilotMark[] {
  const sizes = [...new Set(pilot.map(({ size }) => size))].sort((a, b) => a - b);
  return sizes.map((size) => {
    const rows = pilot.filter((point) => point.size === size);
    const each = rows.map(({ accuracy }) => accuracy);
    const repeats = rows.reduce((sum, row) => sum + row.repeats, 0);
    const mean = rows.reduce((sum, { accuracy, repeats: count }) => sum + accuracy * count, 0) / repeats;
    return { size, mean, low: Math.min(...each), high: Math.max(...each), each };
  });
}

function accuracyStep(range: number): number {
  return [0.01, 0.02, 0.05, 0.1, 0.2].find((step) => range / step <= 6) ?? 0.2;
}

/** The smallest size and its doublings; every other one where there would be many. */
function doublings(smallest: number, largest: number): number[] {
  const count = Math.floor(Math.log2(largest / smallest) + 1e-9);
  const stride = count > 10 ? 2 : 1;
  return Array.from({ length: Math.floor(count / stride) + 1 }, (_, index) => smallest * 2 ** (index * stride));
}

/** SVG paths in a square of 1000 × 1000. */
export function curvePaths({ points, along, height }: CurvePlot) {
  const at = (point: CurvePoint, key: Exclude<keyof CurvePoint, "size">) =>
    `${(along(point.size) * 1000).toFixed(1)} ${((1 - height(point[key])) * 1000).toFixed(1)}`;
  const line = (key: Exclude<keyof CurvePoint, "size">) => points.map((point) => at(point, key));
  const between = (upper: readonly string[], lower: readonly string[]) =>
    `M${upper.join("L")}L${lower.toReversed().join("L")}Z`;
  return {
    band90: between(line("high90"), line("low90")),
    band80: between(line("high80"), line("low80")),
    likely: `M${line("likely").join("L")}`,
  };
}
