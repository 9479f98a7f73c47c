import type { Kernel } from "./kernel";
import { elementCount, expanded, mapped, reshaped, summedTo, type Tensor, tensor, zeros } from "./tensor";

export const sumTo: Kernel<"SumTo"> = ({ input, concrete, attributes }) => [
  summedTo(input(0), concrete(attributes.shape)),
];

export const mean: Kernel<"Mean"> = ({ input, attributes: { axis, keepDims } }) => {
  const x = input(0);
  const kept = x.shape.map((length, i) => (i === axis ? 1 : length));
  const averaged = mapped(summedTo(x, kept), (sum) => sum / x.shape[axis]);
  return [keepDims ? averaged : reshaped(averaged, x.shape.toSpliced(axis, 1))];
};

export const averagePool: Kernel<"AveragePool"> = ({ input, attributes: { kernel } }) => {
  const x = input(0);
  const [n, channels, height, width] = x.shape;
  const y = zeros([n, channels, Math.floor(height / kernel), Math.floor(width / kernel)]);
  eachPooled(x.shape, kernel, (xAt, yAt) => {
    y.data[yAt] += x.data[xAt] / kernel ** 2;
  });
  return [y];
};

export const averagePoolGrad: Kernel<"AveragePoolGrad"> = ({ input, concrete, attributes: { kernel, inputShape } }) => {
  const dx = zeros(concrete(inputShape));
  eachPooled(dx.shape, kernel, (xAt, yAt) => {
    dx.data[xAt] = input(0).data[yAt] / kernel ** 2;
  });
  return [dx];
};

/** Visits each entry that a window covers, with the window's place; rows and columns left over at the end are in none. */
function eachPooled(x: readonly number[], kernel: number, visit: (xAt: number, yAt: number) => void): void {
  const [n, channels, height, width] = x;
  const [outHeight, outWidth] = [Math.floor(height / kernel), Math.floor(width / kernel)];
  for (let window = 0; window < n * channels * outHeight * outWidth; window++) {
    const column = window % outWidth;
    const row = ((window - column) / outWidth) % outHeight;
    const plane = (window - column - row * outWidth) / (outWidth * outHeight);
    for (let i = 0; i < kernel; i++) {
      const start = (plane * height + row * kernel + i) * width + column * kernel;
      for (let j = 0; j < kernel; j++) visit(start + j, window);
    }
  }
}

/** One process stands for all devices, so every device is taken to hold the same rows. */
export const allGather: Kernel<"AllGather"> = ({ input, attributes: { devices } }) => {
  const [rows, ...rest] = input(0).shape;
  const copies = expanded(input(0), [devices, rows, ...rest]);
  return [reshaped(copies, [devices * rows, ...rest])];
};

/** With the same rows everywhere, the sum over devices of one device's share is the sum over shares on one device. */
export const reduceScatter: Kernel<"ReduceScatter"> = ({ input, attributes: { devices } }) => {
  const [rows, ...rest] = input(0).shape;
  const own = [rows / devices, ...rest];
  return [summedTo(reshaped(input(0), [devices, ...own]), own)];
};

export const softmaxCrossEntropy: Kernel<"SoftmaxCrossEntropy"> = ({ input }) => {
  const [logits, labels] = [input(0), input(1)];
  const [rows, classes] = logits.shape;
  const logProbabilities = zeros(logits.shape);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const entries = logits.data.subarray(row * classes, (row + 1) * classes);
    const largest = Math.max(...entries);
    const logSumExp = largest + Math.log(entries.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    entries.forEach((value, i) => {
      logProbabilities.data[row * classes + i] = value - logSumExp;
    });
    loss -= logProbabilities.data[row * classes + labelOf(labels, row, classes)] / rows;
  }
  return [tensor([], [loss]), logProbabilities];
};

export const softmaxCrossEntropyGrad: Kernel<"SoftmaxCrossEntropyGrad"> = ({ input }) => {
  const [logProbabilities, labels, dLoss] = [input(0), input(1), input(2)];
  const [rows, classes] = logProbabilities.shape;
  const dLogits = mapped(logProbabilities, (value) => (Math.exp(value) * dLoss.data[0]) / rows);
  for (let row = 0; row < rows; row++)
    dLogits.data[row * classes + labelOf(labels, row, classes)] -= dLoss.data[0] / rows;
  return [dLogits];
};

function labelOf(labels: Tensor, row: number, classes: number): number {
  const label = labels.data[row];
  if (!(label >= 0 && label < classes)) throw new RangeError(`label ${label} is not within 0..${classes - 1}`);
  return label;
}

export const pairSigns: Kernel<"PairSigns"> = ({ concrete, attributes }) => {
  const [rows, columns] = concrete(attributes.shape);
  const sign = (i: number) => (Math.floor(i / columns) === i % columns ? 1 : -1);
  return [
    tensor(
      [rows, columns],
      Array.from({ length: rows * columns }, (_, i) => sign(i)),
    ),
  ];
};

export const labelRange: Kernel<"LabelRange"> = ({ concrete, attributes }) => {
  const shape = concrete(attributes.shape);
  return [
    tensor(
      shape,
      Array.from({ length: elementCount(shape) }, (_, i) => i),
    ),
  ];
};
