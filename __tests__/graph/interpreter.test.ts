import { GraphBuilder } from "@/lib/graph/builder";
import { interpret } from "@/lib/graph/interpreter";
import { KERNELS } from "@/lib/graph/interpreter/kernels";
import { type Tensor, tensor } from "@/lib/graph/interpreter/tensor";
import type { Node, OpAttributes, OpType, Value } from "@/lib/graph/ir";
import { BATCH } from "@/lib/graph/shape";
import { OP_CASES } from "./support/op-cases";

/** The first output of one operation. */
function computed<T extends OpType>(op: T, inputs: readonly Tensor[], attributes: OpAttributes[T]): Tensor {
  const g = new GraphBuilder();
  const leaves = new Map(inputs.map((given, i) => [g.input(`x${i}`, given.shape, "float32"), given]));
  const [output] = g.apply(op, [...leaves.keys()], attributes).outputs;
  return interpret(g.nodes, { batchSize: 1, leaves })(output);
}

test("there is a kernel, and a case to test it with, for the same operations", () => {
  expect(Object.keys(KERNELS).sort()).toEqual(Object.keys(OP_CASES).sort());
});

describe("worked by hand", () => {
  const matrix = tensor([2, 3], [1, 2, 3, 4, 5, 6]);

  test("a linear layer in either layout", () => {
    // [1 2 3]·[1 0 1]ᵀ = 4, [1 2 3]·[0 2 0]ᵀ = 4, [4 5 6]·[1 0 1]ᵀ = 10, [4 5 6]·[0 2 0]ᵀ = 10; bias 1 and −1
    const weight = tensor([2, 3], [1, 0, 1, 0, 2, 0]);
    const bias = tensor([2], [1, -1]);
    expect(Array.from(computed("Linear", [matrix, weight, bias], { layout: "out_in" }).data)).toEqual([5, 3, 11, 9]);
    const transposed = tensor([3, 2], [1, 0, 0, 2, 1, 0]);
    expect(Array.from(computed("Linear", [matrix, transposed, bias], { layout: "in_out" }).data)).toEqual([
      5, 3, 11, 9,
    ]);
  });

  test("a convolution slides without turning its kernel over", () => {
    // 1·1 + 2·10 + 4·100 + 5·1000 = 5421 at the first place, 2·1 + 3·10 + 5·100 + 6·1000 = 6532 at the second
    const image = tensor([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]);
    const kernel = tensor([1, 1, 2, 2], [1, 10, 100, 1000]);
    expect(computed("Conv2d", [image, kernel], { stride: 1, padding: 0 })).toEqual(tensor([1, 1, 1, 2], [5421, 6532]));
  });

  test("heads are consecutive columns of the packed projections: all of q, then k, then v", () => {
    const packed = tensor([1, 1, 6], [1, 2, 3, 4, 5, 6]);
    expect(computed("UnpackHeads", [packed], { heads: 2, parts: 3 })).toEqual(tensor([1, 2, 1, 1], [1, 2]));
  });

  test("a causal query sees itself and what came before", () => {
    // The scores are equal, so the weights are too: the first row takes v₁, the second the mean of v₁ and v₂.
    const zeros = tensor([1, 1, 2, 1], [0, 0]);
    const v = tensor([1, 1, 2, 1], [2, 6]);
    expect(Array.from(computed("Attention", [zeros, zeros, v], { causal: true }).data)).toEqual([2, 4]);
    expect(Array.from(computed("Attention", [zeros, zeros, v], { causal: false }).data)).toEqual([4, 4]);
  });

  test("the largest token is found, the first of equals", () => {
    expect(Array.from(computed("ArgMax", [tensor([2, 3], [0, 7, 7, 3, 2, 1])], {}).data)).toEqual([1, 0]);
  });

  test("pairs on the diagonal are positive", () => {
    expect(Array.from(computed("PairSigns", [], { shape: [2, 3] }).data)).toEqual([1, -1, -1, -1, 1, -1]);
  });

  test("rows of every device follow each other", () => {
    expect(computed("AllGather", [tensor([1, 2], [1, 2])], { devices: 2 })).toEqual(tensor([2, 2], [1, 2, 1, 2]));
  });

  test("a pool leaves out the column that no window covers", () => {
    // (1 + 2 + 4 + 5) / 4 = 3
    expect(computed("AveragePool", [tensor([1, 1, 2, 3], [1, 2, 9, 4, 5, 9])], { kernel: 2 })).toEqual(
      tensor([1, 1, 1, 1], [3]),
    );
  });
});

