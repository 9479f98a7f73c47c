import { type AccuracyBand, accuracyBand, type BandInput, FARTHEST_MULTIPLE } from "./accuracy-band";
import type { LearningCurve } from "./learning-curve";

/** Samples at which a target is expected to be reached; whole numbers in the unit of the pilot. */
export interface SamplesNeeded {
  /** Fewer would be a surprise: where the upper edge of the 80 % band reaches the target, or how far the band was followed. */
  readonly low: number;
  /** Null where the curve does not reach the target before the pilot says nothing more. */
  readonly likely: number | null;
  /** Where the lower edge of the 80 % band reaches it; null when it does so nowhere, so that no number is established. */
  readonly high: number | null;
}

/**
 * How far the need itself is followed: twice the last size that accuracy is predicted for, because a need is known
 * within a factor of two.
 */
export const FARTHEST_NEED_MULTIPLE = 2 * FARTHEST_MULTIPLE;

/** Steps in which edges are searched for: sizes grow by 2 % from one to the next. */
const STEPS_PER_DOUBLING = 32;

/** A higher target never needs fewer: each edge is searched upwards for the first size that reaches it. */
export function samplesNeeded(curve: LearningCurve, targetAccuracy: number, input: BandInput): SamplesNeeded {
  const largest = input.points.at(-1)?.size ?? 1;
  const sizes = sizesUpTo(largest * FARTHEST_NEED_MULTIPLE);
  const banded = bandedSizes(sizes, input).map((size) => ({
    size,
    band: accuracyBand(curve.accuracyAt(size), size, input),
  }));
  const first = (edge: (band: AccuracyBand) => number) => banded.find(({ band }) => edge(band) >= targetAccuracy)?.size;
  const likely = sizes.find((size) => curve.accuracyAt(size) >= targetAccuracy) ?? null;
  const low = first(({ high80 }) => high80) ?? Math.ceil(largest * FARTHEST_MULTIPLE);
  const high = first(({ low80 }) => low80) ?? null;
  return {
    low: likely === null ? low : Math.min(low, likely),
    likely,
    high: high === null || likely === null ? null : Math.max(high, likely),
  };
}

/** Sizes for which there is a band: four doublings below the pilot are not, nor more than four times above. */
function bandedSizes(sizes: readonly number[], { points }: BandInput): number[] {
  const [smallest, largest] = [points[0]?.size ?? 1, points.at(-1)?.size ?? 1];
  return sizes.filter((size) => size >= smallest / FARTHEST_MULTIPLE && size <= largest * FARTHEST_MULTIPLE);
}

/** Whole sizes from 1 up, a fiftieth apart at most where they are large. */
function sizesUpTo(limit: number): number[] {
  const sizes: number[] = [];
  for (let step = 0; ; step += 1) {
    const size = Math.ceil(2 ** (step / STEPS_PER_DOUBLING) - 1e-9);
    if (size > limit) return sizes;
    if (size !== sizes.at(-1)) sizes.push(size);
  }
}
