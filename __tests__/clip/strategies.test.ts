import type { ClipArchitecture } from "@/lib/catalogue/architecture";
import { trainingStep } from "@/lib/clip/training-step";
import { type Node, nameOf, type Value } from "@/lib/graph/ir";
import type { TrainingGraph } from "@/lib/graph/training-graph";
import type { Strategy } from "@/lib/plan/plan";
import { FULL_PLAN, STRATEGIES, TINY_RESNET, TINY_SIGLIP, TINY_VIT } from "./support/tiny-models";

const MODELS = [TINY_VIT, TINY_RESNET, TINY_SIGLIP];

const stepOf = (architecture: ClipArchitecture, strategy: Strategy) =>
  trainingStep(architecture, { ...FULL_PLAN, strategy });

describe("full fine-tuning", () => {
  test.each(MODELS)("of $name trains every parameter", (architecture) => {
    const { graph, gradients } = stepOf(architecture, STRATEGIES.full);
    expect(Array.from(gradients.keys(), nameOf)).toEqual(graph.parameters.map(nameOf));
  });
});

describe("a linear probe", () => {
  test.each(MODELS)("of $name trains a weight and a bias for each class", (architecture) => {
    const { gradients } = stepOf(architecture, STRATEGIES["linear probe"]);
    const shapes = Object.fromEntries(Array.from(gradients.keys(), ({ name, shape }) => [name, shape]));
    expect(shapes).toEqual({ "head.weight": [3, architecture.embedDim], "head.bias": [3] });
  });

  test.each(MODELS)("of $name keeps of the image tower its features alone", (architecture) => {
    const step = stepOf(architecture, STRATEGIES["linear probe"]);
    const kept = keptActivations(step).filter((value) => isUnder(value, "visual"));
    expect(kept.map((value) => [value.producer?.op, value.shape])).toEqual([
      ["L2Normalize", [-1, architecture.embedDim]],
    ]);
  });

  test.each(MODELS)("of $name holds the text tower and never runs it", (architecture) => {
    const { graph } = stepOf(architecture, STRATEGIES["linear probe"]);
    expect(graph.parameters.some((value) => isUnder(value, "text"))).toBe(true);
    expect(graph.nodes.filter((node) => isUnder(node, "text")).map(place)).toEqual([]);
    expect(graph.inputs.map((input) => input.name)).toEqual(["images", "loss.labels", "loss_gradient"]);
  });
});

describe("partial fine-tuning", () => {
  test("of a ViT trains the last blocks, the final norms, the projections and the temperature", () => {
    const block = (tower: string) => [
      `${tower}.block.1.ln_1.weight`,
      `${tower}.block.1.ln_1.bias`,
      `${tower}.block.1.attention.in_proj.weight`,
      `${tower}.block.1.attention.in_proj.bias`,
      `${tower}.block.1.attention.out_proj.weight`,
      `${tower}.block.1.attention.out_proj.bias`,
      `${tower}.block.1.ln_2.weight`,
      `${tower}.block.1.ln_2.bias`,
      `${tower}.block.1.mlp.fc1.weight`,
      `${tower}.block.1.mlp.fc1.bias`,
      `${tower}.block.1.mlp.fc2.weight`,
      `${tower}.block.1.mlp.fc2.bias`,
    ];
    const image = [...block("visual"), "visual.ln_post.weight", "visual.ln_post.bias", "visual.proj"];
    const text = [...block("text"), "text.ln_final.weight", "text.ln_final.bias", "text.text_projection"];
    expect(namesOfTrained(stepOf(TINY_VIT, STRATEGIES.partial)).sort()).toEqual(
      ["logit_scale", ...image, ...text].sort(),
    );
  });

  test("of a ModifiedResNet trains the last bottleneck and the attention pooling", () => {
    const image = namesOfTrained(stepOf(TINY_RESNET, STRATEGIES.partial)).filter((name) => name.startsWith("visual."));
    const modules = new Set(
      image.map((name) =>
        name
          .split(".")
          .slice(0, name.includes("block") ? 3 : 2)
          .join("."),
      ),
    );
    expect([...modules]).toEqual(["visual.block.4", "visual.attnpool"]);
  });

  test.each(MODELS)(
    "of $name keeps nothing before the first unlocked block and sends no gradient there",
    (architecture) => {
      const step = stepOf(architecture, STRATEGIES.partial);
      const isBefore = ({ scope }: Pick<Value, "scope">) =>
        /\.(embeddings|stem|ln_pre|block\.0)(\.|$)/.test(scope.path);
      expect(step.graph.nodes.filter((node) => node.phase === "backward" && isBefore(node)).map(place)).toEqual([]);
      const keptInside = keptActivations(step).filter((value) => isBefore(value) && !isReadOutside(step, value));
      expect(keptInside.map(nameOf)).toEqual([]);
    },
  );

  test("with as many blocks as there are leaves only the embeddings frozen", () => {
    const { graph, gradients } = stepOf(TINY_VIT, { kind: "partial", unlockedBlocks: 2 });
    const frozen = graph.parameters.filter((parameter) => !gradients.has(parameter)).map(({ name }) => name);
    expect(frozen.sort()).toEqual([
      "text.embeddings.positional_embedding",
      "text.embeddings.token_embedding",
      "visual.embeddings.class_embedding",
      "visual.embeddings.patch_embedding",
      "visual.embeddings.positional_embedding",
      "visual.ln_pre.bias",
      "visual.ln_pre.weight",
    ]);
  });
});

