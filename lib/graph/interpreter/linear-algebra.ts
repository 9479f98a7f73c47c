import type { Kernel } from "./kernel";
import {
  broadcastPairs,
  broadcastStrides,
  commonShape,
  elementCount,
  positions,
  reshaped,
  type Tensor,
  zeros,
} from "./tensor";

export const matMul: Kernel<"MatMul"> = ({ input, attributes: { transposeA, transposeB } }) => [
  product(input(0), input(1), transposeA, transposeB),
];

export const linear: Kernel<"Linear"> = ({ input, inputs, attributes: { layout } }) => {
  const x = input(0);
  const y = product(rowsOf(x), input(1), false, layout === "out_in");
  const shaped = reshaped(y, [...x.shape.slice(0, -1), y.shape[1]]);
  return [inputs.length > 2 ? broadcastPairs(shaped, input(2), (a, b) => a + b) : shaped];
};

export const linearWeightGrad: Kernel<"LinearWeightGrad"> = ({ input, attributes: { layout } }) => {
  const [x, dy] = [rowsOf(input(0)), rowsOf(input(1))];
  return [layout === "out_in" ? product(dy, x, true, false) : product(x, dy, true, false)];
};

/** All leading axes merged into one. */
function rowsOf(x: Tensor): Tensor {
  const width = x.shape[x.shape.length - 1];
  return reshaped(x, [x.data.length / width, width]);
}

/** a·b over the last two axes, either transposed; leading axes broadcast. @throws {RangeError} when the inner lengths differ */
function product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  const [left, right] = [matrixIn(a, transposeA), matrixIn(b, transposeB)];
  if (left.columns !== right.rows) {
    throw new RangeError(`[${a.shape.join(", ")}] times [${b.shape.join(", ")}]: ${left.columns} is not ${right.rows}`);
  }
  const batch = commonShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const y = zeros([...batch, left.rows, right.columns]);
  const [startsA, startsB] = [matrixStarts(a, batch), matrixStarts(b, batch)];
  let at = 0;
  for (let matrix = 0; matrix < startsA.length; matrix++) {
    for (let row = 0; row < left.rows; row++) {
      for (let column = 0; column < right.columns; column++) {
        let sum = 0;
        let [i, j] = [startsA[matrix] + row * left.rowStride, startsB[matrix] + column * right.columnStride];
        for (let inner = 0; inner < left.columns; inner++, i += left.columnStride, j += right.rowStride) {
          sum += a.data[i] * b.data[j];
        }
        y.data[at++] = sum;
      }
    }
  }
  return y;
}

function matrixIn({ shape }: Tensor, transposed: boolean) {
  const [rows, columns] = shape.slice(-2);
  return transposed
    ? { rows: columns, columns: rows, rowStride: 1, columnStride: columns }
    : { rows, columns, rowStride: columns, columnStride: 1 };
}

/** Where each matrix of the broadcast batch begins. */
function matrixStarts({ shape }: Tensor, batch: readonly number[]): Int32Array {
  const size = elementCount(shape.slice(-2));
  const strides = broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * size);
  return positions(batch, strides, 0);
}

export const conv2d: Kernel<"Conv2d"> = ({ input, inputs, attributes: { stride, padding } }) => {
  const [x, weight] = [input(0), input(1)];
  const [count, channels, height, width] = x.shape;
  const [outChannels, inChannels, kernelHeight, kernelWidth] = weight.shape;
  if (channels !== inChannels) throw new RangeError(`${channels} channels meet weights for ${inChannels}`);
  const outLength = (length: number, kernel: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  const y = zeros([count, outChannels, outLength(height, kernelHeight), outLength(width, kernelWidth)]);
  eachTap(x.shape, weight.shape, y.shape, stride, padding, (xAt, weightAt, yAt) => {
    y.data[yAt] += x.data[xAt] * weight.data[weightAt];
  });
  if (inputs.length === 2) return [y];
  return [broadcastPairs(y, reshaped(input(2), [outChannels, 1, 1]), (a, b) => a + b)];
};

export const conv2dInputGrad: Kernel<"Conv2dInputGrad"> = ({ input, concrete, attributes }) => {
  const [weight, dy] = [input(0), input(1)];
  const dx = zeros(concrete(attributes.inputShape));
  eachTap(dx.shape, weight.shape, dy.shape, attributes.stride, attributes.padding, (xAt, weightAt, yAt) => {
    dx.data[xAt] += dy.data[yAt] * weight.data[weightAt];
  });
  return [dx];
};

export const conv2dWeightGrad: Kernel<"Conv2dWeightGrad"> = ({ input, concrete, attributes }) => {
  const [x, dy] = [input(0), input(1)];
  const dWeight = zeros(concrete(attributes.weightShape));
  eachTap(x.shape, dWeight.shape, dy.shape, attributes.stride, attributes.padding, (xAt, weightAt, yAt) => {
    dWeight.data[weightAt] += dy.data[yAt] * x.data[xAt];
  });
  return [dWeight];
};

/** Visits every product a convolution adds up, by the positions of its three factors; what falls on padding is left out. */
function eachTap(
  x: readonly number[],
  weight: readonly number[],
  y: readonly number[],
  stride: number,
  padding: number,
  visit: (xAt: number, weightAt: number, yAt: number) => void,
): void {
  const [, channels, height, width] = x;
  const [, , kernelHeight, kernelWidth] = weight;
  const [count, outChannels, outHeight, outWidth] = y;
  for (let n = 0; n < count; n++) {
    for (let o = 0; o < outChannels; o++) {
      for (let c = 0; c < channels; c++) {
        for (let row = 0; row < outHeight; row++) {
          for (let column = 0; column < outWidth; column++) {
            const yAt = ((n * outChannels + o) * outHeight + row) * outWidth + column;
            for (let i = 0; i < kernelHeight; i++) {
              const xRow = row * stride + i - padding;
              if (xRow < 0 || xRow >= height) continue;
              for (let j = 0; j < kernelWidth; j++) {
                const xColumn = column * stride + j - padding;
                if (xColumn < 0 || xColumn >= width) continue;
                const xAt = ((n * channels + c) * height + xRow) * width + xColumn;
                visit(xAt, ((o * channels + c) * kernelHeight + i) * kernelWidth + j, yAt);
              }
            }
          }
        }
      }
    }
  }
}
