import { type TrainingStepPlan, trainingStep } from "@/lib/clip/training-step";
import { interpret } from "@/lib/graph/interpreter";
import { type Graph, nameOf, type Value } from "@/lib/graph/ir";
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
    expect(Array.from(step.gradients.keys(), nameOf)).toEqual(trained.map(nameOf));
    const updates = step.graph.nodes.filter((node) => node.phase === "optimizer");
    expect(updates.map(({ inputs: [weight, gradient] }) => [weight.id, gradient.id])).toEqual(
      Array.from(step.gradients, ([parameter, gradient]) => [parameter.id, gradient.id]),
    );
  });

  test("every backward operation leads to the gradient of a trained parameter", () => {
    expect(unreadBackward(step)).toEqual([]);
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
    { localLoss: false, gatherWithGrad: false },
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

    test("repeats a block from its first operation in order, and not the sum that ends it, whose gradient reads nothing", () => {
      const { nodes } = recomputing.graph;
      const blocks = new Set(nodes.filter((node) => node.phase === "recompute").map(checkpointOf));
      for (const block of blocks) {
        const inside = nodes.filter((node) => checkpointOf(node) === block);
        const written = inside.filter((node) => node.phase === "forward").map((node) => node.id);
        const repeated = inside.filter((node) => node.phase === "recompute").map((node) => node.of?.id);
        expect(repeated).toEqual(written.slice(0, repeated.length));
        expect(repeated.length).toBeLessThan(written.length);
      }
      expect(blocks.size).toBeGreaterThan(0);
      expect(blocks).not.toContain(null);
    });

    test("keeps nothing from inside a checkpointed block but what the next one starts from", () => {
      const insideOnly = keptActivations(recomputing.graph).filter(
        (value) =>
          isInCheckpoint(value) &&
          recomputing.graph.nodes.every(
            (node) => !node.inputs.includes(value) || checkpointOf(node) === checkpointOf(value),
          ),
      );
      expect(insideOnly.map(nameOf)).toEqual([]);
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
    const phases = new Set(trainingStep(TINY_VIT, plan).graph.nodes.map((node) => node.phase));
    expect([...phases]).toEqual(["forward", "backward", "optimizer"]);
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

/** Backward operations from whose outputs no path leads to an update. */
function unreadBackward({ graph }: RandomStep): string[] {
  const read = new Set<number>();
  const unread: string[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (node.phase === "backward" && !node.outputs.some((output) => read.has(output.id)))
      unread.push(`${node.op} in ${node.scope.path}`);
    else for (const input of node.inputs) read.add(input.id);
  }
  return unread;
}

/** Values of the first forward pass that a later phase reads. */
function keptActivations(graph: Graph): Value[] {
  const later = graph.nodes.filter((node) => node.phase !== "forward");
  return later.flatMap((node) => node.inputs.filter((input) => input.producer?.phase === "forward"));
}

/** The checkpointed module that something was written in, by its path. */
function checkpointOf({ scope }: Pick<Value, "scope">): string | null {
  for (let place: Value["scope"] | null = scope; place !== null; place = place.parent) {
    if (place.checkpointed) return place.path;
  }
  return null;
}

function isInCheckpoint(place: Pick<Value, "scope">): boolean {
  return checkpointOf(place) !== null;
}

function described(graph: Graph): unknown {
  const leaf = ({ id, name, shape, dtype, role, requiresGrad, scope }: Value) =>
    [id, name, shape, dtype, role, requiresGrad, scope.path] as const;
  return {
    nodeCount: graph.nodeCount,
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
