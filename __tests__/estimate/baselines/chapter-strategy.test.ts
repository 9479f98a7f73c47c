import { chapterStrategy } from "../../../lib/estimate/baselines/chapter-strategy";

test.each([
  [999, 0.9, "low", "best", "linear_probe"],
  [999, 0.9, "medium", "best", "prompt"],
  [1000, 0.71, "high", "best", "partial"],
  [9999, 0.7, "high", "best", "full"],
  [9999, 0.7, "medium", "best", "lora"],
  [10_000, 0.9, "low", "best", "full"],
  [10_000, 0.9, "low", "good", "partial"],
  [10_000, 0.9, "low", "baseline", "linear_probe"],
] as const)(
  "%i images, similarity %d, budget %s, target %s: %s",
  (sampleCount, taskSimilarity, budget, target, strategy) => {
    expect(chapterStrategy({ sampleCount, taskSimilarity, budget, target }).strategy).toBe(strategy);
  },
);
