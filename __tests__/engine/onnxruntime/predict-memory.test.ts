import type { ClipArchitecture } from "@/lib/catalogue/architecture";
import { type TrainingStepPlan, trainingStep } from "@/lib/clip/training-step";
import { predictMemory } from "@/lib/engine/onnxruntime/predict-memory";
import { trainingModel } from "@/lib/engine/onnxruntime/training-model";
import { FULL_PLAN, STRATEGIES, TINY_RESNET, TINY_VIT } from "../../clip/support/tiny-models";
import { profileModels } from "../../support/profile-models";

const OPTIMIZER = { learningRate: 1e-3, weightDecay: 0.1, betas: [0.9, 0.98], epsilon: 1e-6, momentum: 0.9 } as const;
const THREADS = 2;

/** Large enough that memory is more than roundings. */
const SMALL_RESNET: ClipArchitecture = {
  ...TINY_RESNET,
  vision: { kind: "resnet", imageSize: 64, width: 16, layers: [1, 1, 1, 1], heads: 8 },
};

const CASES: readonly { title: string; architecture: ClipArchitecture; plan: TrainingStepPlan; stepCount: number }[] = [
  ...Object.entries(STRATEGIES).map(([title, strategy]) => ({
    title: `ViT, ${title}`,
    architecture: TINY_VIT,
    plan: { ...FULL_PLAN, strategy },
    stepCount: 1,
  })),
  { title: "ViT, three steps of SGD", architecture: TINY_VIT, plan: { ...FULL_PLAN, optimizer: "sgd" }, stepCount: 3 },
  { title: "ViT, checkpointed", architecture: TINY_VIT, plan: { ...FULL_PLAN, gradCheckpointing: true }, stepCount: 1 },
  { title: "ResNet, full", architecture: SMALL_RESNET, plan: FULL_PLAN, stepCount: 1 },
  {
    title: "ResNet, partial",
    architecture: SMALL_RESNET,
    plan: { ...FULL_PLAN, strategy: STRATEGIES.partial },
    stepCount: 1,
  },
];

const models = CASES.map(({ architecture, plan, stepCount }) =>
  trainingModel(trainingStep(architecture, plan), { batchSize: 5, stepCount, precision: "fp32", optimizer: OPTIMIZER }),
);
const profiles = profileModels(models, THREADS);

test.each(CASES.map(({ title }, i) => ({ title, i })))(
  "$title: order and memory are the runtime's, kernel by kernel",
  ({ i }) => {
    const { timeline, inUsePeakBytes, requestedPeakBytes, arenaBytes } = predictMemory(models[i], "cpu", THREADS);
    const predicted = timeline.map(({ node, inUseBytes }) => `${node.operator} ${node.outputs[0].name} ${inUseBytes}`);
    const { kernels, memory } = profiles[i];
    expect(predicted).toEqual(kernels.map(({ name, operator, inUseBytes }) => `${operator} ${name} ${inUseBytes}`));
    expect({ inUsePeakBytes, requestedBytes: requestedPeakBytes, arenaBytes }).toEqual({
      inUsePeakBytes: memory.inUsePeakBytes,
      requestedBytes: memory.requestedBytes,
      arenaBytes: memory.arenaBytes,
    });
  },
);

test("the state of the optimizer and the gradients are all in memory when the update begins", () => {
  const training = trainingStep(TINY_VIT, FULL_PLAN);
  const { requestedPeakBytes } = predictMemory(models[0], "cpu", THREADS);
  const parameters = training.graph.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  expect(requestedPeakBytes).toBeGreaterThan(4 * 4 * parameters);
});
