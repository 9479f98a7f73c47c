import { outputOf } from "../builder";
import type { GradientRule } from "./rule";

/**
 * y = x·W (+ b), over any leading axes.
 *
 *   dx = dy·Wᵀ,  dW = Σ over rows of x ⊗ dy,  db = Σ over rows of dy
 *
 * Reads x only for dW: a frozen layer keeps no input.
 */
export const linear: GradientRule<"Linear"> = ({ attributes, input, outputGrad, needs, g }) => {
  const [x, weight, dy] = [input(0), input(1), outputGrad(0)];
  const layout = attributes.layout === "out_in" ? "in_out" : "out_in";
  return [
    needs(0) ? g.linear(dy, weight, null, layout) : null,
    needs(1) ? outputOf(g.apply("LinearWeightGrad", [x, dy], attributes), 0) : null,
    needs(2) ? g.sumTo(dy, input(2).shape) : null,
  ];
};

/** Y = A·B:  dA = dY·Bᵀ,  dB = Aᵀ·dY, each transposed as its operand was and summed over the axes it was broadcast along. */
export const matMul: GradientRule<"MatMul"> = ({ attributes, input, outputGrad, needs, g }) => {
  const [a, b, dy] = [input(0), input(1), outputGrad(0)];
  const { transposeA, transposeB } = attributes;
  const da = () => (transposeA ? g.matMul(b, dy, { a: transposeB, b: true }) : g.matMul(dy, b, { b: !transposeB }));
  const db = () => (transposeB ? g.matMul(dy, a, { a: true, b: transposeA }) : g.matMul(a, dy, { a: !transposeA }));
  return [needs(0) ? g.sumTo(da(), a.shape) : null, needs(1) ? g.sumTo(db(), b.shape) : null];
};

/** Convolution: the gradient of the input reads the weight, that of the weight reads the input. */
export const conv2d: GradientRule<"Conv2d"> = ({ attributes, input, outputGrad, needs, g }) => {
  const [x, weight, dy] = [input(0), input(1), outputGrad(0)];
  const inputGrad = () => g.apply("Conv2dInputGrad", [weight, dy], { ...attributes, inputShape: x.shape });
  const weightGrad = () => g.apply("Conv2dWeightGrad", [x, dy], { ...attributes, weightShape: weight.shape });
  const biasGrad = () => {
    const channels = input(2).shape;
    return g.reshape(g.sumTo(dy, [1, channels[0] ?? 1, 1, 1]), channels);
  };
  return [
    needs(0) ? outputOf(inputGrad(), 0) : null,
    needs(1) ? outputOf(weightGrad(), 0) : null,
    needs(2) ? biasGrad() : null,
  ];
};
