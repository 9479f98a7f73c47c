import { TODAY } from "@/__tests__/support/today";
import { estimatePlan } from "@/lib/estimate/plan";
import { parsePlan } from "@/lib/plan/parse-plan";

const MODELS = ["ViT-B-32", "RN50", "ViT-B-16-SigLIP", "ViT-L-14"] as const;
const STRATEGIES = [
  { kind: "full" },
  { kind: "linear_probe" },
  { kind: "partial", unlockedBlocks: 2 },
  { kind: "lora", rank: 4, targets: ["q_proj", "v_proj"] },
  { kind: "prompt", contextTokens: 8 },
] as const;
const CARDS = ["t4", "rtx-4090", "a100-sxm4-80gb"] as const;

function largestBatch(input: Readonly<Record<string, unknown>>): number {
  const parsed = parsePlan({ precision: "amp", ...input });
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
  return estimatePlan(parsed, { today: TODAY }).memory.largestBatch.batchSize;
}

/** What the plan of 8 samples tells, against what the plan of the batch it tells tells. */
function disagreements(): number[] {
  return MODELS.flatMap((model) =>
    STRATEGIES.flatMap((strategy) =>
      CARDS.flatMap((gpu) => {
        const told = largestBatch({ model, strategy, gpu, perDeviceBatchSize: 8 });
        if (told === 0) return [];
        return [Math.abs(largestBatch({ model, strategy, gpu, perDeviceBatchSize: told }) / told - 1)];
      }),
    ),
  ).sort((a, b) => a - b);
}

test("a plan of few samples tells the largest batch that a plan of that batch tells", () => {
  const sorted = disagreements();
  expect(sorted.length).toBeGreaterThan(50);
  // What is reserved moves in steps, so that two answers are seldom the same to the sample.
  expect(sorted[Math.floor(0.5 * sorted.length)]).toBeLessThan(0.01);
  expect(sorted[Math.floor(0.9 * sorted.length)]).toBeLessThan(0.1);
});
