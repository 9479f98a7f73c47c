import { formatAccuracy, formatCount, formatPercent, formatPoints } from "../../format";
import { accuracyHalfWidth, testSamplesFor } from "./binomial";
import type { SplitWish } from "./data-request";

/** Images for training, for choosing and for judging. */
export interface DataSplit {
  /** Null when the need is not established. */
  readonly trainSampleCount: number | null;
  readonly validationSampleCount: number | null;
  readonly testSampleCount: number | null;
  /** The accuracy that the test size was reckoned for. */
  readonly accuracy: number;
  readonly halfWidth: number;
  readonly confidence: number;
  /** Two models tested on these images must differ by this much to be told apart, if their errors fall independently. */
  readonly smallestVisibleDifference: number;
  /** What a split by percentage would give; null when there are no images to divide yet. */
  readonly byPercentage: PercentageSplit | null;
  readonly reason: string;
}

export interface PercentageSplit {
  readonly testSampleCount: number;
  readonly halfWidth: number;
  /** Whether it would miss what the user wants to see. */
  readonly isTooSmall: boolean;
  readonly text: string;
}

/**
 * A test set is sized by what it must tell apart, not as a share of whatever there is: the error of a counted share
 * depends on the number of test images alone.
 *
 * @param accuracy          expected, a fraction; 0.5 needs the most images
 * @param trainSampleCount  null when it is not established
 * @param gain              improvement that the user hopes to see; null when zero-shot accuracy is not known
 */
export function splitData(
  accuracy: number,
  trainSampleCount: number | null,
  gain: number | null,
  { halfWidth, confidence, testFraction }: SplitWish,
): DataSplit {
  const testSampleCount = testSamplesFor(accuracy, halfWidth, confidence);
  return {
    trainSampleCount,
    validationSampleCount: testSampleCount,
    testSampleCount,
    accuracy,
    halfWidth,
    confidence,
    smallestVisibleDifference: Math.SQRT2 * halfWidth,
    byPercentage:
      trainSampleCount === null
        ? null
        : percentageSplit(accuracy, trainSampleCount, gain, { halfWidth, confidence, testFraction }),
    reason:
      testSampleCount === null
        ? `No test set of a hundred million images or fewer tells accuracy to ± ${formatPoints(halfWidth)}.`
        : `${formatCount(testSampleCount)} test images tell an accuracy of ${formatAccuracy(accuracy)} to ± ${formatPoints(halfWidth)} ` +
          `with ${formatPercent(confidence)} confidence (exact binomial). Choosing needs as many again: a choice made on fewer ` +
          "images than judge it is mostly noise.",
  };
}

/** The images for training are what is left, so that the share is taken of the whole. */
function percentageSplit(
  accuracy: number,
  trainSampleCount: number,
  gain: number | null,
  { halfWidth: wanted, confidence, testFraction }: SplitWish,
): PercentageSplit | null {
  const trainFraction = 1 - 2 * testFraction;
  const testSampleCount = Math.floor((trainSampleCount / trainFraction) * testFraction);
  if (testSampleCount === 0) return null;
  const halfWidth = accuracyHalfWidth(accuracy, testSampleCount, confidence);
  const hidesGain = gain !== null && gain > 0 && gain < Math.SQRT2 * halfWidth;
  const isTooSmall = halfWidth > wanted || hidesGain;
  const size = `Testing on ${formatPercent(testFraction)} would leave ${formatCount(testSampleCount)} images, ± ${formatPoints(halfWidth)}`;
  const verdict = hidesGain
    ? `too few to see the gain of ${formatPoints(gain)} over zero-shot`
    : isTooSmall
      ? "less sure than you want to be"
      : "enough";
  return { testSampleCount, halfWidth, isTooSmall, text: `${size}: ${verdict}.` };
}
