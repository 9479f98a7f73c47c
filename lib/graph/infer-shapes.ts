import type { Node, OpAttributes, OpType } from "./ir";
import {
  BATCH,
  broadcastShape,
  coefficientOf,
  degreeOf,
  flattenedRows,
  lengthAt,
  mergedLength,
  type Shape,
  sameShape,
} from "./shape";

/** What shape inference looks at: the operation, its attributes and the shapes it reads. */
export type Application = { [T in OpType]: { readonly op: T; readonly attributes: OpAttributes[T] } }[OpType];

/**
 * The shapes an operation writes, from the shapes it reads.
 *
 * @throws {RangeError} when the inputs do not go together
 */
export function inferShapes(application: Application, inputs: readonly Shape[]): readonly Shape[] {
  const [a, b, c, d] = inputs;
  const { op } = application;
  if (a === undefined) return inferSource(application);
  switch (application.op) {
    case "Linear":
      return [inferLinear(a, required(b), c, application.attributes.layout)];
    case "MatMul":
      return [inferMatMul(a, required(b), application.attributes.transposeA, application.attributes.transposeB)];
    case "LinearWeightGrad": {
      const [[rows, inWidth], [rowsOfGrad, outWidth]] = [flattenedRows(a), flattenedRows(required(b))];
      demand(rows === rowsOfGrad, op, inputs);
      return [application.attributes.layout === "out_in" ? [outWidth, inWidth] : [inWidth, outWidth]];
    }
    case "Conv2d":
      return [inferConv2d(a, required(b), c, application.attributes.stride, application.attributes.padding)];
    case "Conv2dInputGrad": {
      const { stride, padding, inputShape } = application.attributes;
      demand(sameShape(inferConv2d(inputShape, a, undefined, stride, padding), required(b)), op, inputs);
      return [inputShape];
    }
    case "Conv2dWeightGrad": {
      const { stride, padding, weightShape } = application.attributes;
      demand(sameShape(inferConv2d(a, weightShape, undefined, stride, padding), required(b)), op, inputs);
      return [weightShape];
    }
    case "Add":
    case "Mul":
      return [broadcastShape(a, required(b))];
    case "Scale":
    case "Exp":
    case "Gelu":
    case "Sigmoid":
    case "LogSigmoid":
    case "Relu":
      return [a];
    case "Accumulate":
    case "GeluGrad":
    case "SigmoidGrad":
    case "LogSigmoidGrad":
    case "ReluGrad":
      demand(sameShape(a, required(b)), op, inputs);
      return [a];
    case "LayerNorm": {
      const rows = a.with(-1, 1);
      demand(isVector(b, lengthAt(a, -1)) && isVector(c, lengthAt(a, -1)), op, inputs);
      return [a, rows, rows];
    }
    case "LayerNormGrad": // x, mean, rstd, weight, dy
      return [a, required(d), required(d)];
    case "BatchNorm": {
      const channels = lengthAt(a, 1);
      demand(inputs.length === 5 && inputs.every((shape, i) => i === 0 || isVector(shape, channels)), op, inputs);
      return [a, [channels], [channels]];
    }
    case "BatchNormGrad":
      return [a, [lengthAt(a, 1)], [lengthAt(a, 1)]];
    case "L2Normalize":
      return [a, a.with(-1, 1)];
    case "L2NormalizeGrad":
      return [a];
    case "UnpackHeads": {
      const { heads, parts } = application.attributes;
      demand(a.length === 3 && lengthAt(a, 2) % (parts * heads) === 0, op, inputs);
      const part = [lengthAt(a, 0), heads, lengthAt(a, 1), lengthAt(a, 2) / (parts * heads)];
      return Array.from({ length: parts }, () => part);
    }
    case "PackHeads":
      demand(a.length === 4 && inputs.every((shape) => sameShape(shape, a)), op, inputs);
      return [[lengthAt(a, 0), lengthAt(a, 2), inputs.length * lengthAt(a, 1) * lengthAt(a, 3)]];
    case "SplitHeads": {
      const { heads } = application.attributes;
      demand(a.length === 3 && lengthAt(a, 2) % heads === 0, op, inputs);
      return [[lengthAt(a, 0), heads, lengthAt(a, 1), lengthAt(a, 2) / heads]];
    }
    case "MergeHeads":
      demand(a.length === 4, op, inputs);
      return [[lengthAt(a, 0), lengthAt(a, 2), lengthAt(a, 1) * lengthAt(a, 3)]];
    case "Attention": {
      const [keys, values] = [required(b), required(c)];
      const keysOfQueries = [lengthAt(a, 0), lengthAt(a, 1), lengthAt(keys, 2), lengthAt(a, 3)];
      demand(a.length === 4 && sameShape(keys, keysOfQueries) && sameShape(values, keys), op, inputs);
      return [a, a.slice(0, 3)];
    }
    case "AttentionGrad": // q, k, v, o, lse, dy
      return [a, required(b), required(c)];
    case "Embedding":
      demand(a.length === 2, op, inputs);
      return [[...required(b), lengthAt(a, 1)]];
    case "EmbeddingGrad":
      return [[application.attributes.rows, lengthAt(required(b), -1)]];
    case "ArgMax":
      return [a.slice(0, -1)];
    case "SelectToken": {
      const { index } = application.attributes;
      demand(
        a.length === 3 && (index === "per_row" ? isVector(b, lengthAt(a, 0)) : index < lengthAt(a, 1)),
        op,
        inputs,
      );
      return [[lengthAt(a, 0), lengthAt(a, 2)]];
    }
    case "SelectTokenGrad":
      return [[lengthAt(a, 0), application.attributes.tokens, lengthAt(a, 1)]];
    case "Concat":
      return [inferConcat(inputs, application.attributes.axis)];
    case "Slice": {
      const { axis, start, length } = application.attributes;
      demand(start + length <= lengthAt(a, axis), op, inputs);
      return [a.with(axis, length)];
    }
    case "PadSlice": {
      const { axis, start, length } = application.attributes;
      demand(lengthAt(a, axis) > 0 && start + lengthAt(a, axis) <= length, op, inputs);
      return [a.with(axis, length)];
    }
    case "Reshape": {
      const { shape } = application.attributes;
      demand(coefficientOf(a) === coefficientOf(shape) && degreeOf(a) === degreeOf(shape), op, inputs);
      return [shape];
    }
    case "Expand": {
      const { shape } = application.attributes;
      demand(sameShape(broadcastShape(a, shape), shape), op, inputs);
      return [shape];
    }
    case "SumTo": {
      const { shape } = application.attributes;
      demand(sameShape(broadcastShape(a, shape), a), op, inputs);
      return [shape];
    }
    case "Transpose": {
      const { permutation } = application.attributes;
      demand(permutation.length === a.length && new Set(permutation).size === a.length, op, inputs);
      return [permutation.map((axis) => lengthAt(a, axis))];
    }
    case "Mean": {
      const { axis, keepDims } = application.attributes;
      demand(lengthAt(a, axis) > 0, op, inputs);
      return [keepDims ? a.with(axis, 1) : a.filter((_, i) => i !== axis)];
    }
    case "AveragePool": {
      const { kernel } = application.attributes;
      const [height, width] = [Math.floor(lengthAt(a, 2) / kernel), Math.floor(lengthAt(a, 3) / kernel)];
      demand(height > 0 && width > 0, op, inputs);
      return [[lengthAt(a, 0), lengthAt(a, 1), height, width]];
    }
    case "AveragePoolGrad":
      return [application.attributes.inputShape];
    case "AllGather":
      return [[mergedLength(application.attributes.devices, lengthAt(a, 0)), ...a.slice(1)]];
    case "ReduceScatter": {
      const rows = lengthAt(a, 0) / application.attributes.devices;
      demand(Number.isInteger(rows), op, inputs);
      return [[rows, ...a.slice(1)]];
    }
    case "SoftmaxCrossEntropy":
      demand(a.length === 2 && isVector(b, lengthAt(a, 0)), op, inputs);
      return [[], a];
    case "SoftmaxCrossEntropyGrad": // logProbabilities, labels, dloss
      return [a];
    case "AdamW": // weight, gradient, first and second moment
    case "Sgd": // weight, gradient, momentum
      demand(
        inputs.every((shape) => sameShape(shape, a)),
        op,
        inputs,
      );
      return [];
    case "PairSigns":
    case "LabelRange":
      return mismatch(op, inputs);
  }
}

