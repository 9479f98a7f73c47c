/**
 * Plans for `measure_memory.py`, drawn at random: a line each. The same seed draws the same plans.
 *
 *   node scripts/run.mjs scripts/measure/draw-plans.ts COUNT SEED > plans.jsonl
 *   … --passes 4   steps of two to so many forward and backward passes
 *   … --sizes      images and contexts of other sizes than the model's own
 */

import { parseArgs } from "node:util";
import fc from "fast-check";
import type { ClipArchitecture } from "../../lib/catalogue/architecture";
import { RESNET_STRIDE } from "../../lib/catalogue/model-config";
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
  return (vision.imageSize / imageUnit(vision)) ** 2;
}

/** What an image's side is a multiple of. */
function imageUnit(vision: ClipArchitecture["vision"]): number {
  return vision.kind === "vit" ? vision.patchSize : RESNET_STRIDE;
}

/** The same plans in open_clip with images of another size, in steps of a patch or a ResNet's stride, and other contexts. */
function resized(plans: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .tuple(plans, fc.constantFrom(0.75, 1, 1.25, 1.5, 2), fc.constantFrom(24, 32, 48, 64, 77, 100, 128))
    .map(([plan, scale, contextLength]) => {
      const parsed = parsePlan({ ...plan, implementation: "open_clip" });
      if (!parsed.ok) return plan;
      const { vision } = parsed.architecture;
      const unit = imageUnit(vision);
      const imageSize = unit * Math.round((scale * vision.imageSize) / unit);
      return { ...plan, implementation: "open_clip", imageSize, contextLength };
    })
    .filter((plan) => isMeasured(plan as { perDeviceBatchSize: number }));
}

const { values, positionals } = parseArgs({
  options: { passes: { type: "string", default: "1" }, sizes: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [count = Number.NaN, seed = Number.NaN] = positionals.map(Number);
const passes = Number(values.passes);
if (![count, seed, passes].every((value) => Number.isInteger(value) && value >= 1)) {
  process.stderr.write("usage: draw-plans.ts COUNT SEED [--passes N] [--sizes], whole numbers from 1\n");
  process.exitCode = 64;
} else {
  const plans = values.sizes ? resized(plansUpTo(passes)) : plansUpTo(passes);
  const drawn = fc.sample(plans, { numRuns: count, seed });
  process.stdout.write(`${drawn.map((plan) => JSON.stringify(plan)).join("\n")}\n`);
}
