/**
 * How accuracy grew with labelled images in published few-shot experiments with CLIP: the constants of the learning-curve
 * estimator. `npm run fit -- learning-curves` derives them from truth/learning-curves.csv; a test holds the two together.
 */

import constants from "./learning-curve-constants.json";

/** Ways of fine-tuning whose published curves are numerous enough to have a slope of their own. */
export type CurveFamily =
  | "adapter"
  | "adapter_training_free"
  | "adapter_ensemble"
  | "linear_probe"
  | "lora"
  | "prompt_tuning";

/** Pilot sizes that tell a slope apart: more than four do not narrow the published errors further. */
export const MOST_PILOT_SIZES = 4;

export type PilotSizeCount = "1" | "2" | "3" | "4";

/** Quantiles of the absolute error of a prediction, in units of √(1 − highest pilot accuracy). */
export interface ErrorQuantiles {
  readonly q80: number;
  readonly q90: number;
}

/** Quantiles of the error that is left after fine-tuning, as a fraction of the zero-shot error. */
export interface ErrorRatio {
  readonly curveCount: number;
  readonly q05: number;
  readonly q10: number;
  readonly median: number;
  readonly q90: number;
  readonly q95: number;
}

/** Shots per class of the published experiments. */
export type PublishedShots = "1" | "2" | "4" | "8" | "16";

export interface LearningCurveConstants {
  /** What the constants were fitted on. */
  readonly curveCount: number;
  readonly datasetCount: number;
  readonly pointCount: number;
  /** Median fall of ln(1 − accuracy), and rise of ln(accuracy / (1 − accuracy)), for one unit of ln(samples). */
  readonly slopes: Readonly<Record<"error" | "odds", Readonly<Record<string, number>>>>;
  /** How much the family's slope counts against the pilot's own, by the number of pilot sizes. */
  readonly priorWeight: Readonly<Record<PilotSizeCount, number>>;
  /** Factor on the slope from two pilot sizes on: curves fall a little faster ahead of a pilot than inside it. */
  readonly steepening: number;
  /** By the number of pilot sizes, then by doublings beyond the largest ("0": within the pilot). */
  readonly residuals: Readonly<Record<PilotSizeCount, Readonly<Record<string, ErrorQuantiles>>>>;
  /** Without a pilot: by family and shots per class. */
  readonly errorRatioWithoutPilot: Readonly<Record<string, Readonly<Record<string, ErrorRatio>>>>;
  /** Without a pilot, the samples needed are known within this factor either way, four times in five. */
  readonly samplesFactorWithoutPilot: number;
  /** Quartiles of published zero-shot accuracy of CLIP over classification datasets. */
  readonly zeroShotAccuracy: {
    readonly datasetCount: number;
    readonly q25: number;
    readonly median: number;
    readonly q75: number;
  };
}

export const LEARNING_CURVES: LearningCurveConstants = constants;
