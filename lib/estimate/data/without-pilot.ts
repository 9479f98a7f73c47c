import type { CurveFamily, ErrorRatio, LearningCurveConstants } from "../../catalogue/learning-curves";
import type { AccuracyBand } from "./accuracy-band";

/** Shots per class of the published experiments. */
const PUBLISHED_SHOTS = [1, 2, 4, 8, 16] as const;

export const LARGEST_PUBLISHED_SHOTS = 16;

/** Up to here the published slope is followed; further on nothing is said without a pilot. */
export const FARTHEST_SHOTS_WITHOUT_PILOT = 4 * LARGEST_PUBLISHED_SHOTS;

export type RatioConstants = Pick<LearningCurveConstants, "errorRatioWithoutPilot">;

/**
 * What published experiments of the same family left of the zero-shot error: the only thing that can be said of a task on
 * which nothing was trained yet. The ranges are those between datasets, which is why they are wide.
 *
 * @param zeroShotAccuracy  fraction, of the same model on the same task
 * @param shots             samples per class, within 1..64
 */
export function accuracyWithoutPilot(
  zeroShotAccuracy: number,
  shots: number,
  family: CurveFamily | null,
  constants: RatioConstants,
): AccuracyBand {
  const ratio = errorRatioAt(shots, ratiosOf(family, constants));
  const left = (part: number) => Math.min(1, Math.max(0, 1 - (1 - zeroShotAccuracy) * part));
  return {
    likely: left(ratio.median),
    low80: left(ratio.q90),
    high80: left(ratio.q10),
    low90: left(ratio.q95),
    high90: left(ratio.q05),
  };
}

/** @returns samples per class at which the median of published experiments reaches the target; null beyond 64 */
export function shotsWithoutPilot(
  zeroShotAccuracy: number,
  targetAccuracy: number,
  family: CurveFamily | null,
  constants: RatioConstants,
): number | null {
  const ratios = ratiosOf(family, constants);
  const reaches = (shots: number) => 1 - (1 - zeroShotAccuracy) * errorRatioAt(shots, ratios).median >= targetAccuracy;
  for (let shots = 1; shots <= FARTHEST_SHOTS_WITHOUT_PILOT; shots += 1) if (reaches(shots)) return shots;
  return null;
}

type Ratios = Readonly<Record<string, ErrorRatio>>;

/** Families with few experiments lend themselves those of all. */
function ratiosOf(family: CurveFamily | null, { errorRatioWithoutPilot }: RatioConstants): Ratios {
  const ratios = errorRatioWithoutPilot[family ?? "all"] ?? errorRatioWithoutPilot.all;
  if (ratios === undefined) throw new Error("the constants hold no error ratios of all experiments");
  return ratios;
}

/** Straight in ln(shots) on the logarithm of the ratio, between published sizes and past the largest. */
function errorRatioAt(shots: number, ratios: Ratios): Omit<ErrorRatio, "curveCount"> {
  if (!(shots >= 1 && shots <= FARTHEST_SHOTS_WITHOUT_PILOT)) {
    throw new RangeError(`${shots} shots per class are not within 1..${FARTHEST_SHOTS_WITHOUT_PILOT}`);
  }
  const known = PUBLISHED_SHOTS.flatMap((size) => {
    const ratio = ratios[String(size)];
    return ratio === undefined ? [] : [{ size, ratio }];
  });
  const above = Math.max(
    1,
    known.findIndex(({ size }) => size >= shots),
  );
  // Past the largest published size the last step goes on.
  const right = known.find(({ size }) => size >= shots) === undefined ? known.length - 1 : above;
  const [from, to] = [known[right - 1], known[right]];
  if (from === undefined || to === undefined)
    throw new Error("the constants hold error ratios of fewer than two sizes");
  const part = Math.log(shots / from.size) / Math.log(to.size / from.size);
  const at = (key: keyof Omit<ErrorRatio, "curveCount">) =>
    Math.exp(Math.log(from.ratio[key]) + (Math.log(to.ratio[key]) - Math.log(from.ratio[key])) * part);
  return { q05: at("q05"), q10: at("q10"), median: at("median"), q90: at("q90"), q95: at("q95") };
}