/** Operations that read nothing. */
function inferSource(application: Application): readonly Shape[] {
  if (application.op === "PairSigns" || application.op === "LabelRange") return [application.attributes.shape];
  throw new RangeError(`${application.op} needs an input`);
}

function inferLinear(x: Shape, weight: Shape, bias: Shape | undefined, layout: "out_in" | "in_out"): Shape {
  const [inAxis, outAxis] = layout === "out_in" ? [1, 0] : [0, 1];
  const outWidth = lengthAt(weight, outAxis);
  const fits = weight.length === 2 && lengthAt(x, -1) === lengthAt(weight, inAxis);
  if (!fits || !(bias === undefined || isVector(bias, outWidth))) mismatch("Linear", [x, weight, ...given(bias)]);
  return x.with(-1, outWidth);
}

function inferMatMul(a: Shape, b: Shape, transposeA: boolean, transposeB: boolean): Shape {
  const [rows, inner] = transposeA ? [lengthAt(a, -1), lengthAt(a, -2)] : [lengthAt(a, -2), lengthAt(a, -1)];
  const [innerB, columns] = transposeB ? [lengthAt(b, -1), lengthAt(b, -2)] : [lengthAt(b, -2), lengthAt(b, -1)];
  if (inner !== innerB) mismatch("MatMul", [a, b]);
  return [...broadcastShape(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

function inferConv2d(x: Shape, weight: Shape, bias: Shape | undefined, stride: number, padding: number): Shape {
  const outChannels = lengthAt(weight, 0);
  const height = convolved(x, 2, weight, stride, padding);
  const width = convolved(x, 3, weight, stride, padding);
  const fits = lengthAt(x, 1) === lengthAt(weight, 1) && height > 0 && width > 0;
  if (!fits || !(bias === undefined || isVector(bias, outChannels))) mismatch("Conv2d", [x, weight, ...given(bias)]);
  return [lengthAt(x, 0), outChannels, height, width];
}

/** Not positive when the kernel reaches over the image or the length scales with the batch. */
function convolved(x: Shape, axis: 2 | 3, weight: Shape, stride: number, padding: number): number {
  const length = lengthAt(x, axis);
  return length < 0 ? length : Math.floor((length + 2 * padding - lengthAt(weight, axis)) / stride) + 1;
}

/** Along an axis that scales with the batch nothing is concatenated: it would not be known where each part begins. */
function inferConcat(shapes: readonly Shape[], axis: number): Shape {
  const first = required(shapes[0]);
  let total = 0;
  for (const shape of shapes) {
    const length = lengthAt(shape, axis);
    if (length < 0 || !sameShape(shape.with(axis, 1), first.with(axis, 1))) mismatch("Concat", shapes);
    total += length;
  }
  return first.with(axis, total);
}

function isVector(shape: Shape | undefined, length: number): boolean {
  return shape?.length === 1 && shape[0] === length;
}

function given(shape: Shape | undefined): readonly Shape[] {
  return shape === undefined ? [] : [shape];
}

function required(shape: Shape | undefined): Shape {
  if (shape === undefined) throw new RangeError("an input is missing");
  return shape;
}

function demand(fits: boolean, op: OpType, inputs: readonly Shape[]): void {
  if (!fits) mismatch(op, inputs);
}

function mismatch(op: Node["op"], shapes: readonly Shape[]): never {
  throw new RangeError(
    `${op} cannot take ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")} (batch axis ${BATCH})`,
  );
}
