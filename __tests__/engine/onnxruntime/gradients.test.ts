import type { ClipArchitecture } from "@/lib/catalogue/architecture";
import type { TrainingStepPlan } from "@/lib/clip/training-step";
import { valuesModel } from "@/lib/engine/onnxruntime/values-model";
import { interpret } from "@/lib/graph/interpreter";
import { nameOf } from "@/lib/graph/ir";
import { type RandomStep, randomStep } from "../../clip/support/random-step";
import {
  FULL_PLAN,
  STRATEGIES,
  TINY_AVERAGED_VIT,
  TINY_RESNET,
  TINY_SIGLIP,
  TINY_VIT,
} from "../../clip/support/tiny-models";
import { runModels } from "../../support/onnxruntime";

/** Of the largest entry of a gradient: the runtime computes in float32, the reference in float64. */
const TOLERANCE = 1e-4;

/** A gradient that vanishes beside the loss, such as a key bias's, is the rounding of what cancels. */
const ROUNDING = 1e-3;

const BATCH_SIZE = 3;
const SEED = 20261127;

interface Case {
  readonly title: string;
  readonly architecture: ClipArchitecture;
  readonly plan: TrainingStepPlan;
}

const TOWERS = { ViT: TINY_VIT, "averaged ViT": TINY_AVERAGED_VIT, ResNet: TINY_RESNET, SigLIP: TINY_SIGLIP };

const CASES: readonly Case[] = [
  ...Object.entries(TOWERS).flatMap(([tower, architecture]) =>
    Object.entries(STRATEGIES)
      .filter(([name]) => !(name === "prompt" && architecture === TINY_SIGLIP))
      .map(([name, strategy]) => ({
        title: `${tower}, ${name}`,
        architecture,
        plan: { ...FULL_PLAN, strategy },
      })),
  ),
  { title: "ViT, full, checkpointed", architecture: TINY_VIT, plan: { ...FULL_PLAN, gradCheckpointing: true } },
  {
    title: "ViT of transformers, full",
    architecture: TINY_VIT,
    plan: { ...FULL_PLAN, implementation: "transformers" },
  },
];

/** Every case in one process: most of a run is the start of the runtime. */
const runs = CASES.map(({ title, architecture, plan }) => {
  const step = randomStep(architecture, plan, BATCH_SIZE, SEED);
  const asked = [step.loss, ...step.gradients.values()];
  const nodes = step.graph.nodes.filter(({ phase }) => phase !== "optimizer");
  return { title, step, nodes, ...valuesModel(nodes, BATCH_SIZE, asked) };
});
const computed = runModels(
  runs.map(({ step, model, leaves }) => ({
    model,
    feeds: new Map(Array.from(leaves, ([leaf, input]) => [input, step.leaves.get(leaf)?.data ?? []])),
  })),
);

test.each(runs.map((run, i) => ({ ...run, outputs: computed[i] })))(
  "$title: the loss and every gradient equal the reference",
  ({ step, nodes, results, outputs }) => {
    const read = interpret(nodes, { batchSize: BATCH_SIZE, leaves: step.leaves });
    const far = Array.from(results).flatMap(([value, output]) => {
      const expected = read(value).data;
      const actual = outputs[output.name].data;
      const largest = expected.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
      const error = expected.reduce((most, entry, i) => Math.max(most, Math.abs(entry - actual[i])), 0);
      const isClose = actual.length === expected.length && error <= TOLERANCE * Math.max(largest, ROUNDING);
      return isClose ? [] : [{ value: labelOf(step, value.id), error, largest }];
    });
    expect(far).toEqual([]);
  },
);

function labelOf(step: RandomStep, id: number): string {
  const owner = Array.from(step.gradients).find(([, gradient]) => gradient.id === id);
  return owner === undefined ? "loss" : nameOf(owner[0]);
}