describe("the interpreter", () => {
  test("resolves batch axes with the size it is given", () => {
    const g = new GraphBuilder();
    const x = g.input("x", [BATCH, 1], "float32");
    const y = g.expand(x, [BATCH, 2]);
    const read = interpret(g.nodes, { batchSize: 2, leaves: new Map([[x, tensor([2, 1], [3, 4])]]) });
    expect(read(y)).toEqual(tensor([2, 2], [3, 3, 4, 4]));
  });

  test("overwrites what an optimizer updates and leaves what it was given as it was", () => {
    const g = new GraphBuilder();
    const [weight, gradient] = [
      g.parameter("weight", [1], { trainable: true, dtype: "float32" }),
      g.input("gradient", [1], "float32"),
    ];
    const momentum = g.optimizerState("momentum", [1], "float32");
    g.apply("Sgd", [weight, gradient, momentum], {});
    const start = tensor([1], [1]);
    const leaves = new Map([
      [weight, start],
      [gradient, tensor([1], [2])],
      [momentum, tensor([1], [4])],
    ]);
    const optimizer = {
      learningRate: 0.5,
      weightDecay: 0,
      betas: [0, 0],
      epsilon: 0,
      momentum: 0.25,
      step: 1,
    } as const;
    const read = interpret(g.nodes, { batchSize: 1, leaves, optimizer });
    // momentum 0.25·4 + 2 = 3, weight 1 − 0.5·3 = −0.5
    expect(Array.from(read(momentum).data)).toEqual([3]);
    expect(Array.from(read(weight).data)).toEqual([-0.5]);
    expect(Array.from(start.data)).toEqual([1]);
  });

  test("refuses an optimizer's update without its settings", () => {
    const g = new GraphBuilder();
    const leaves = new Map(["w", "dw", "m"].map((name) => [g.input(name, [1], "float32"), tensor([1], [0])]));
    g.apply("Sgd", [...leaves.keys()], {});
    expect(() => interpret(g.nodes, { batchSize: 1, leaves })).toThrow("Sgd needs the optimizer's settings");
  });

  test("names the leaf that has no numbers", () => {
    const g = new GraphBuilder("model");
    g.relu(g.input("x", [2], "float32"));
    expect(() => interpret(g.nodes, { batchSize: 1, leaves: new Map() })).toThrow(
      "model.x was neither given nor computed",
    );
  });

  test("refuses numbers in another shape than the leaf has", () => {
    const g = new GraphBuilder();
    const leaves = new Map([[g.input("x", [BATCH, 3], "float32"), tensor([3, 2], [1, 2, 3, 4, 5, 6])]]);
    expect(() => interpret([], { batchSize: 2, leaves })).toThrow("x is [3, 2] where [2, 3] was inferred");
  });

  test("refuses a result in another shape than was inferred", () => {
    const g = new GraphBuilder();
    const x = g.input("x", [2], "float32");
    const y = g.relu(x);
    const wrong: Value = { ...y, shape: [3] };
    const nodes = g.nodes.map((node): Node => (node.op === "Relu" ? { ...node, outputs: [wrong] } : node));
    expect(() => interpret(nodes, { batchSize: 1, leaves: new Map([[x, tensor([2], [1, 2])]]) })).toThrow(
      "where [3] was inferred",
    );
  });

  test.each([
    ["a token outside the table", "Embedding", [tensor([2, 1], [0, 0]), tensor([1], [2])], {}],
    ["a label outside the classes", "SoftmaxCrossEntropy", [tensor([1, 2], [0, 0]), tensor([1], [2])], {}],
    [
      "a position outside the tokens",
      "SelectToken",
      [tensor([1, 2, 1], [0, 0]), tensor([1], [-1])],
      { index: "per_row" },
    ],
  ] as const)("refuses %s", (_, op, inputs, attributes) => {
    expect(() => computed(op, inputs, attributes)).toThrow(RangeError);
  });
});
