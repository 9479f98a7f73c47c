import { outputOf } from "../builder";
import { lengthAt } from "../shape";
import type { GradientRule } from "./rule";

/** The mean over one axis hands each entry an equal share. */
export const mean: GradientRule<"Mean"> = ({ attributes, input, outputGrad, g }) => {
  const { shape } = input(0);
  const kept = shape.map((length, axis) => (axis === attributes.axis ? 1 : length));
  const dy = attributes.keepDims ? outputGrad(0) : g.reshape(outputGrad(0), kept);
  return [g.scale(g.expand(dy, shape), 1 / lengthAt(shape, attributes.axis))];
};

export const averagePool: GradientRule<"AveragePool"> = ({ attributes, input, outputGrad, g }) => [
  outputOf(g.apply("AveragePoolGrad", [outputGrad(0)], { ...attributes, inputShape: input(0).shape }), 0),
];

export const allGather: GradientRule<"AllGather"> = ({ attributes, outputGrad, g }) => [
  outputOf(g.apply("ReduceScatter", [outputGrad(0)], attributes), 0),
];

/** Mean cross-entropy with softmax:  dlogits = (softmax − onehot)·dloss/rows. Reads the log-probabilities. */
export const softmaxCrossEntropy: GradientRule<"SoftmaxCrossEntropy"> = ({ input, output, outputGrad, g }) => [
  outputOf(g.apply("SoftmaxCrossEntropyGrad", [output(1), input(1), outputGrad(0)], {}), 0),
  null,
];
