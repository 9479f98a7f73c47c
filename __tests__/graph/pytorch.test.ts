import { buildGradients } from "@/lib/graph/autodiff";
import { GraphBuilder } from "@/lib/graph/builder";
import { interpret } from "@/lib/graph/interpreter";
import { type Tensor, tensor, zeros } from "@/lib/graph/interpreter/tensor";
import type { Value } from "@/lib/graph/ir";
import { farApart, PYTORCH, tensorOf } from "./support/pytorch-fixture";

const TOLERANCE = 1e-9;

describe(`operations as PyTorch computes them (${PYTORCH.origin})`, () => {
  test.each(PYTORCH.operations)("$title", ({ op, attributes, inputs, output, weights, gradients }) => {
    const g = new GraphBuilder();
    const leaves = new Map<Value, Tensor>();
    const values = inputs.map((input, i) => {
      const value = g.parameter(`x${i}`, input.shape, { trainable: input.takesGradient, dtype: "float32" });
      leaves.set(value, tensorOf(input));
      return value;
    });
    const [y] = g.apply(op, values, attributes).outputs;
    const [weighting, lossGradient] = [g.input("weights", y.shape, "float32"), g.input("loss_gradient", [], "float32")];
    leaves.set(weighting, tensorOf(weights)).set(lossGradient, tensor([], [1]));
    const computed = buildGradients(g, g.sumTo(g.mul(y, weighting), []), lossGradient);
    const read = interpret(g.nodes, { batchSize: 1, leaves });

    expect(farApart(read(y), tensorOf(output), TOLERANCE)).toEqual([]);
    values.forEach((value, i) => {
      const [gradient, expected] = [computed.get(value), gradients[i]];
      expect(gradient === undefined).toBe(expected === null);
      if (gradient !== undefined && expected !== null)
        expect(farApart(read(gradient), tensorOf(expected), TOLERANCE)).toEqual([]);
    });
  });
});

describe("three steps of an optimizer as PyTorch takes them", () => {
  test.each(PYTORCH.updates)("$op", ({ op, settings, before, gradients, after }) => {
    const g = new GraphBuilder();
    const weight = g.parameter("weight", before.shape, { trainable: true, dtype: "float32" });
    const gradient = g.input("gradient", before.shape, "float32");
    const moments = (op === "AdamW" ? ["first", "second"] : ["momentum"]).map((name) =>
      g.optimizerState(name, before.shape, "float32"),
    );
    g.apply(op, [weight, gradient, ...moments], {});
    let state = new Map<Value, Tensor>([
      [weight, tensorOf(before)],
      ...moments.map((moment) => [moment, zeros(before.shape)] as const),
    ]);
    gradients.forEach((current, taken) => {
      const leaves = new Map([...state, [gradient, tensorOf(current)] as const]);
      const read = interpret(g.nodes, { batchSize: 1, leaves, optimizer: { ...settings, step: taken + 1 } });
      state = new Map([weight, ...moments].map((value) => [value, read(value)]));
    });
    expect(farApart(state.get(weight) ?? zeros([]), tensorOf(after), TOLERANCE)).toEqual([]);
  });
});