describe("LoRA", () => {
  test("puts a pair of matrices of the given rank beside every target of every block", () => {
    const trained = [...stepOf(TINY_VIT, STRATEGIES.LoRA).gradients.keys()];
    const expected = ["visual", "text"].flatMap((tower) =>
      [0, 1].flatMap((block) =>
        [
          { layer: "attention.q_proj", outWidth: 8 },
          { layer: "attention.v_proj", outWidth: 8 },
          { layer: "mlp.fc1", outWidth: 12 },
        ].flatMap(({ layer, outWidth }) => [
          [`${tower}.block.${block}.${layer}.lora_A`, [2, 8]],
          [`${tower}.block.${block}.${layer}.lora_B`, [outWidth, 2]],
        ]),
      ),
    );
    expect(Object.fromEntries(trained.map(({ name, shape }) => [name, shape]))).toEqual(Object.fromEntries(expected));
  });

  test("adapts the text tower alone where the image tower is a ModifiedResNet", () => {
    const towers = new Set(namesOfTrained(stepOf(TINY_RESNET, STRATEGIES.LoRA)).map((name) => name.split(".")[0]));
    expect([...towers]).toEqual(["text"]);
  });

  test("sends no gradient into a tower that it does not adapt", () => {
    const { graph } = stepOf(TINY_RESNET, STRATEGIES.LoRA);
    expect(graph.nodes.filter((node) => node.phase === "backward" && isUnder(node, "visual")).map(place)).toEqual([]);
  });

  test("keeps no input of a frozen linear layer but what its adapter reads", () => {
    const { graph } = stepOf(TINY_VIT, { kind: "lora", rank: 2, targets: ["q_proj"] });
    const weightGrads = graph.nodes.filter((node) => node.op === "LinearWeightGrad");
    expect(weightGrads.length).toBe(8);
    expect(weightGrads.map(place).filter((found) => !found.endsWith("attention.q_proj"))).toEqual([]);
  });

  test("passes no gradient to what comes before the first adapter", () => {
    const { graph } = stepOf(TINY_VIT, STRATEGIES.LoRA);
    const before = graph.nodes.filter(
      (node) => node.phase === "backward" && /\.(embeddings|ln_pre|block\.0\.ln_1)$/.test(node.scope.path),
    );
    expect(before.map(place)).toEqual([]);
  });
});

describe("prompt tuning", () => {
  test.each(MODELS)("of $name trains the context vectors alone", (architecture) => {
    const trained = [...stepOf(architecture, STRATEGIES.prompt).gradients.keys()];
    expect(trained.map(({ name, shape }) => [name, shape])).toEqual([
      ["text.prompt_context", [2, architecture.text.width]],
    ]);
  });

  test.each(MODELS)("of $name sends gradients through the text tower and none into the image tower", (architecture) => {
    const { graph } = stepOf(architecture, STRATEGIES.prompt);
    const backward = graph.nodes.filter((node) => node.phase === "backward");
    expect(backward.some((node) => isUnder(node, "text.block.0"))).toBe(true);
    expect(backward.filter((node) => isUnder(node, "visual")).map(place)).toEqual([]);
    expect(backward.filter((node) => node.op === "LinearWeightGrad").map(place)).toEqual([]);
  });

  test("runs the text tower once per class, whatever the batch", () => {
    const { graph } = stepOf(TINY_VIT, STRATEGIES.prompt);
    const inText = graph.nodes.filter((node) => isUnder(node, "text.block"));
    const scalesWithBatch = inText
      .flatMap((node) => node.outputs)
      .filter(({ shape }) => shape.some((length) => length < 0));
    expect(scalesWithBatch.map(nameOf)).toEqual([]);
  });
});

describe("what does not train", () => {
  test.each(
    MODELS.flatMap((architecture) =>
      Object.values(STRATEGIES).map((strategy) => [architecture.name, strategy, architecture] as const),
    ),
  )("of %s under %o gets no gradient, no update and no optimizer state", (_, strategy, architecture) => {
    const { graph, gradients } = stepOf(architecture, strategy);
    const frozen = new Set(graph.parameters.filter((parameter) => !gradients.has(parameter)).map(({ id }) => id));
    const updates = graph.nodes.filter((node) => node.op === "AdamW" || node.op === "Sgd");
    expect(updates.filter((node) => node.inputs.some((input) => frozen.has(input.id))).map(place)).toEqual([]);
    const states = new Set(updates.flatMap((node) => node.inputs.filter(({ role }) => role === "optimizer_state")));
    expect(states.size).toBe(2 * gradients.size);
  });
});

function namesOfTrained({ gradients }: TrainingGraph): string[] {
  return Array.from(gradients.keys(), ({ name }) => name);
}

/** Few words for a failure message: a node holds the whole graph. */
function place({ op, scope }: Node): string {
  return `${op} in ${scope.path}`;
}

function isUnder({ scope }: Pick<Value, "scope">, path: string): boolean {
  return scope.path === path || scope.path.startsWith(`${path}.`);
}

/** Values that the forward pass computes and the backward pass reads, once each. */
function keptActivations({ graph }: TrainingGraph): Value[] {
  const backward = graph.nodes.filter((node) => node.phase === "backward");
  return [...new Set(backward.flatMap((node) => node.inputs.filter((input) => input.producer?.phase === "forward")))];
}

/** Read by a module other than the one it was made in: what a frozen block hands to the first that trains. */
function isReadOutside({ graph }: TrainingGraph, value: Value): boolean {
  return graph.nodes.some((node) => node.inputs.includes(value) && !isUnder(node, value.scope.path));
}
