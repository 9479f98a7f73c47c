import type { ClipArchitecture } from "@/lib/catalogue/architecture";
import { type TrainingStepPlan, trainingStep } from "@/lib/clip/training-step";
import { adamWNumbers, eachNumber, sgdNumbers, writeAdamW, writeSgd } from "@/lib/engine/onnxruntime/optimizer";
import { layOutParameters } from "@/lib/engine/onnxruntime/parameter-layout";
import { trainingModel } from "@/lib/engine/onnxruntime/training-model";
import { writeOperations } from "@/lib/engine/onnxruntime/write-operations";
import { OnnxWriter } from "@/lib/engine/onnxruntime/writer";
import { interpret } from "@/lib/graph/interpreter";
import type { Value } from "@/lib/graph/ir";
import { concreteShape } from "@/lib/graph/shape";
import { encodeModel } from "@/lib/onnx/encode";
import type { OnnxValue } from "@/lib/onnx/model";
import { randomStep } from "../../clip/support/random-step";
import { FULL_PLAN, STRATEGIES, TINY_RESNET, TINY_SIGLIP, TINY_VIT } from "../../clip/support/tiny-models";
import { type ModelRuns, runModels, runRepeatedly } from "../../support/onnxruntime";

const SETTINGS = { learningRate: 0.01, weightDecay: 0.01, betas: [0.9, 0.98], epsilon: 1e-6, momentum: 0.9 } as const;
const STEPS = 50;
const BATCH_SIZE = 4;
const SEED = 3;

const LOW_RESNET: ClipArchitecture = {
  ...TINY_RESNET,
  vision: { kind: "resnet", imageSize: 32, width: 4, layers: [1, 1, 2, 1], heads: 4 },
};

interface Case {
  readonly title: string;
  readonly architecture: ClipArchitecture;
  readonly plan: TrainingStepPlan;
}

const CASES: readonly Case[] = [
  ...Object.entries({ ViT: TINY_VIT, ResNet: LOW_RESNET }).flatMap(([tower, architecture]) =>
    Object.entries(STRATEGIES).map(([name, strategy]) => ({
      title: `${tower}, ${name}`,
      architecture,
      plan: { ...FULL_PLAN, strategy },
    })),
  ),
  { title: "SigLIP, full", architecture: TINY_SIGLIP, plan: FULL_PLAN },
  { title: "ViT, full, SGD", architecture: TINY_VIT, plan: { ...FULL_PLAN, optimizer: "sgd" } },
];

/** One step whose weights and state go in and come out, written with the parts of the unrolled model. */
function resumable({ architecture, plan }: Case) {
  const step = randomStep(architecture, plan, BATCH_SIZE, SEED);
  const w = new OnnxWriter();
  const inputs: OnnxValue[] = [];
  const input = (shape: readonly number[], type: OnnxValue["type"] = "float32") => {
    const value = { name: `$${inputs.length}`, shape, type };
    inputs.push(value);
    return value;
  };
  const nodes = step.graph.nodes.filter(({ phase }) => phase !== "optimizer");
  const layout = layOutParameters(step.graph.nodes, step.gradients);
  const known = new Map<Value, OnnxValue>();
  const feeds = new Map<OnnxValue, ArrayLike<number>>();
  for (const leaf of nodes.flatMap((node) => node.inputs)) {
    if (leaf.producer !== null || known.has(leaf) || step.gradients.has(leaf)) continue;
    const value = input(concreteShape(leaf.shape, BATCH_SIZE), leaf.dtype === "int64" ? "int64" : "float32");
    known.set(leaf, value);
    feeds.set(value, step.leaves.get(leaf)?.data ?? []);
  }
  const weights = layout.groups.map((group) => {
    const data = group.flatMap((parameter) => Array.from(step.leaves.get(parameter)?.data ?? []));
    const value = input([data.length]);
    feeds.set(value, data);
    return value;
  });
  const state = weights.map(({ shape }) => Array.from({ length: layout.stateCount }, () => input(shape)));
  for (const value of state.flat()) feeds.set(value, new Float64Array(value.shape[0]));
  for (const [parameter, value] of layout.parameters(w, weights)) known.set(parameter, value);
  const wanted = new Set([step.loss, ...step.gradients.values()]);
  writeOperations(w, nodes, known, { batchSize: BATCH_SIZE, matrixType: "float32", wanted });
  const { gradients } = layout.gradients(w, (gradient) => known.get(gradient) as OnnxValue);
  const updates = weights.map((weight, i) => ({ weight, gradient: gradients[i], state: state[i] }));
  const numbersAt = (stepNumber: number) => {
    const settings = { ...SETTINGS, step: stepNumber };
    return layout.optimizer === "Sgd" ? sgdNumbers(settings, 1) : adamWNumbers(settings, 1);
  };
  const fed = new Map(Object.keys(numbersAt(1)).map((name) => [name, input([1])]));
  const numberInput = (_number: number, name: string) => fed.get(name) as OnnxValue;
  const updated =
    layout.optimizer === "Sgd"
      ? writeSgd(w, updates, eachNumber(sgdNumbers({ ...SETTINGS, step: 1 }, 1), numberInput))
      : writeAdamW(w, updates, eachNumber(adamWNumbers({ ...SETTINGS, step: 1 }, 1), numberInput));
  const loss = known.get(step.loss) as OnnxValue;
  const carry = new Map<OnnxValue, OnnxValue>();
  updated.forEach((after, i) => {
    carry.set(after.weight, weights[i]);
    after.state.forEach((tensor, kept) => {
      carry.set(tensor, state[i][kept]);
    });
  });
  const rounds = Array.from({ length: STEPS }, (_, i) => {
    const numbers = Object.entries(numbersAt(i + 1));
    return new Map(numbers.map(([name, number]) => [fed.get(name) as OnnxValue, [number]]));
  });
  const runs: ModelRuns = { model: w.finish(inputs, [loss, ...carry.keys()]), feeds, rounds, carry, watched: [loss] };
  return { runs, loss, step, layout, updated };
}

