import type { Node, OpAttributes, OpType } from "./ir";
import { BATCH, broadcastShape, lengthAt, mergedLength, type Shape } from "./shape";

/** What shape inference looks at: the operation, its attributes and the shapes it reads. */
export type Application = { [T in OpType]: { readonly op: T; readonly attributes: OpAttributes[T] } }[OpType];

/**
 * The shapes an operation writes, from the shapes it reads.
 *
 * @throws {RangeError} when the inputs do not go together
 */
export function inferShapes(application: Application, inputs: readonly Shape[]): readonly Shape[] {
  const [a, b, c, d, e] = inputs;
  if (a === undefined) return inferSource(application);
  switch (application.op) {
    case "Linear":
      return [inferLinear(a, required(b), application.attributes.layout)];
    case "MatMul":
      return [inferMatMul(a, required(b), application.attributes.transposeA, application.attributes.transposeB)];
    case "LinearWeightGrad": {
      const [inWidth, outWidth] = [lengthAt(a, -1), lengthAt(required(b), -1)];
      return [application.attributes.layout === "out_in" ? [outWidth, inWidth] : [inWidth, outWidth]];
    }
    case "Conv2d": {
      const { stride, padding } = application.attributes;
      const weight = required(b);
      const [height, width] = [convolved(a, 2, weight, stride, padding), convolved(a, 3, weight, stride, padding)];
      if (lengthAt(a, 1) !== lengthAt(weight, 1)) mismatch("Conv2d", inputs);
      return [[lengthAt(a, 0), lengthAt(weight, 0), height, width]];
    }
    case "Conv2dInputGrad":
      return [application.attributes.inputShape];
    case "Conv2dWeightGrad":
      return [application.attributes.weightShape];
    case "Add":
    case "Mul":
      return [broadcastShape(a, required(b))];
    case "Accumulate":
    case "Scale":
    case "Exp":
    case "Gelu":
    case "GeluGrad":
    case "Sigmoid":
    case "SigmoidGrad":
    case "LogSigmoid":
    case "LogSigmoidGrad":
    case "Relu":
    case "ReluGrad":
      return [a];
    case "LayerNorm": {
      const rows = [...a.slice(0, -1), 1];
      return [a, rows, rows];
    }
    case "LayerNormGrad": // x, mean, rstd, weight, dy
      return [a, required(d), required(d)];
    case "BatchNorm":
      return [a, [lengthAt(a, 1)], [lengthAt(a, 1)]];
    case "BatchNormGrad":
      return [a, [lengthAt(a, 1)], [lengthAt(a, 1)]];
    case "L2Normalize":
      return [a, [...a.slice(0, -1), 1]];
    case "L2NormalizeGrad":
      return [a];
    case "UnpackHeads": {
      const { heads, parts } = application.attributes;
      const headWidth = lengthAt(a, -1) / (parts * heads);
      const part = [lengthAt(a, 0), heads, lengthAt(a, 1), headWidth];
      return Array.from({ length: parts }, () => part);
    }
    case "PackHeads":
      return [[lengthAt(a, 0), lengthAt(a, 2), inputs.length * lengthAt(a, 1) * lengthAt(a, 3)]];
    case "SplitHeads": {
      const { heads } = application.attributes;
      return [[lengthAt(a, 0), heads, lengthAt(a, 1), lengthAt(a, 2) / heads]];
    }
    case "MergeHeads":
      return [[lengthAt(a, 0), lengthAt(a, 2), lengthAt(a, 1) * lengthAt(a, 3)]];
    case "Attention":
      return [a, a.slice(0, 3)];
    case "AttentionGrad": // q, k, v, o, lse, dy
      return [a, required(b), required(c)];
    case "Embedding":
      return [[...required(b), lengthAt(a, 1)]];
    case "EmbeddingGrad":
      return [[application.attributes.rows, lengthAt(required(b), -1)]];
    case "ArgMax":
      return [a.slice(0, -1)];
    case "SelectToken":
      return [[lengthAt(a, 0), lengthAt(a, 2)]];
    case "SelectTokenGrad":
      return [[lengthAt(a, 0), application.attributes.tokens, lengthAt(a, 1)]];
    case "Concat": {
      const { axis } = application.attributes;
      const length = inputs.reduce((sum, shape) => sum + lengthAt(shape, axis), 0);
      return [a.map((own, i) => (i === axis ? length : own))];
    }
    case "Slice":
    case "PadSlice":
      return [a.map((own, i) => (i === application.attributes.axis ? application.attributes.length : own))];
    case "Reshape":
    case "Expand":
    case "SumTo":
      return [application.attributes.shape];
    case "Transpose":
      return [application.attributes.permutation.map((axis) => lengthAt(a, axis))];
    case "Mean": {
      const { axis, keepDims } = application.attributes;
      return [keepDims ? a.map((own, i) => (i === axis ? 1 : own)) : a.filter((_, i) => i !== axis)];
    }
    case "AveragePool": {
      const { kernel } = application.attributes;
      return [[lengthAt(a, 0), lengthAt(a, 1), Math.floor(lengthAt(a, 2) / kernel), Math.floor(lengthAt(a, 3) / kernel)]];
    }
    case "AveragePoolGrad":
      return [application.attributes.inputShape];
    case "AllGather":
      return [[mergedLength(application.attributes.devices, lengthAt(a, 0)), ...a.slice(1)]];
    case "ReduceScatter":
      return [[lengthAt(a, 0) / application.attributes.devices, ...a.slice(1)]];
    case "SoftmaxCrossEntropy":
      return [[], a];
    case "SoftmaxCrossEntropyGrad": // logProbabilities, labels, dloss
      return [a];
    case "AdamW": // weight, gradient, first and second moment
    case "Sgd":
      return [];
    case "PairSigns":
    case "LabelRange":
      return mismatch(application.op, [a, ...(e === undefined ? [] : [e])]);
  }
}

/** Operations that read nothing. */
function inferSource(application: Application): readonly Shape[] {
  if (application.op === "PairSigns" || application.op === "LabelRange") return [application.attributes.shape];
  throw new RangeError(`${application.op} needs an input`);
}

function inferLinear(x: Shape, weight: Shape, layout: "out_in" | "in_out"): Shape {
  const [inAxis, outAxis] = layout === "out_in" ? [1, 0] : [0, 1];
  if (lengthAt(x, -1) !== lengthAt(weight, inAxis)) mismatch("Linear", [x, weight]);
  return [...x.slice(0, -1), lengthAt(weight, outAxis)];
}

function inferMatMul(a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): Shape {
  const [rows, inner] = transposeA ? [lengthAt(a, -1), lengthAt(a, -2)] : [lengthAt(a, -2), lengthAt(a, -1)];
  const [innerB, columns] = transposeB ? [lengthAt(b, -1), lengthAt(b, -2)] : [lengthAt(b, -2), lengthAt(b, -1)];
  if (inner !== innerB) mismatch("MatMul", [a, b]);
  return [...broadcastShape(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

function convolved(x: Shape, axis: 2 | 3, weight: Shape, stride: number, padding: number): number {
  const length = lengthAt(x, axis);
  if (length < 0) mismatch("Conv2d", [x, weight]);
  return Math.floor((length + 2 * padding - lengthAt(weight, axis)) / stride) + 1;
}

function required(shape: Shape | undefined): Shape {
  if (shape === undefined) throw new RangeError("an input is missing");
  return shape;
}

function mismatch(op: Node["op"], shapes: readonly Shape[]): never {
  throw new RangeError(`${op} cannot take ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")} (batch axis ${BATCH})`);
}
