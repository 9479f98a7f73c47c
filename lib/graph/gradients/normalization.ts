import { outputOf } from "../builder";
import type { GradientRule } from "./rule";

/** Layer normalization: reads x and the two statistics of each row, never y. Source: arXiv:1607.06450. */
export const layerNorm: GradientRule<"LayerNorm"> = ({ input, output, outputGrad, needs, g }) => {
  const grad = g.apply("LayerNormGrad", [input(0), output(1), output(2), input(1), outputGrad(0)], {});
  return [0, 1, 2].map((i) => (needs(i) ? outputOf(grad, i) : null));
};

/** Batch normalization: reads x and, when training, the statistics of the batch. Source: arXiv:1502.03167. */
export const batchNorm: GradientRule<"BatchNorm"> = ({ attributes, input, output, outputGrad, needs, g }) => {
  const { training } = attributes;
  const statistics = training ? [output(1), output(2)] : [input(3), input(4)];
  const grad = g.apply("BatchNormGrad", [input(0), input(1), ...statistics, outputGrad(0)], attributes);
  return [...[0, 1, 2].map((i) => (needs(i) ? outputOf(grad, i) : null)), null, null];
};

/** y = x/‖x‖:  dx = (dy − y·(y·dy))/‖x‖. */
export const l2Normalize: GradientRule<"L2Normalize"> = ({ input, output, outputGrad, g }) => [
  outputOf(g.apply("L2NormalizeGrad", [input(0), output(1), outputGrad(0)], {}), 0),
];
