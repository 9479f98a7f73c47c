import { type TrainingStepPlan, trainingStep } from "@/lib/clip/training-step";
import { interpret } from "@/lib/graph/interpreter";
import type { Graph, Node, Value } from "@/lib/graph/ir";
import { type Differentiated, disagreeingJointly, disagreeingParameters } from "../graph/support/differences";
import { type RandomStep, randomStep } from "./support/random-step";
import { FULL_PLAN, STRATEGIES, TINY_AVERAGED_VIT, TINY_RESNET, TINY_SIGLIP, TINY_VIT } from "./support/tiny-models";

const SEED = 5;
const BATCH_SIZE = 2;
/** ReLU has kinks: a narrow step seldom reaches over one. */
const SMOOTH = { seed: SEED, step: 1e-4, tolerance: 1e-7 };
const WITH_KINKS = { seed: SEED, step: 1e-6, tolerance: 1e-5 };

const MODELS = [TINY_VIT, TINY_AVERAGED_VIT, TINY_SIGLIP, TINY_RESNET];
const CASES = MODELS.flatMap((architecture) =>
  Object.entries(STRATEGIES).flatMap(([strategyName, strategy]) =>
    (["open_clip", "transformers"] as const).map((implementation) => ({
      architecture,
      strategyName,
      plan: { ...FULL_PLAN, implementation, strategy },
      title: `${architecture.name}, ${strategyName}, ${implementation}`,
    })),
  ),
);

describe.each(CASES)("one step of $title", ({ architecture, plan }) => {
  const step = randomStep(architecture, plan, BATCH_SIZE, SEED);

  test("the gradients equal central differences along a random direction", () => {
    const isResNet = architecture.vision.kind === "resnet";
    const wrong = isResNet
      ? disagreeingJointly(withoutUpdates(step), WITH_KINKS)
      : disagreeingParameters(withoutUpdates(step), SMOOTH);
    expect(wrong).toEqual([]);
  });

  test("a gradient has the shape of its parameter", () => {
    const shapes = (values: Iterable<Value>) => Array.from(values, ({ shape }) => shape);
    expect(shapes(step.gradients.values())).toEqual(shapes(step.gradients.keys()));
  });

  test("exactly the trained parameters have a gradient, and each is updated once", () => {
    const trained = step.graph.parameters.filter((parameter) => parameter.requiresGrad);
    expect([...step.gradients.keys()]).toEqual(trained);
    const updates = step.graph.nodes.filter((node) => node.phase === "optimizer");
    expect(updates.map((node) => node.inputs[0])).toEqual(trained);
    expect(updates.map((node) => node.inputs[1])).toEqual([...step.gradients.values()]);
  });

  test("every backward operation leads to the gradient of a trained parameter", () => {
    expect(unread(step).filter((node) => node.phase === "backward")).toEqual([]);
  });

  test("every operation reads what was written before it", () => {
    const known = new Set<number>();
    for (const node of step.graph.nodes) {
      for (const input of node.inputs) expect(input.producer === null || known.has(input.id)).toBe(true);
      for (const output of node.outputs) known.add(output.id);
    }
  });
});

describe("several devices", () => {
  const gatherings = [
    { localLoss: true, gatherWithGrad: true },
    { localLoss: true, gatherWithGrad: false },
    { localLoss: false, gatherWithGrad: true },
  ];

  test.each(gatherings)("both towers train with %o", (gathering) => {
    const plan = { ...FULL_PLAN, deviceCount: 3, ...gathering };
    const step = randomStep(TINY_VIT, plan, BATCH_SIZE, SEED);
    expect(step.gradients.size).toBe(step.graph.parameters.length);
  });

  test.each(gatherings)("shapes hold for the rows of all devices with %o", (gathering) => {
    const step = randomStep(TINY_VIT, { ...FULL_PLAN, deviceCount: 3, ...gathering }, BATCH_SIZE, SEED);
    const read = interpret(withoutUpdates(step).nodes, step);
    const rows = gathering.localLoss ? BATCH_SIZE : 3 * BATCH_SIZE;
    const logits = step.graph.nodes.filter((node) => node.op === "SoftmaxCrossEntropy").map((node) => node.inputs[0]);
    expect(logits.map((value) => read(value).shape)).toEqual([
      [rows, 3 * BATCH_SIZE],
      [rows, 3 * BATCH_SIZE],
    ]);
  });

  test.each([true, false])("gradients through the gather equal central differences, localLoss %p", (localLoss) => {
    const plan = { ...FULL_PLAN, deviceCount: 3, localLoss, gatherWithGrad: true };
    const step = randomStep(TINY_VIT, plan, BATCH_SIZE, SEED);
    expect(disagreeingParameters(withoutUpdates(step), SMOOTH)).toEqual([]);
  });
});

