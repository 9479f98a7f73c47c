import type { ErrorQuantiles } from "../../../lib/catalogue/learning-curves";
import { quantile } from "../statistics";
import { type ChapterComparison, type Prediction, SHIFTS } from "./comparison";
import type { CurveForm } from "./curve-forms";

/** How far predictions of one kind are off. Errors are fractions of one: 0.01 is one point of accuracy. */
export interface PredictionErrors {
  readonly count: number;
  readonly meanError: number;
  readonly medianError: number;
  readonly p90Error: number;
  /** Mean of predicted minus true: positive promises too much. */
  readonly bias: number;
  /** Of the sizes needed, the fraction within half and twice the true one. */
  readonly needsWithinTwice: number;
}

export interface BandedErrors extends PredictionErrors {
  readonly coverage80: number;
  readonly coverage90: number;
  /** Median full width of the 80 % and the 90 % band. */
  readonly widths: ErrorQuantiles;
}

export interface DataReport {
  readonly curveCount: number;
  readonly datasetCount: number;
  /** To 16 shots, by the number of pilot sizes: 3 means 1, 2 and 4 shots. */
  readonly toSixteen: Readonly<Record<"3" | "4", BandedErrors>>;
  /** By pilot sizes and doublings ahead, such as `2,1`. */
  readonly byDistance: Readonly<Record<string, BandedErrors>>;
  /** The same curves to 16 shots by forms in use, from the pilot alone. */
  readonly forms: Readonly<Record<CurveForm, Readonly<Record<"3" | "4", PredictionErrors>>>>;
  /** Training images asked for over those needed, by domain shift. */
  readonly chapter: Readonly<Record<string, ChapterSummary>>;
}

export interface ChapterSummary {
  readonly count: number;
  readonly medianRatio: number;
  readonly needsWithinTwice: number;
}

const LAST_SIZE = 16;

export function dataReport(predictions: readonly Prediction[], chapter: readonly ChapterComparison[]): DataReport {
  const toSixteen = (sizes: number) =>
    predictions.filter(({ pilotSizeCount, target }) => pilotSizeCount === sizes && target.size === LAST_SIZE);
  const distances = new Map<string, Prediction[]>();
  for (const prediction of predictions) {
    const { pilotSizeCount, curve, target } = prediction;
    const doublings = Math.log2(target.size / (curve.points[pilotSizeCount - 1]?.size ?? target.size));
    const key = `${pilotSizeCount},${doublings}`;
    if (prediction.band !== null) distances.set(key, [...(distances.get(key) ?? []), prediction]);
  }
  return {
    curveCount: new Set(predictions.map(({ curve }) => curve)).size,
    datasetCount: new Set(predictions.map(({ curve }) => curve.dataset)).size,
    toSixteen: { "3": bandedErrors(toSixteen(3)), "4": bandedErrors(toSixteen(4)) },
    byDistance: Object.fromEntries(
      [...distances].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, found]) => [key, bandedErrors(found)]),
    ),
    forms: {
      powerLaw: { "3": formErrors(toSixteen(3), "powerLaw"), "4": formErrors(toSixteen(4), "powerLaw") },
      powerLawWithOffset: {
        "3": formErrors(toSixteen(3), "powerLawWithOffset"),
        "4": formErrors(toSixteen(4), "powerLawWithOffset"),
      },
      logLinear: { "3": formErrors(toSixteen(3), "logLinear"), "4": formErrors(toSixteen(4), "logLinear") },
      arctan: { "3": formErrors(toSixteen(3), "arctan"), "4": formErrors(toSixteen(4), "arctan") },
    },
    chapter: Object.fromEntries(
      SHIFTS.map((shift) => [shift, chapterSummary(chapter.filter((each) => each.shift === shift))]),
    ),
  };
}

function bandedErrors(predictions: readonly Prediction[]): BandedErrors {
  const answered = predictions.flatMap(({ band, target, sizeNeeded }) =>
    band === null ? [] : [{ band, target, needsWithinTwice: isWithinTwice(sizeNeeded, target.size) }],
  );
  const inside = (low: "low80" | "low90", high: "high80" | "high90") =>
    share(answered.map(({ band, target }) => band[low] <= target.accuracy && target.accuracy <= band[high]));
  return {
    ...errorsOf(
      answered.map(({ band, target, needsWithinTwice }) => ({
        error: band.likely - target.accuracy,
        needsWithinTwice,
      })),
    ),
    coverage80: inside("low80", "high80"),
    coverage90: inside("low90", "high90"),
    widths: {
      q80: medianOf(answered.map(({ band }) => band.high80 - band.low80)),
      q90: medianOf(answered.map(({ band }) => band.high90 - band.low90)),
    },
  };
}

function formErrors(predictions: readonly Prediction[], form: CurveForm): PredictionErrors {
  return errorsOf(
    predictions.flatMap(({ forms, target }) => {
      const answer = forms[form];
      return answer === null
        ? []
        : [{ error: answer.accuracy - target.accuracy, needsWithinTwice: answer.needsWithinTwice }];
    }),
  );
}

function errorsOf(found: readonly { readonly error: number; readonly needsWithinTwice: boolean }[]): PredictionErrors {
  if (found.length === 0) throw new RangeError("no predictions to summarize");
  const sizes = found.map(({ error }) => Math.abs(error)).sort((a, b) => a - b);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    count: found.length,
    meanError: mean(sizes),
    medianError: quantile(sizes, 0.5),
    p90Error: quantile(sizes, 0.9),
    bias: mean(found.map(({ error }) => error)),
    needsWithinTwice: share(found.map(({ needsWithinTwice }) => needsWithinTwice)),
  };
}

function chapterSummary(found: readonly ChapterComparison[]): ChapterSummary {
  return {
    count: found.length,
    medianRatio: medianOf(found.map(({ ratio }) => ratio)),
    needsWithinTwice: share(found.map(({ ratio }) => ratio >= 0.5 && ratio <= 2)),
  };
}

function isWithinTwice(needed: number | null, size: number): boolean {
  return needed !== null && needed >= size / 2 && needed <= size * 2;
}

function medianOf(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function share(claims: readonly boolean[]): number {
  return claims.filter(Boolean).length / claims.length;
}
