import type { ClipArchitecture } from "@/lib/catalogue/architecture";
import { type TrainingStepPlan, trainingStep } from "@/lib/clip/training-step";
import { trainingModel } from "@/lib/engine/onnxruntime/training-model";
import { FULL_PLAN, STRATEGIES, TINY_RESNET, TINY_SIGLIP, TINY_VIT } from "../../clip/support/tiny-models";
import { runModels } from "../../support/onnxruntime";

/** Every tower × strategy × optimizer × precision × checkpointing, two steps each, run in ONNX Runtime. */

const TOWERS: Readonly<Record<string, ClipArchitecture>> = {
  ViT: TINY_VIT,
  ResNet: { ...TINY_RESNET, vision: { kind: "resnet", imageSize: 32, width: 4, layers: [1, 1, 1, 1], heads: 4 } },
  SigLIP: TINY_SIGLIP,
};
const OPTIMIZERS = ["adamw", "sgd"] as const satisfies readonly TrainingStepPlan["optimizer"][];
const PRECISIONS = ["fp32", "fp16"] as const;
const BATCH_SIZE = 4;
const STEP_COUNT = 2;
const SETTINGS = { learningRate: 0.01, weightDecay: 0.01, betas: [0.9, 0.98], epsilon: 1e-6, momentum: 0.9 } as const;
/** Of the loss before and after the first update, in float16: an update from weights just drawn enlarges what was rounded. */
const FLOAT16_TOLERANCES = [0.01, 0.06];

const groups = Object.entries(TOWERS).flatMap(([tower, architecture]) =>
  Object.entries(STRATEGIES).map(([name, strategy]) => ({
    title: `${tower}, ${name}`,
    architecture,
    strategy,
    cases: OPTIMIZERS.flatMap((optimizer) =>
      PRECISIONS.flatMap((precision) =>
        [false, true].map((gradCheckpointing) => ({ optimizer, precision, gradCheckpointing })),
      ),
    ),
  })),
);
const models = groups.flatMap(({ architecture, strategy, cases }) =>
  cases.map(({ optimizer, precision, gradCheckpointing }) =>
    trainingModel(trainingStep(architecture, { ...FULL_PLAN, strategy, optimizer, gradCheckpointing }), {
      batchSize: BATCH_SIZE,
      stepCount: STEP_COUNT,
      precision,
      optimizer: SETTINGS,
    }),
  ),
);
const losses = runModels(models.map((model) => ({ model, feeds: new Map() }))).map(
  (outputs, i) => outputs[models[i].outputs[0].name].data,
);
let next = 0;
const tested = groups.map((group) => ({
  ...group,
  runs: group.cases.map((each) => ({ ...each, losses: losses[next++] })),
}));

test.each(tested)("$title: every optimizer, precision and checkpointing runs two steps", ({ runs }) => {
  expect(runs.length).toBe(8);
  for (const run of runs) {
    expect(run.losses.length).toBe(STEP_COUNT);
    expect(run.losses.every(Number.isFinite)).toBe(true);
    expect(run.losses[1]).not.toBe(run.losses[0]);
  }
});

const far = (actual: readonly number[], expected: readonly number[], tolerances: readonly number[]) =>
  actual.filter((loss, step) => !(Math.abs(loss / expected[step] - 1) < tolerances[step]));

test.each(tested)("$title: float16 changes the losses by what it rounds", ({ runs }) => {
  for (const run of runs.filter(({ precision }) => precision === "fp16")) {
    const like = runs.find(
      ({ optimizer, precision, gradCheckpointing }) =>
        optimizer === run.optimizer && gradCheckpointing === run.gradCheckpointing && precision === "fp32",
    );
    expect(far(run.losses, like?.losses ?? [], FLOAT16_TOLERANCES)).toEqual([]);
  }
});

// Checkpointing needs a model in training mode: the batch normalization of frozen towers then takes the batch's own statistics.
const alike = tested.filter(({ title }) => !/ResNet, (partial|linear probe|prompt)/.test(title));

test.each(alike)("$title: checkpointing changes no loss", ({ runs }) => {
  for (const run of runs.filter(({ gradCheckpointing }) => gradCheckpointing)) {
    const like = runs.find(
      ({ optimizer, precision, gradCheckpointing }) =>
        optimizer === run.optimizer && precision === run.precision && !gradCheckpointing,
    );
    expect(far(run.losses, like?.losses ?? [], [1e-5, 1e-5])).toEqual([]);
  }
});
