import type { CurveFamily, LearningCurveConstants } from "../../catalogue/learning-curves";
import { type PilotPoint, pilotSizeCount, sizeCountKey } from "./pilot";

/** What a curve is fitted with: the slopes of published curves and how far a pilot outweighs them. */
export type SlopeConstants = Pick<LearningCurveConstants, "slopes" | "priorWeight" | "steepening">;

export interface LearningCurve {
  /** Expected accuracy, a fraction, after training on `size` samples. Never falls as the size grows. */
  readonly accuracyAt: (size: number) => number;
  /** Slopes used: fall of ln(1 − accuracy) and rise of ln(odds) for one unit of ln(size). */
  readonly slopes: Readonly<Record<Scale, number>>;
  /** What the pilot alone says, before it is weighed against published curves; null for a single size. */
  readonly pilotSlopes: Readonly<Record<Scale, number>> | null;
  readonly priorWeight: number;
}

type Scale = "error" | "odds";

/**
 * No test set of a pilot establishes an error rate below this, and ln 0 has no place on a line. Points above 1 − floor or
 * below floor are fitted as if they stood there.
 */
export const ACCURACY_FLOOR = 5e-4;

interface Transform {
  readonly forward: (accuracy: number) => number;
  readonly back: (y: number) => number;
  /** Whether `forward` grows with accuracy (+1) or falls (−1). */
  readonly sign: 1 | -1;
}

/** On both scales published curves are nearly straight in ln(size), and they err on opposite sides. */
const TRANSFORMS = {
  // Followed back towards no data at all, the line would pass an error rate of 1.
  error: { forward: (accuracy) => Math.log(1 - accuracy), back: (y) => 1 - Math.min(1, Math.exp(y)), sign: -1 },
  odds: { forward: (accuracy) => Math.log(accuracy / (1 - accuracy)), back: (y) => 1 / (1 + Math.exp(-y)), sign: 1 },
} as const satisfies Record<Scale, Transform>;

/**
 * The learning curve through a pilot: a line in ln(size) on two scales, each slope drawn towards the median of published
 * curves of the same family, and the mean of the two read back as accuracy.
 *
 *   slope = steepening · ((1 − w) · slope of the pilot + w · slope of the family),  not below 0
 *
 * The pilot's slope is the least-squares slope with weights ∝ size, because later points say more about what follows; the
 * line passes through the pilot's mean with the same weights.
 *
 * @param points     joined and ascending, at least one
 * @param family     null when no curves of the strategy are published: then the slope of all curves is used
 * @source truth/learning-curves.csv by scripts/fit/learning-curves.ts
 */
export function fitLearningCurve(
  points: readonly PilotPoint[],
  family: CurveFamily | null,
  constants: SlopeConstants,
): LearningCurve {
  const sizeCount = pilotSizeCount(points);
  const priorWeight = constants.priorWeight[sizeCountKey(sizeCount)];
  const error = fitScale("error", points, family, constants, priorWeight);
  const odds = fitScale("odds", points, family, constants, priorWeight);
  return {
    accuracyAt: (size) => (error.at(size) + odds.at(size)) / 2,
    slopes: { error: error.slope, odds: odds.slope },
    pilotSlopes: points.length === 1 ? null : { error: error.own, odds: odds.own },
    priorWeight,
  };
}

function fitScale(
  scale: Scale,
  points: readonly PilotPoint[],
  family: CurveFamily | null,
  { slopes, steepening }: SlopeConstants,
  priorWeight: number,
) {
  const { forward, back, sign } = TRANSFORMS[scale];
  const xs = points.map(({ size }) => Math.log(size));
  const ys = points.map(({ accuracy }) => forward(withinFloor(accuracy)));
  const weights = relativeWeights(points);
  const own = sign * leastSquaresSlope(xs, ys, weights);
  const prior = familySlope(slopes[scale], family);
  const weighed = priorWeight === 1 ? prior : steepening * ((1 - priorWeight) * own + priorWeight * prior);
  const slope = Math.max(0, weighed);
  const [x0, y0] = [weightedMean(xs, weights), weightedMean(ys, weights)];
  return { own, slope, at: (size: number) => back(y0 + sign * slope * (Math.log(size) - x0)) };
}

/** The slope of the family, or of all curves where the family has none of its own. */
export function familySlope(slopes: Readonly<Record<string, number>>, family: CurveFamily | null): number {
  const slope = slopes[family ?? "all"] ?? slopes.all;
  if (slope === undefined) throw new Error("the constants hold no slope of all curves");
  return slope;
}

/** Fall of ln(1 − accuracy) and rise of ln(odds) that points alone show, with weights ∝ size. */
export function ownSlopes(points: readonly PilotPoint[]): Readonly<Record<Scale, number>> {
  const xs = points.map(({ size }) => Math.log(size));
  const weights = relativeWeights(points);
  const on = (scale: Scale) => {
    const { forward, sign } = TRANSFORMS[scale];
    const ys = points.map(({ accuracy }) => forward(withinFloor(accuracy)));
    return sign * leastSquaresSlope(xs, ys, weights);
  };
  return { error: on("error"), odds: on("odds") };
}

function withinFloor(accuracy: number): number {
  return Math.min(1 - ACCURACY_FLOOR, Math.max(ACCURACY_FLOOR, accuracy));
}

function relativeWeights(points: readonly PilotPoint[]): number[] {
  const largest = Math.max(...points.map(({ size }) => size));
  return points.map(({ size }) => size / largest);
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  let [sum, total] = [0, 0];
  for (const [index, value] of values.entries()) {
    const weight = weights[index] ?? 0;
    sum += weight * value;
    total += weight;
  }
  return sum / total;
}

/** 0 for a single abscissa, which has no slope. */
function leastSquaresSlope(xs: readonly number[], ys: readonly number[], weights: readonly number[]): number {
  const [mx, my] = [weightedMean(xs, weights), weightedMean(ys, weights)];
  let [covariance, variance] = [0, 0];
  for (const [index, x] of xs.entries()) {
    const [y, weight] = [ys[index] ?? my, weights[index] ?? 0];
    covariance += weight * (x - mx) * (y - my);
    variance += weight * (x - mx) ** 2;
  }
  return variance === 0 ? 0 : covariance / variance;
}