describe("checkpointing", () => {
  // Switching it on puts frozen parts in train mode too, where the batch normalizations of a ModifiedResNet compute something else.
  const freezesNorms = ["partial", "prompt"];
  const checkpointed = CASES.filter(
    ({ architecture, plan: { strategy } }) =>
      strategy.kind !== "linear_probe" && (architecture.vision.kind === "vit" || !freezesNorms.includes(strategy.kind)),
  );

  describe.each(checkpointed)("of $title", ({ architecture, plan }) => {
    const without = randomStep(architecture, plan, BATCH_SIZE, SEED);
    const recomputing = randomStep(architecture, { ...plan, gradCheckpointing: true }, BATCH_SIZE, SEED);

    test("gives the same gradients to the last bit", () => {
      expect(namedGradients(recomputing)).toEqual(namedGradients(without));
    });

    test("repeats nothing that no gradient reads", () => {
      const repeated = recomputing.graph.nodes.filter((node) => node.phase === "recompute");
      expect(repeated.length).toBeGreaterThan(0);
      expect(unread(recomputing).filter((node) => node.phase === "recompute")).toEqual([]);
    });

    test("keeps nothing from inside a checkpointed block but what the next one starts from", () => {
      const kept = keptActivations(recomputing.graph).filter((value) => checkpointOf(value) !== null);
      const insideOnly = kept.filter((value) =>
        recomputing.graph.nodes.every(
          (node) => !node.inputs.includes(value) || checkpointOf({ scope: node.scope }) === checkpointOf(value),
        ),
      );
      expect(insideOnly).toEqual([]);
    });
  });

  test("leaves the image tower of a ModifiedResNet as it is", () => {
    const { graph } = trainingStep(TINY_RESNET, { ...FULL_PLAN, gradCheckpointing: true });
    const repeatedIn = new Set(
      graph.nodes.filter((node) => node.phase === "recompute").map((node) => node.scope.path.split(".")[0]),
    );
    expect([...repeatedIn]).toEqual(["text"]);
  });

  test("does nothing for a linear probe, which has no gradient in a tower", () => {
    const plan: TrainingStepPlan = { ...FULL_PLAN, strategy: STRATEGIES["linear probe"], gradCheckpointing: true };
    expect(trainingStep(TINY_VIT, plan).graph.nodes.filter((node) => node.phase === "recompute")).toEqual([]);
  });
});

describe("building", () => {
  test.each(CASES)("$title twice gives the same graph", ({ architecture, plan }) => {
    const build = () => described(trainingStep(architecture, { ...plan, gradCheckpointing: true }).graph);
    expect(build()).toEqual(build());
  });
});

/** The step up to its gradients: what an optimizer does to them is tested where optimizers are. */
function withoutUpdates({ graph, loss, gradients, leaves, batchSize }: RandomStep): Differentiated {
  const nodes = graph.nodes.filter((node) => node.phase !== "optimizer");
  return { nodes, loss, gradients, leaves, batchSize };
}

function namedGradients(step: RandomStep): Record<string, number[]> {
  const read = interpret(withoutUpdates(step).nodes, step);
  return Object.fromEntries(
    [...step.gradients].map(([parameter, gradient]) => [parameter.name, Array.from(read(gradient).data)]),
  );
}

/** Operations from whose outputs no path leads to an update or the loss. */
function unread({ graph, loss }: RandomStep): Node[] {
  const read = new Set([loss.id]);
  const found: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (node.phase !== "optimizer" && !node.outputs.some((output) => read.has(output.id))) found.push(node);
    else for (const input of node.inputs) read.add(input.id);
  }
  return found;
}

/** Values of the first forward pass that a later phase reads. */
function keptActivations(graph: Graph): Value[] {
  const later = graph.nodes.filter((node) => node.phase !== "forward");
  return later.flatMap((node) => node.inputs.filter((input) => input.producer?.phase === "forward"));
}

function checkpointOf({ scope }: Pick<Value, "scope">): string | null {
  for (let place: Value["scope"] | null = scope; place !== null; place = place.parent)
    if (place.checkpointed) return place.path;
  return null;
}

function described(graph: Graph): unknown {
  const leaf = ({ id, name, shape, dtype, role, requiresGrad, scope }: Value) =>
    [id, name, shape, dtype, role, requiresGrad, scope.path] as const;
  return {
    valueCount: graph.valueCount,
    leaves: [...graph.parameters, ...graph.buffers, ...graph.inputs].map(leaf),
    nodes: graph.nodes.map(({ id, op, attributes, phase, of, scope, inputs, outputs }) => ({
      id,
      op,
      attributes,
      phase,
      of: of?.id ?? null,
      scope: scope.path,
      inputs: inputs.map((input) => input.id),
      outputs: outputs.map(leaf),
    })),
  };
}
