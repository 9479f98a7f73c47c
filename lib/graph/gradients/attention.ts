import { outputOf } from "../builder";
import type { GradientRule } from "./rule";

/**
 * o = softmax(q·kᵀ/√d)·v. The weights are computed again from q, k and the log-sum-exp of each row, so that no
 * tokens × tokens matrix is kept. Source: arXiv:2205.14135 §3.1, appendix B.
 */
export const attention: GradientRule<"Attention"> = ({ attributes, input, output, outputGrad, needs, g }) => {
  const saved = [input(0), input(1), input(2), output(0), output(1)];
  const grad = g.apply("AttentionGrad", [...saved, outputGrad(0)], attributes);
  return [0, 1, 2].map((i) => (needs(i) ? outputOf(grad, i) : null));
};

export const unpackHeads: GradientRule<"UnpackHeads"> = ({ attributes, outputGrad, g }) => {
  const parts = Array.from({ length: attributes.parts }, (_, i) => outputGrad(i));
  return [outputOf(g.apply("PackHeads", parts, {}), 0)];
};

export const splitHeads: GradientRule<"SplitHeads"> = ({ outputGrad, g }) => [g.mergeHeads(outputGrad(0))];

export const mergeHeads: GradientRule<"MergeHeads"> = ({ input, outputGrad, g }) => [
  g.splitHeads(outputGrad(0), input(0).shape[1] ?? 1),
];
