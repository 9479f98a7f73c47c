import { outputOf, tokensOf } from "../builder";
import { lengthAt } from "../shape";
import type { GradientRule } from "./rule";

/** Rows of a table: each row's gradient is the sum over the places that read it. Reads the ids, never the rows. */
export const embedding: GradientRule<"Embedding"> = ({ input, outputGrad, needs, g }) => [
  needs(0)
    ? outputOf(g.apply("EmbeddingGrad", [input(1), outputGrad(0)], { rows: lengthAt(input(0).shape, 0) }), 0)
    : null,
  null,
];

export const selectToken: GradientRule<"SelectToken"> = ({ attributes, input, outputGrad, g }) => {
  const { index } = attributes;
  const read = index === "per_row" ? [outputGrad(0), input(1)] : [outputGrad(0)];
  const grad = g.apply("SelectTokenGrad", read, { index, tokens: tokensOf(input(0)) });
  return index === "per_row" ? [outputOf(grad, 0), null] : [outputOf(grad, 0)];
};

export const concat: GradientRule<"Concat"> = ({ attributes, input, outputGrad, needs, g }) => {
  const { axis } = attributes;
  const grads = [];
  const parts = lengthAt(outputGrad(0).shape, axis);
  for (let i = 0, start = 0; start < parts; i++) {
    const length = lengthAt(input(i).shape, axis);
    grads.push(needs(i) ? g.slice(outputGrad(0), axis, start, length) : null);
    start += length;
  }
  return grads;
};

export const slice: GradientRule<"Slice"> = ({ attributes, input, outputGrad, g }) => {
  const { axis, start } = attributes;
  return [outputOf(g.apply("PadSlice", [outputGrad(0)], { axis, start, length: lengthAt(input(0).shape, axis) }), 0)];
};

export const reshape: GradientRule<"Reshape"> = ({ input, outputGrad, g }) => [
  g.reshape(outputGrad(0), input(0).shape),
];

export const transpose: GradientRule<"Transpose"> = ({ attributes, outputGrad, g }) => {
  const inverse: number[] = [];
  attributes.permutation.forEach((axis, i) => {
    inverse[axis] = i;
  });
  return [g.transpose(outputGrad(0), inverse)];
};

export const expand: GradientRule<"Expand"> = ({ input, outputGrad, g }) => [g.sumTo(outputGrad(0), input(0).shape)];

/** The gradient of a sum is the same for everything summed. */
export const sumTo: GradientRule<"SumTo"> = ({ input, outputGrad, g }) => [g.expand(outputGrad(0), input(0).shape)];
