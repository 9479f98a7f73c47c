import { formatAccuracy, formatCount, formatPoints } from "../../format";
import { normalQuantile } from "../data/normal";

/** What the best of many trials means, when all are judged on one validation set. */
export interface Winner {
  /** Trials that are compared by their last value. */
  readonly candidateCount: number;
  readonly accuracy: number;
  readonly validationSampleCount: number;
  /** How much the best of equal trials is expected to look better than it is. */
  readonly optimism: number;
  readonly smallestDifference: number;
  /** Images at which that is no more than the smallest difference that matters. */
  readonly validationSamplesNeeded: number;
  readonly isEnough: boolean;
  readonly text: string;
}

/**
 * The best of N trials that are all equally good beats their true accuracy by
 *
 *   √(p (1 − p) / n) · Φ⁻¹((N − 0.375) / (N + 0.25))
 *
 * on n images: noise that a search takes for progress. Trials judged on the same images err alike to some part, so this is
 * an upper figure.
 *
 * @source G. Blom, Statistical Estimates and Transformed Beta-Variables (1958): expected largest of N normal numbers
 */
export function judgeWinner(
  accuracy: number,
  candidateCount: number,
  validationSampleCount: number,
  smallestDifference: number,
): Winner {
  const largest = candidateCount < 2 ? 0 : normalQuantile((candidateCount - 0.375) / (candidateCount + 0.25));
  const variance = accuracy * (1 - accuracy);
  const optimism = largest * Math.sqrt(variance / validationSampleCount);
  const validationSamplesNeeded = Math.max(1, Math.ceil(variance * (largest / smallestDifference) ** 2));
  const isEnough = validationSampleCount >= validationSamplesNeeded;
  const alone = `A single trial that runs to its end is no choice: its accuracy on ${formatCount(validationSampleCount)} validation images is what it is.`;
  const text =
    candidateCount < 2
      ? alone
      : `On ${formatCount(validationSampleCount)} validation images the best of ${formatCount(candidateCount)} equally good trials looks up to ` +
        `${formatPoints(optimism)} better than it is, at an accuracy of ${formatAccuracy(accuracy)}. ` +
        (isEnough
          ? `That is within the ${formatPoints(smallestDifference)} that matter to you.`
          : `For ${formatPoints(smallestDifference)} it takes ${formatCount(validationSamplesNeeded)} images; test the winner on others.`);
  return {
    candidateCount,
    accuracy,
    validationSampleCount,
    optimism,
    smallestDifference,
    validationSamplesNeeded,
    isEnough,
    text,
  };
}