const resumed = CASES.map((each) => ({ ...each, ...resumable(each) }));
const outputs = runRepeatedly(resumed.map(({ runs }) => runs));
const tested = resumed.map((each, i) => ({ ...each, outputs: outputs[i] }));

test.each(tested)(`$title: the loss falls over ${STEPS} steps in ONNX Runtime`, ({ loss, outputs: steps }) => {
  const losses = steps.map((step) => step[loss.name].data[0]);
  expect(losses.length).toBe(STEPS);
  expect(losses.filter((value) => !Number.isFinite(value))).toEqual([]);
  const average = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
  expect(average(losses.slice(-5))).toBeLessThan(average(losses.slice(0, 5)));
});

test.each(tested)("$title: the first update is the reference's", ({ step, layout, updated, outputs: [first] }) => {
  // The optimizers' state starts at zero here.
  const states = step.graph.nodes.flatMap(({ inputs }) => inputs.filter(({ role }) => role === "optimizer_state"));
  const zeros = states.map(
    (state) => [state, { shape: state.shape, data: new Float64Array(size(state.shape)) }] as const,
  );
  const read = interpret(step.graph.nodes, {
    batchSize: BATCH_SIZE,
    leaves: new Map([...step.leaves, ...zeros]),
    optimizer: { ...SETTINGS, step: 1 },
  });
  layout.groups.forEach((group, i) => {
    const before = group.flatMap((parameter) => Array.from(step.leaves.get(parameter)?.data ?? []));
    const expected = group.flatMap((parameter) => Array.from(read(parameter).data));
    const gradients = group.flatMap((parameter) => Array.from(read(step.gradients.get(parameter) as Value).data));
    const actual = first[updated[i].weight.name].data;
    const far = expected.flatMap((value, at) => {
      // AdamW's first step is the gradient's sign: a gradient that is all rounding has none.
      const isRounding = Math.abs(gradients[at]) < 1e-4;
      const moved = [value - before[at], actual[at] - before[at]];
      return isRounding || Math.abs(moved[0] - moved[1]) < 1e-4 * SETTINGS.learningRate * 100 ? [] : [{ at, moved }];
    });
    expect(far).toEqual([]);
  });
});

function modelOf({ architecture, plan }: Case, stepCount: number) {
  return trainingModel(trainingStep(architecture, plan), {
    batchSize: BATCH_SIZE,
    stepCount,
    precision: "fp32",
    optimizer: SETTINGS,
  });
}

test("steps unrolled in one model go on from each other", () => {
  const models = [CASES[0], CASES[5], CASES[11]].map((each) => modelOf(each, 4));
  const losses = runModels(models.map((model) => ({ model, feeds: new Map() }))).map(
    (values, i) => values[models[i].outputs[0].name].data,
  );
  for (const values of losses) {
    expect(values.length).toBe(4);
    expect(values[3]).toBeLessThan(values[0]);
  }
});

test("two builds of a step give the same bytes", () => {
  for (const each of [CASES[0], CASES[5]]) expect(encodeModel(modelOf(each, 1))).toEqual(encodeModel(modelOf(each, 1)));
});

test("a model stands alone: nothing is to be given to it", () => {
  expect(modelOf(CASES[0], 1).inputs).toEqual([]);
});

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
