import { buildGradients } from "@/lib/graph/autodiff";
import { GraphBuilder } from "@/lib/graph/builder";
import { interpret } from "@/lib/graph/interpreter";
import { tensor } from "@/lib/graph/interpreter/tensor";
import type { Value } from "@/lib/graph/ir";

const trained = (g: GraphBuilder, name: string) => g.parameter(name, [2], { trainable: true, dtype: "float32" });
const frozen = (g: GraphBuilder, name: string) => g.parameter(name, [2], { trainable: false, dtype: "float32" });
const total = (g: GraphBuilder, x: Value) => g.sumTo(x, []);
const backwardOps = (g: GraphBuilder) => g.nodes.filter((node) => node.phase === "backward").map((node) => node.op);

function gradients(g: GraphBuilder, loss: Value) {
  const seed = g.input("loss_gradient", [], "float32");
  return { seed, of: buildGradients(g, loss, seed) };
}

test("gradients of a value that is used twice are added once", () => {
  const g = new GraphBuilder();
  const x = trained(g, "x");
  const { seed, of } = gradients(g, total(g, g.mul(x, x)));
  expect(backwardOps(g).filter((op) => op === "Accumulate")).toEqual(["Accumulate"]);
  const leaves = new Map([
    [x, tensor([2], [3, -5])],
    [seed, tensor([], [1])],
  ]);
  const gradient = of.get(x);
  // d(x²)/dx = 2x
  expect(gradient && Array.from(interpret(g.nodes, { batchSize: 1, leaves })(gradient).data)).toEqual([6, -10]);
});

test("a scaled loss scales its gradients", () => {
  const g = new GraphBuilder();
  const x = trained(g, "x");
  const { seed, of } = gradients(g, total(g, g.scale(x, 3)));
  const leaves = new Map([
    [x, tensor([2], [1, 1])],
    [seed, tensor([], [1024])],
  ]);
  const gradient = of.get(x);
  expect(gradient && Array.from(interpret(g.nodes, { batchSize: 1, leaves })(gradient).data)).toEqual([3072, 3072]);
});

test("nothing is written for what does not train", () => {
  const g = new GraphBuilder();
  const { of } = gradients(g, total(g, g.relu(frozen(g, "x"))));
  expect(of.size).toBe(0);
  expect(backwardOps(g)).toEqual([]);
});

test("a frozen factor gets no gradient while it passes one on", () => {
  const g = new GraphBuilder();
  const [x, scale] = [trained(g, "x"), frozen(g, "scale")];
  const { of } = gradients(g, total(g, g.mul(g.relu(x), scale)));
  expect([...of.keys()].map(({ name }) => name)).toEqual(["x"]);
  // One product for x, none for the frozen factor.
  expect(backwardOps(g)).toEqual(["Expand", "Mul", "ReluGrad"]);
});

test("a trained value behind noGrad gets no gradient", () => {
  const g = new GraphBuilder();
  const [x, y] = [trained(g, "x"), trained(g, "y")];
  const hidden = g.noGrad(() => g.relu(x));
  const { of } = gradients(g, total(g, g.mul(hidden, y)));
  expect([...of.keys()].map(({ name }) => name)).toEqual(["y"]);
});

test("a trained parameter that the loss does not read gets no gradient", () => {
  const g = new GraphBuilder();
  const [x, unread] = [trained(g, "x"), trained(g, "unread")];
  g.relu(unread);
  const { of } = gradients(g, total(g, g.exp(x)));
  expect([...of.keys()].map(({ name }) => name)).toEqual(["x"]);
});

test("an operation without a rule is refused by its name and place", () => {
  const g = new GraphBuilder();
  const x = trained(g, "x");
  const y = g.within("layer", () => g.apply("Accumulate", [x, x], {}).outputs[0]);
  expect(() => gradients(g, total(g, y))).toThrow("Accumulate in layer has no gradient rule");
});

test("a backward operation knows which forward operation it belongs to and lies in its module", () => {
  const g = new GraphBuilder();
  const x = trained(g, "x");
  gradients(
    g,
    g.within("loss", () =>
      total(
        g,
        g.within("act", () => g.relu(x)),
      ),
    ),
  );
  const places = g.nodes
    .filter((node) => node.phase === "backward")
    .map(({ op, of, scope }) => [op, of?.op, scope.path]);
  expect(places).toEqual([
    ["Expand", "SumTo", "loss"],
    ["ReluGrad", "Relu", "loss.act"],
  ]);
});

describe("a checkpointed module", () => {
  const inCheckpoint = () => {
    const g = new GraphBuilder();
    const x = trained(g, "x");
    const y = g.within("block", () => g.exp(g.relu(g.scale(x, 2))), { checkpointed: true });
    const { seed, of } = gradients(g, total(g, g.mul(y, y)));
    return { g, x, seed, of };
  };

  test("is written again before its gradients, which read the repetition", () => {
    const { g } = inCheckpoint();
    const inBlock = g.nodes.filter((node) => node.scope.path === "block").map(({ op, phase }) => `${phase} ${op}`);
    const gradientOfBlock = ["backward Mul", "backward ReluGrad", "backward Scale"];
    const repeated = ["recompute Scale", "recompute Relu", "recompute Exp"];
    expect(inBlock).toEqual(["forward Scale", "forward Relu", "forward Exp", ...repeated, ...gradientOfBlock]);
    const readers = g.nodes.filter((node) => node.phase === "backward" && node.scope.path === "block");
    const read = readers
      .flatMap((node) => node.inputs)
      .filter((input) => input.scope.path === "block" && input.role !== "gradient");
    expect(new Set(read.map((input) => input.producer?.phase))).toEqual(new Set(["recompute"]));
  });

  test("has the gradients that it has without", () => {
    const { g, x, seed, of } = inCheckpoint();
    const leaves = new Map([
      [x, tensor([2], [0.25, -1])],
      [seed, tensor([], [1])],
    ]);
    const gradient = of.get(x);
    // y = e^relu(2x): d(y²)/dx = 4·e^(4x) for x > 0, and 0 below
    expect(gradient && interpret(g.nodes, { batchSize: 1, leaves })(gradient).data[0]).toBeCloseTo(4 * Math.E, 12);
    expect(gradient && interpret(g.nodes, { batchSize: 1, leaves })(gradient).data[1]).toBe(0);
  });
});
