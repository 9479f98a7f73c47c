import type { SourceId } from "../../catalogue/sources";
import type { DataStrategy } from "../data/data-strategies";
import type { Interval } from "../estimate";

/** What is more important: accuracy on data like the training data, or on data that has shifted. */
export type Priority = "in_distribution" | "robust";

/** How much data there is, as far as evidence tells sizes apart. */
export type Regime = "few_shot" | "between" | "large";

/** Strategies that cannot be told apart, with why each stands where it does. */
export interface EvidenceGroup {
  readonly members: readonly Placed[];
}

export interface Placed {
  readonly strategy: DataStrategy;
  /** `compared`: on the same models and data; `full_data`: trained on everything; `argued`: nobody published a comparison. */
  readonly evidence: "compared" | "full_data" | "argued";
  /** Accuracy over zero-shot, a fraction; null where no figure is published. */
  readonly gain: Interval | null;
  readonly reason: string;
  readonly sources: readonly SourceId[];
}

/** Largest published few-shot size, and as far beyond as it is followed. */
export const FEW_SHOTS = 16;
export const MANY_SHOTS = 64;
/** Where the source chapter and the published full-data experiments begin. */
export const MANY_IMAGES = 10_000;

export function regimeOf(shotsPerClass: number, imageCount: number): Regime {
  if (shotsPerClass <= FEW_SHOTS) return "few_shot";
  return shotsPerClass > MANY_SHOTS && imageCount >= MANY_IMAGES ? "large" : "between";
}
