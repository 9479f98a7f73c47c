import type { StrategyKind } from "../../plan/plan";

export type ComputeBudget = "low" | "medium" | "high";
export type TargetPerformance = "baseline" | "good" | "best";

export interface ChapterStrategyInput {
  /** Training images in all: the rule does not ask how many there are of each class. */
  readonly sampleCount: number;
  /** With what CLIP was trained on, 0 to 1. */
  readonly taskSimilarity: number;
  readonly budget: ComputeBudget;
  readonly target: TargetPerformance;
}

export interface ChapterStrategy {
  readonly strategy: StrategyKind;
  readonly reason: string;
}

const FEW_IMAGES = 1000;
const MANY_IMAGES = 10_000;
const SIMILAR = 0.7;

/** The choice of strategy by the chapter this project started from, kept to be compared with. */
export function chapterStrategy({
  sampleCount,
  taskSimilarity,
  budget,
  target,
}: ChapterStrategyInput): ChapterStrategy {
  if (sampleCount < FEW_IMAGES) {
    return budget === "low"
      ? { strategy: "linear_probe", reason: "fewer than 1,000 images and a low budget" }
      : { strategy: "prompt", reason: "fewer than 1,000 images" };
  }
  if (sampleCount < MANY_IMAGES) {
    if (taskSimilarity > SIMILAR) return { strategy: "partial", reason: "fewer than 10,000 images of a similar task" };
    return budget === "high"
      ? { strategy: "full", reason: "fewer than 10,000 images of another task, and a high budget" }
      : { strategy: "lora", reason: "fewer than 10,000 images of another task" };
  }
  return LARGE[target];
}

const LARGE = {
  best: { strategy: "full", reason: "10,000 images or more, for the best accuracy" },
  good: { strategy: "partial", reason: "10,000 images or more, for a good accuracy" },
  baseline: { strategy: "linear_probe", reason: "10,000 images or more, for a baseline" },
} as const satisfies Record<TargetPerformance, ChapterStrategy>;
