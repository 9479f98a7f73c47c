import type { OnnxValue } from "../../../onnx/model";
import type { Operation } from "../operation";
import { elementCount, type OnnxWriter } from "../writer";

export const sumTo: Operation<"SumTo"> = ({ attributes, input, shaped, shapeOf, concrete, w }) => {
  const [from, to] = [shapeOf(0), concrete(attributes.shape)];
  const missing = from.length - to.length;
  const axes = from.map((_, axis) => axis).filter((axis) => from[axis] !== (axis < missing ? 0 : to[axis - missing]));
  // In a batch of one nothing may be left to sum.
  if (axes.length === 0) return [w.cast(input(0), "float32")];
  // Every axis but the last: however the rows lie there.
  if (axes.length === from.length - 1 && !axes.includes(from.length - 1)) {
    const x = input(0);
    const leading = x.shape.map((_, axis) => axis).slice(0, -1);
    if (x.shape.at(-1) === from.at(-1)) return [w.cast(w.reduce("ReduceSum", x, leading, false), "float32")];
  }
  return [w.cast(w.reduce("ReduceSum", shaped(0), axes, false), "float32")];
};

export const mean: Operation<"Mean"> = ({ attributes: { axis, keepDims }, shaped, w }) => [
  w.reduce("ReduceMean", w.cast(shaped(0), "float32"), [axis], keepDims),
];

export const averagePool: Operation<"AveragePool"> = ({ attributes: { kernel }, shaped, w }) => {
  const x = shaped(0);
  if (kernel === 1) return [x];
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const shape = [batch, channels, Math.floor(height / kernel), Math.floor(width / kernel)];
  const square = { ints: [kernel, kernel] };
  return [w.apply("AveragePool", [x], shape, { kernel_shape: square, strides: square })];
};

/** Each entry's share, repeated over its window; rows and columns that no window covered get zeros. */
export const averagePoolGrad: Operation<"AveragePoolGrad"> = ({ attributes, shaped, concrete, w }) => {
  const { kernel, inputShape } = attributes;
  const dy = shaped(0);
  if (kernel === 1) return [dy];
  const [batch = 1, channels = 1, outHeight = 1, outWidth = 1] = dy.shape;
  const [, , height = 1, width = 1] = concrete(inputShape);
  const share = w.reshape(w.times(dy, 1 / kernel ** 2), [batch, channels, outHeight, 1, outWidth, 1]);
  const repeated = w.expand(share, [batch, channels, outHeight, kernel, outWidth, kernel]);
  const covered = w.reshape(repeated, [batch, channels, outHeight * kernel, outWidth * kernel]);
  const after = [0, 0, height - outHeight * kernel, width - outWidth * kernel];
  return [w.pad(covered, [0, 0, 0, 0], after)];
};

/** One process stands for one device. */
export const allGather: Operation<"AllGather"> = ({ attributes: { devices }, input }) => {
  if (devices !== 1) throw new RangeError(`this runtime computes on one device, not ${devices}`);
  return [input(0)];
};

export const reduceScatter: Operation<"ReduceScatter"> = ({ attributes: { devices }, input }) => {
  if (devices !== 1) throw new RangeError(`this runtime computes on one device, not ${devices}`);
  return [input(0)];
};

export const softmaxCrossEntropy: Operation<"SoftmaxCrossEntropy"> = ({ shaped, input, w }) => {
  const logits = w.cast(shaped(0), "float32");
  const [rows = 1] = logits.shape;
  const logProbabilities = w.apply("LogSoftmax", [logits], logits.shape, { axis: { int: -1 } });
  const labels = w.reshape(input(1), [rows, 1]);
  const picked = w.apply("GatherElements", [logProbabilities, labels], [rows, 1], { axis: { int: 1 } });
  return [w.map("Neg", w.reduce("ReduceMean", picked, [0, 1], false)), logProbabilities];
};

/** (softmax − onehot)·dloss/rows. */
export const softmaxCrossEntropyGrad: Operation<"SoftmaxCrossEntropyGrad"> = ({ shaped, input, w }) => {
  const logProbabilities = shaped(0);
  const [rows = 1, classes = 1] = logProbabilities.shape;
  const difference = w.sub(w.map("Exp", logProbabilities), oneHot(w, input(1), classes, [0, 1]));
  return [w.mul(difference, w.times(input(2), 1 / rows))];
};

/** @param values what stands elsewhere, and at each row's label */
function oneHot(w: OnnxWriter, labels: OnnxValue, classes: number, values: readonly [number, number]): OnnxValue {
  const rows = elementCount(labels.shape);
  const inputs = [w.reshape(labels, [rows]), w.scalar(classes, "int64"), w.constant("float32", [2], values)];
  return w.apply("OneHot", inputs, [rows, classes], { axis: { int: -1 } }, { type: "float32" });
}

export const pairSigns: Operation<"PairSigns"> = ({ attributes, concrete, w }) => {
  const [rows = 1, columns = 1] = concrete(attributes.shape);
  return [oneHot(w, w.integers(rangeOf(rows)), columns, [-1, 1])];
};

export const labelRange: Operation<"LabelRange"> = ({ attributes, concrete, w }) => [
  w.integers(rangeOf(elementCount(concrete(attributes.shape)))),
];

function rangeOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
