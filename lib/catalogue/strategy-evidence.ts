/**
 * How strategies compared where the same model was adapted to the same data by several of them. `npm run
 * fit:strategy-evidence` derives it from truth/learning-curves.csv; a test holds the two together.
 */

import evidence from "./strategy-evidence.json";

/** Strategies whose few-shot results are published beside each other. */
export type ComparedStrategy = "zero_shot" | "linear_probe" | "linear_probe_text" | "prompt" | "lora";

/** Differences of accuracy, as fractions: 0.01 is one point. */
export interface Spread {
  readonly count: number;
  readonly q10: number;
  readonly median: number;
  readonly q90: number;
}

/** One strategy against another, on the same model, data and shots. */
export interface PairedComparison {
  /** Datasets and models on which both were tried. */
  readonly count: number;
  /** How often the first was better. */
  readonly wins: number;
  /** First minus second. */
  readonly median: number;
}

export interface FewShotEvidence {
  /** Accuracy over zero-shot that all comparisons together imply, by least squares over the network they form. */
  readonly scores: Readonly<Record<ComparedStrategy, number>>;
  /** Direct differences to zero-shot; a strategy that was never tried beside it is absent. */
  readonly gains: Readonly<Record<string, Spread>>;
  /** By `first|second`. */
  readonly pairs: Readonly<Record<string, PairedComparison>>;
}

export interface StrategyEvidence {
  /** By shots per class: "1", "4", "16". */
  readonly fewShot: Readonly<Record<string, FewShotEvidence>>;
  /** Trained on all of ImageNet: accuracy there, and its mean on the shifted test sets. */
  readonly fullData: {
    readonly shiftedSetCount: number;
    readonly inDistribution: Readonly<Record<"zero_shot" | "full" | "lp_ft", number>>;
    readonly outOfDistribution: Readonly<Record<"zero_shot" | "full" | "lp_ft", number>>;
  };
  /** Another model trained on all of ImageNet, with a linear probe beside. */
  readonly fullDataProbe: Readonly<Record<"zero_shot" | "linear_probe" | "full", number>>;
}

export const STRATEGY_EVIDENCE: StrategyEvidence = evidence;
