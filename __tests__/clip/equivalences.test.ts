import { type TrainingStepPlan, trainingStep } from "@/lib/clip/training-step";
import { interpret } from "@/lib/graph/interpreter";
import { type Tensor, tensor } from "@/lib/graph/interpreter/tensor";
import type { Value } from "@/lib/graph/ir";
import { concreteShape } from "@/lib/graph/shape";
import { randomTensors } from "../graph/support/random";
import { randomStep } from "./support/random-step";
import { FULL_PLAN, TINY_VIT } from "./support/tiny-models";

const SEED = 3;
const BATCH_SIZE = 2;
/** The same sums in another order. */
const DIGITS = 12;
const LORA_ALPHA = 16;

const TRANSFORMERS: TrainingStepPlan = { ...FULL_PLAN, implementation: "transformers" };

/** Runs the forward pass of the tiny ViT with leaves by name, and reads what it finds. */
function forward(plan: TrainingStepPlan, leafNamed: (name: string, shape: readonly number[]) => Tensor) {
  const step = trainingStep(TINY_VIT, plan);
  const { parameters, buffers, inputs, nodes } = step.graph;
  const leaves = new Map<Value, Tensor>(
    [...parameters, ...buffers, ...inputs].map((leaf) => [
      leaf,
      leafNamed(leaf.name, concreteShape(leaf.shape, BATCH_SIZE)),
    ]),
  );
  const forwardNodes = nodes.filter((node) => node.phase === "forward");
  const read = interpret(forwardNodes, { batchSize: BATCH_SIZE, leaves });
  const features = (tower: string) => {
    const found = forwardNodes.find((node) => node.op === "L2Normalize" && node.scope.path === tower);
    if (found === undefined) throw new RangeError(`no normalized features in ${tower}`);
    return Array.from(read(found.outputs[0]).data);
  };
  return { loss: read(step.loss).data[0], features };
}

/** The leaves of a random step, by name. */
function namedLeaves(plan: TrainingStepPlan): ReadonlyMap<string, Tensor> {
  const { leaves } = randomStep(TINY_VIT, plan, BATCH_SIZE, SEED);
  return new Map(Array.from(leaves, ([leaf, numbers]) => [leaf.name, numbers]));
}

function named(leaves: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = leaves.get(name);
  if (found === undefined) throw new RangeError(`no leaf ${name}`);
  return found;
}

test("a model with LoRA computes what it computes with α/r · B·A added to its weights", () => {
  const rank = 2;
  const strategy = { kind: "lora", rank, targets: ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"] } as const;
  const adapted = namedLeaves({ ...TRANSFORMERS, strategy });
  const merged = (name: string): Tensor => {
    const layer = name.replace(/\.(weight|bias)$/, "");
    if (!adapted.has(`${layer}.lora_A`)) return named(adapted, name);
    if (name.endsWith("bias")) return named(adapted, `${layer}.base.bias`);
    const [base, down, up] = ["base.weight", "lora_A", "lora_B"].map((part) => named(adapted, `${layer}.${part}`));
    const [outWidth, inWidth] = base.shape;
    const data = base.data.map((weight, i) => {
      const [row, column] = [Math.floor(i / inWidth), i % inWidth];
      let update = 0;
      for (let r = 0; r < rank; r++) update += up.data[row * rank + r] * down.data[r * inWidth + column];
      return weight + (LORA_ALPHA / rank) * update;
    });
    return tensor([outWidth, inWidth], data);
  };
  const withAdapters = forward({ ...TRANSFORMERS, strategy }, (name) => named(adapted, name));
  expect(forward(TRANSFORMERS, merged).loss).toBeCloseTo(withAdapters.loss, DIGITS);
});

test("open_clip's packed projections compute what transformers' separate ones do", () => {
  const packed = namedLeaves(FULL_PLAN);
  const separate = (name: string, shape: readonly number[]): Tensor => {
    if (name.endsWith("position_ids"))
      return tensor(
        shape,
        Array.from({ length: shape[1] }, (_, i) => i),
      );
    const part = ["q_proj", "k_proj", "v_proj"].findIndex((projection) => name.includes(`.${projection}.`));
    if (part >= 0) {
      const { data } = named(packed, name.replace(/[qkv]_proj/, "in_proj"));
      const size = data.length / 3;
      return tensor(shape, data.slice(part * size, (part + 1) * size));
    }
    const projection = /^(visual\.proj|text\.text_projection)\.weight$/.exec(name);
    return projection === null ? named(packed, name) : transposed(named(packed, projection[1]));
  };
  const inOpenClip = forward(FULL_PLAN, (name) => named(packed, name));
  const inTransformers = forward(TRANSFORMERS, separate);
  for (const tower of ["visual", "text"]) {
    inTransformers.features(tower).forEach((value, i) => {
      expect(value).toBeCloseTo(inOpenClip.features(tower)[i], DIGITS);
    });
  }
  expect(inTransformers.loss).toBeCloseTo(inOpenClip.loss, DIGITS);
});

test("a prompt made of the embeddings of tokens is encoded as the text of these tokens", () => {
  const contextTokens = 2;
  const full = namedLeaves(FULL_PLAN);
  const { width, contextLength } = TINY_VIT.text;
  // Both texts share the tokens in the place of the context; the largest token ends each.
  const tokens = [
    [1, 4, 5, 10, 0],
    [3, 4, 5, 7, 10],
  ];
  const table = named(full, "text.embeddings.token_embedding").data;
  const embedded = (ids: readonly number[]) =>
    ids.flatMap((id) => Array.from(table.slice(id * width, (id + 1) * width)));
  const random = randomTensors(SEED);
  const prompted = (name: string, shape: readonly number[]): Tensor => {
    if (name === "text.prompt_context") return tensor(shape, embedded(tokens[0].slice(1, 1 + contextTokens)));
    if (name === "text.prompt_prefix")
      return tensor(
        shape,
        tokens.flatMap((ids) => embedded(ids.slice(0, 1))),
      );
    if (name === "text.prompt_suffix")
      return tensor(
        shape,
        tokens.flatMap((ids) => embedded(ids.slice(1 + contextTokens))),
      );
    if (name === "text.prompt_end") return tensor(shape, [3, 4]);
    if (name.endsWith("labels")) return tensor(shape, [0, 1]);
    return full.get(name) ?? random(shape);
  };
  const asText = forward(FULL_PLAN, (name) =>
    name.endsWith("tokens") ? tensor([2, contextLength], tokens.flat()) : named(full, name),
  );
  const strategy = { kind: "prompt", contextTokens } as const;
  const asPrompt = forward({ ...FULL_PLAN, strategy, classCount: 2 }, prompted);
  expect(asPrompt.features("text")).toEqual(asText.features("text"));
  expect(asPrompt.features("visual")).toEqual(asText.features("visual"));
});

function transposed({ shape: [rows, columns], data }: Tensor): Tensor {
  return tensor(
    [columns, rows],
    data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]),
  );
}
