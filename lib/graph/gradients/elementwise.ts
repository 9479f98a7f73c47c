import { outputOf } from "../builder";
import type { GradientRule } from "./rule";

/** y = a + b: the gradient passes through, summed over what was broadcast. Reads nothing. */
export const add: GradientRule<"Add"> = ({ input, outputGrad, needs, g }) => {
  const dy = outputGrad(0);
  return [needs(0) ? g.sumTo(dy, input(0).shape) : null, needs(1) ? g.sumTo(dy, input(1).shape) : null];
};

/** y = a ⊙ b:  da = dy ⊙ b,  db = dy ⊙ a. */
export const mul: GradientRule<"Mul"> = ({ input, outputGrad, needs, g }) => {
  const [a, b, dy] = [input(0), input(1), outputGrad(0)];
  return [needs(0) ? g.sumTo(g.mul(dy, b), a.shape) : null, needs(1) ? g.sumTo(g.mul(dy, a), b.shape) : null];
};

/** y = factor · x. */
export const scale: GradientRule<"Scale"> = ({ attributes: { factor, batchPower }, outputGrad, g }) => [
  g.scale(outputGrad(0), factor, batchPower),
];

/** y = eˣ:  dx = dy ⊙ y. Reads y, never x. */
export const exp: GradientRule<"Exp"> = ({ output, outputGrad, g }) => [g.mul(outputGrad(0), output(0))];

/** Gaussian error linear unit; reads x. Source: arXiv:1606.08415. */
export const gelu: GradientRule<"Gelu"> = ({ attributes, input, outputGrad, g }) => [
  outputOf(g.apply("GeluGrad", [input(0), outputGrad(0)], attributes), 0),
];

/** y = 1/(1 + e⁻ˣ):  dx = dy ⊙ y ⊙ (1 − y). Reads y, never x. */
export const sigmoid: GradientRule<"Sigmoid"> = ({ output, outputGrad, g }) => [
  outputOf(g.apply("SigmoidGrad", [output(0), outputGrad(0)], {}), 0),
];

/** y = −ln(1 + e⁻ˣ):  dx = dy ⊙ (1 − σ(x)). */
export const logSigmoid: GradientRule<"LogSigmoid"> = ({ input, outputGrad, g }) => [
  outputOf(g.apply("LogSigmoidGrad", [input(0), outputGrad(0)], {}), 0),
];

/** y = max(x, 0). Reads y, so that x may be overwritten in place. */
export const relu: GradientRule<"Relu"> = ({ output, outputGrad, g }) => [
  outputOf(g.apply("ReluGrad", [output(0), outputGrad(0)], {}), 0),
];
