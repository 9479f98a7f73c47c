import { LEARNING_CURVES, type LearningCurveConstants } from "../../catalogue/learning-curves";
import { type AccuracyBand, accuracyBand, FARTHEST_MULTIPLE } from "./accuracy-band";
import { DATA_STRATEGIES, type DataStrategy } from "./data-strategies";
import { fitLearningCurve, type LearningCurve } from "./learning-curve";
import { joinRepeats, type PilotPoint } from "./pilot";
import { type SamplesNeeded, samplesNeeded } from "./samples-needed";
import {
  accuracyWithoutPilot,
  FARTHEST_SHOTS_WITHOUT_PILOT,
  LARGEST_PUBLISHED_SHOTS,
  shotsWithoutPilot,
} from "./without-pilot";

/** What can be said about accuracy by size, from whatever is known. */
export interface ExpectedAccuracy {
  /** Where the figures come from. */
  readonly basis: "pilot" | "zero_shot" | "none";
  /** Sizes between which accuracy is given. */
  readonly from: number;
  readonly to: number;
  /** @throws {RangeError} outside `from`..`to` */
  readonly at: (size: number) => AccuracyBand;
  readonly needed: (targetAccuracy: number) => SamplesNeeded;
  /** Joined and ascending; empty without a pilot. */
  readonly points: readonly PilotPoint[];
  readonly curve: LearningCurve | null;
}

/**
 * From a pilot: its learning curve, up to four times its largest size.
 *
 * @param pilot            at least one point, repeats not joined
 * @param testSampleCount  images that the accuracies were measured on; null when not said
 */
export function expectFromPilot(
  pilot: readonly PilotPoint[],
  strategy: DataStrategy,
  testSampleCount: number | null,
  constants: LearningCurveConstants = LEARNING_CURVES,
): ExpectedAccuracy {
  const points = joinRepeats(pilot);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("a pilot without points expects nothing");
  const curve = fitLearningCurve(points, DATA_STRATEGIES[strategy].family, constants);
  const highestAccuracy = Math.max(...pilot.map(({ accuracy }) => accuracy));
  const input = { points, highestAccuracy, testSampleCount, residuals: constants.residuals };
  const [from, to] = [first.size / FARTHEST_MULTIPLE, last.size * FARTHEST_MULTIPLE];
  return {
    basis: "pilot",
    from,
    to,
    at: (size) => {
      requireWithin(size, from, to);
      return accuracyBand(curve.accuracyAt(size), size, input);
    },
    needed: (targetAccuracy) => samplesNeeded(curve, targetAccuracy, input),
    points,
    curve,
  };
}

/** From zero-shot accuracy alone, in shots per class: what published experiments of the family made of theirs. */
export function expectFromZeroShot(
  zeroShotAccuracy: number,
  strategy: DataStrategy,
  constants: LearningCurveConstants = LEARNING_CURVES,
): ExpectedAccuracy {
  const { family } = DATA_STRATEGIES[strategy];
  const factor = constants.samplesFactorWithoutPilot;
  return {
    basis: "zero_shot",
    from: 1,
    to: LARGEST_PUBLISHED_SHOTS,
    at: (size) => {
      requireWithin(size, 1, LARGEST_PUBLISHED_SHOTS);
      return accuracyWithoutPilot(zeroShotAccuracy, size, family, constants);
    },
    needed: (targetAccuracy) => {
      const likely = shotsWithoutPilot(zeroShotAccuracy, targetAccuracy, family, constants);
      const around = likely ?? FARTHEST_SHOTS_WITHOUT_PILOT;
      return {
        low: Math.max(1, Math.floor(around / factor)),
        likely,
        high: likely === null ? null : Math.ceil(likely * factor),
      };
    },
    points: [],
    curve: null,
  };
}

/** Zero-shot needs no data and gains nothing from it. */
export function expectZeroShot(zeroShotAccuracy: number): ExpectedAccuracy {
  const band = {
    likely: zeroShotAccuracy,
    low80: zeroShotAccuracy,
    high80: zeroShotAccuracy,
    low90: zeroShotAccuracy,
    high90: zeroShotAccuracy,
  };
  return {
    basis: "zero_shot",
    from: 0,
    to: Number.MAX_VALUE,
    at: () => band,
    needed: (targetAccuracy) =>
      targetAccuracy <= zeroShotAccuracy ? { low: 0, likely: 0, high: 0 } : { low: 0, likely: null, high: null },
    points: [],
    curve: null,
  };
}

function requireWithin(size: number, from: number, to: number): void {
  if (!(size >= from && size <= to))
    throw new RangeError(`accuracy at ${size} samples is not known within ${from}..${to}`);
}
