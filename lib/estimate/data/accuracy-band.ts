import type { ErrorQuantiles, LearningCurveConstants } from "../../catalogue/learning-curves";
import { ACCURACY_FLOOR } from "./learning-curve";
import { normalQuantile } from "./normal";
import { type PilotPoint, pilotSizeCount, sizeCountKey } from "./pilot";

/** An expected accuracy with the ranges it lies in four times in five and nine times in ten. Fractions. */
export interface AccuracyBand {
  readonly likely: number;
  readonly low80: number;
  readonly high80: number;
  readonly low90: number;
  readonly high90: number;
}

/** Beyond this many times the largest pilot, published curves do not say where accuracy goes. */
export const FARTHEST_MULTIPLE = 4;

export interface BandInput {
  /** Joined, ascending, at least one. */
  readonly points: readonly PilotPoint[];
  /** The highest that was measured, before repeats were joined: one more point can raise it and never lower it. */
  readonly highestAccuracy: number;
  /** Images that each accuracy was measured on; null when not said. */
  readonly testSampleCount: number | null;
  readonly residuals: LearningCurveConstants["residuals"];
}

/**
 * The band around an expected accuracy. Its half-width is a quantile of the errors that the same method made on published
 * curves, by pilot sizes and by how many doublings lie between the pilot and the size; errors shrink towards the ceiling
 * as √(1 − accuracy). The noise of a small test set is added in quadrature.
 *
 * The width depends on the pilot and the distance alone and never shrinks with distance: where a band would reach past 1
 * (or below 0) it is moved back inside and keeps its width.
 */
export function accuracyBand(likely: number, size: number, input: BandInput): AccuracyBand {
  const quantiles = errorQuantiles(size, input);
  const scale = Math.sqrt(Math.max(ACCURACY_FLOOR, 1 - input.highestAccuracy));
  const [low80, high80] = inside(likely, halfWidth(quantiles.q80 * scale, 0.8, input));
  const [low90, high90] = inside(likely, halfWidth(quantiles.q90 * scale, 0.9, input));
  return { likely, low80, high80, low90, high90 };
}

/** Errors at a distance: between whole doublings in proportion, and below the smallest pilot as from a single size. */
function errorQuantiles(size: number, { points, residuals }: BandInput): ErrorQuantiles {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("a pilot without points has no band");
  const own = residuals[sizeCountKey(pilotSizeCount(points))];
  const ahead = Math.log2(size / last.size);
  if (ahead > 0) return between(own, own, ahead);
  const behind = Math.log2(first.size / size);
  return behind > 0 ? between(own, residuals["1"], behind) : quantilesAt(own, 0);
}

/** @param near  errors within the pilot; @param far  errors at whole doublings outside it */
function between(near: ResidualsOf, far: ResidualsOf, doublings: number): ErrorQuantiles {
  const below = Math.floor(doublings);
  const from = quantilesAt(below === 0 ? near : far, below);
  const to = quantilesAt(far, Math.ceil(doublings));
  const part = doublings - below;
  return { q80: from.q80 + (to.q80 - from.q80) * part, q90: from.q90 + (to.q90 - from.q90) * part };
}

type ResidualsOf = Readonly<Record<string, ErrorQuantiles>>;

function quantilesAt(residuals: ResidualsOf, doublings: number): ErrorQuantiles {
  const found = residuals[String(doublings)];
  if (found === undefined) throw new RangeError(`no errors are known ${doublings} doublings from the pilot`);
  return found;
}

function halfWidth(modelError: number, coverage: number, { highestAccuracy, testSampleCount }: BandInput): number {
  if (testSampleCount === null) return modelError;
  // Below one half the variance is kept at its largest: it may shrink with one more point, and never grow.
  const variance = highestAccuracy > 0.5 ? highestAccuracy * (1 - highestAccuracy) : 0.25;
  return Math.hypot(modelError, normalQuantile((1 + coverage) / 2) * Math.sqrt(variance / testSampleCount));
}

function inside(likely: number, half: number): [low: number, high: number] {
  const width = Math.min(1, 2 * half);
  const low = Math.min(Math.max(0, likely - half), 1 - width);
  return [low, low + width];
}
