/** Statistics of repeated runs. Few values and a noisy machine: medians and full ranges, no deviations. */

import { formatSeconds } from "../format";
import type { Line, StepSeconds, TimedRuns } from "./validation";

/** @throws {RangeError} for no values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("no values have no median");
  // Sorting knows no order of 0 and −0: adding 0 makes one of both.
  return (lower + upper) / 2 + 0;
}

/**
 * Seconds of one step from runs of `short.stepCount` and of `long.stepCount` steps: the difference of the medians over the
 * difference of the steps. What a run costs once, such as drawing the weights, cancels out.
 *
 * @returns not measured where any of the longer runs took no longer than one of the shorter: noise of that size hides the step
 */
export function stepSeconds(short: TimedRuns, long: TimedRuns): StepSeconds {
  const steps = long.stepCount - short.stepCount;
  if (steps <= 0) throw new RangeError(`${long.stepCount} steps are not more than ${short.stepCount}`);
  if (short.runSeconds.length === 0 || long.runSeconds.length === 0) return notMeasured("no run was timed");
  const low = (Math.min(...long.runSeconds) - Math.max(...short.runSeconds)) / steps;
  if (low <= 0) {
    const [few, many] = [short, long].map(({ stepCount, runSeconds }) => `${stepCount} in ${rangeText(runSeconds)}`);
    return notMeasured(`the runs are too noisy to tell steps apart (${few}, ${many}); more repeats in peace may help`);
  }
  return {
    kind: "measured",
    median: (median(long.runSeconds) - median(short.runSeconds)) / steps,
    low,
    high: (Math.max(...long.runSeconds) - Math.min(...short.runSeconds)) / steps,
    runs: [short, long],
  };
}

function rangeText(seconds: readonly number[]): string {
  return `${formatSeconds(Math.min(...seconds))} to ${formatSeconds(Math.max(...seconds))}`;
}

function notMeasured(why: string): StepSeconds {
  return { kind: "not_measured", why };
}

export interface Point {
  readonly batchSize: number;
  readonly value: number;
}

/** Through two points a line always goes; only a third can contradict it. */
const FEWEST_POINTS = 3;

/**
 * The straight line through the points with the least sum of squared residuals, each with its residual (value minus line).
 *
 * @returns not fitted below three different batch sizes
 */
export function fitLine(points: readonly Point[]): Line {
  const sizes = new Set(points.map(({ batchSize }) => batchSize)).size;
  if (sizes < FEWEST_POINTS) {
    const measured = sizes === 1 ? "1 batch size was" : `${sizes} batch sizes were`;
    return { kind: "not_fitted", why: `${measured} measured, and a line takes ${FEWEST_POINTS}` };
  }
  const meanSize = mean(points.map(({ batchSize }) => batchSize));
  const meanValue = mean(points.map(({ value }) => value));
  let [products, squares] = [0, 0];
  for (const { batchSize, value } of points) {
    products += (batchSize - meanSize) * (value - meanValue);
    squares += (batchSize - meanSize) ** 2;
  }
  const slope = products / squares;
  const intercept = meanValue - slope * meanSize;
  return {
    kind: "fitted",
    intercept,
    slope,
    points: points.map(({ batchSize, value }) => ({
      batchSize,
      value,
      residual: value - (intercept + slope * batchSize),
    })),
  };
}

/** Of a normal distribution. */
const NORMAL_REACH = 1.6449;

/**
 * Deviations within which nine of ten values lie, of Student's distribution.
 *
 * @source Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5
 */
export function reachOfNineInTen(freedom: number): number {
  const x = NORMAL_REACH;
  return (
    x +
    (x ** 3 + x) / (4 * freedom) +
    (5 * x ** 5 + 16 * x ** 3 + 3 * x) / (96 * freedom ** 2) +
    (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / (384 * freedom ** 3)
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
