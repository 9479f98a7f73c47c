/**
 * Plans for `measure_memory.py`, drawn at random: a line each. The same seed draws the same plans.
 *
 *   node scripts/run.mjs scripts/measure/draw-plans.ts COUNT SEED [PASSES] > plans.jsonl
 *
 * PASSES: how many forward and backward passes a step has at most, 1 by default.
 */

import fc from "fast-check";
import type { ClipArchitecture } from "../../lib/catalogue/architecture";
import { MODELS } from "../../lib/catalogue/models";
import { parsePlan } from "../../lib/plan/parse-plan";

const BATCHES = [1, 2, 3, 5, 8, 13, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
/** Of the samples of a batch, by tokens of the image tower: what a card of today might be given. */
const MOST_TOKENS = 60_000;

function plansUpTo(passes: number): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .record({
      model: fc.constantFrom(...MODELS.map(({ name }) => name)),
      implementation: fc.constantFrom("open_clip", "open_clip", "transformers"),
      strategy: fc.oneof(
        fc.constant({ kind: "full" }),
        fc.constant({ kind: "linear_probe" }),
        fc.record({ kind: fc.constant("partial"), unlockedBlocks: fc.integer({ min: 1, max: 11 }) }),
        fc.record({ kind: fc.constant("lora"), rank: fc.integer({ min: 1, max: 96 }) }),
        fc.record({ kind: fc.constant("prompt"), contextTokens: fc.integer({ min: 1, max: 16 }) }),
      ),
      classCount: fc.integer({ min: 2, max: 1500 }),
      perDeviceBatchSize: fc.constantFrom(...BATCHES),
      precision: fc.constantFrom("fp32", "amp", "amp_bf16", "bf16"),
      optimizer: fc.constantFrom("adamw", "adamw_fused", "adamw_8bit", "sgd"),
      gradCheckpointing: fc.boolean(),
      gradAccumulationSteps: fc.integer({ min: Math.min(2, passes), max: passes }),
      attention: fc.constantFrom("sdpa", "sdpa", "sdpa", "math"),
    })
    .filter(isMeasured);
}

/** Answered by the estimator, and of a size that is run in practice. */
function isMeasured(plan: { readonly perDeviceBatchSize: number }): boolean {
  const parsed = parsePlan(plan);
  return parsed.ok && plan.perDeviceBatchSize * imageTokens(parsed.architecture) <= MOST_TOKENS;
}

function imageTokens({ vision }: ClipArchitecture): number {
  const patch = vision.kind === "vit" ? vision.patchSize : RESNET_STRIDE;
  return (vision.imageSize / patch) ** 2;
}

const RESNET_STRIDE = 32;

const [count, seed, passes] = [process.argv[2], process.argv[3], process.argv[4] ?? "1"].map(Number);
if (![count, seed, passes].every((value) => value !== undefined && Number.isInteger(value) && value >= 1)) {
  process.stderr.write("usage: draw-plans.ts COUNT SEED [PASSES], whole numbers from 1\n");
  process.exitCode = 64;
} else {
  const drawn = fc.sample(plansUpTo(passes ?? 1), { numRuns: count ?? 1, seed: seed ?? 1 });
  process.stdout.write(`${drawn.map((plan) => JSON.stringify(plan)).join("\n")}\n`);
}
