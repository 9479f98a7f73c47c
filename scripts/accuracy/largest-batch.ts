/** Whether the largest batch that a plan of few samples tells is the one that a plan of that batch tells. */

import { estimatePlan } from "../../lib/estimate/plan";
import { parsePlan } from "../../lib/plan/parse-plan";
import { quantile } from "./statistics";

const MODELS = ["ViT-B-32", "RN50", "ViT-B-16-SigLIP", "ViT-L-14", "ViT-H-14"] as const;
const STRATEGIES = [
  { kind: "full" },
  { kind: "linear_probe" },
  { kind: "partial", unlockedBlocks: 2 },
  { kind: "lora", rank: 4, targets: ["q_proj", "v_proj"] },
  { kind: "prompt", contextTokens: 8 },
] as const;
const CARDS = ["t4", "rtx-4090", "a100-sxm4-80gb"] as const;
const BATCHES = [1, 8, 64] as const;

/** The largest batch told again from the batch that was told, over that, less 1; ascending, of 225 plans those that fit at all. */
export function largestBatchChanges(): readonly number[] {
  const changes = MODELS.flatMap((model) =>
    STRATEGIES.flatMap((strategy) =>
      CARDS.flatMap((gpu) =>
        BATCHES.flatMap((perDeviceBatchSize) => {
          const told = largestBatch({ model, strategy, gpu, perDeviceBatchSize });
          if (told === 0) return [];
          return [largestBatch({ model, strategy, gpu, perDeviceBatchSize: told }) / told - 1];
        }),
      ),
    ),
  );
  return changes.sort((a, b) => a - b);
}

function largestBatch(input: Readonly<Record<string, unknown>>): number {
  const parsed = parsePlan({ precision: "amp", ...input });
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
  // Prices are dated; no day changes what fits.
  return estimatePlan(parsed, { today: "2026-11-27" }).memory.largestBatch.batchSize;
}

export function printLargestBatchChanges(changes: readonly number[]): string {
  const [low, middle, high] = [0.05, 0.5, 0.95].map(
    (fraction) => `${(100 * quantile(changes, fraction)).toFixed(1)} %`,
  );
  return `The largest batch, told again by a plan of the batch that was told, ${changes.length} plans: p5 ${low}, median ${middle}, p95 ${high}`;
}
