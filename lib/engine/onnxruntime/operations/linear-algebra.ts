import type { OnnxValue } from "../../../onnx/model";
import type { Operation } from "../operation";
import { elementCount, type OnnxWriter } from "../writer";

/** One matrix product over all rows. */
export const linear: Operation<"Linear"> = ({ attributes, inputCount, input, rows, matrixType, w }) => {
  const bias = inputCount > 2 ? w.cast(input(2), matrixType) : undefined;
  return [
    w.gemm(w.cast(rows(0), matrixType), w.cast(input(1), matrixType), { b: attributes.layout === "out_in", bias }),
  ];
};

export const linearWeightGrad: Operation<"LinearWeightGrad"> = ({ attributes, rows, matrixType, w }) => {
  const [x, dy] = [w.cast(rows(0), matrixType), w.cast(rows(1), matrixType)];
  const grad = attributes.layout === "out_in" ? w.gemm(dy, x, { a: true }) : w.gemm(x, dy, { a: true });
  return [w.cast(grad, "float32")];
};

export const matMul: Operation<"MatMul"> = ({ attributes, shaped, matrixType, w }) => [
  w.matMul(w.cast(shaped(0), matrixType), w.cast(shaped(1), matrixType), {
    a: attributes.transposeA,
    b: attributes.transposeB,
  }),
];

export const conv2d: Operation<"Conv2d"> = ({ attributes, inputCount, input, shaped, shapeOf, matrixType, w }) => {
  const { stride, padding } = attributes;
  const [batch = 1, , height = 1, width = 1] = shapeOf(0);
  const [outChannels = 1, , kernelHeight = 1, kernelWidth = 1] = shapeOf(1);
  const outLength = (length: number, kernel: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  const read = [shaped(0), shaped(1), ...(inputCount > 2 ? [input(2)] : [])].map((x) => w.cast(x, matrixType));
  const shape = [batch, outChannels, outLength(height, kernelHeight), outLength(width, kernelWidth)];
  return [w.apply("Conv", read, shape, convolutionAttributes([kernelHeight, kernelWidth], stride, padding))];
};

function convolutionAttributes(kernel: readonly number[], stride: number, padding: number) {
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: [stride, stride] },
    pads: { ints: [padding, padding, padding, padding] },
  };
}

/** A transposed convolution with the same weights; rows and columns the strides left over are padded on. */
export const conv2dInputGrad: Operation<"Conv2dInputGrad"> = (context) => {
  const { attributes, shaped, shapeOf, concrete, matrixType, w } = context;
  const { stride, padding, inputShape } = attributes;
  const [, , kernelHeight = 1, kernelWidth = 1] = shapeOf(0);
  const [, , outHeight = 1, outWidth = 1] = shapeOf(1);
  const shape = concrete(inputShape);
  const [, , height = 1, width = 1] = shape;
  const leftOver = (length: number, out: number, kernel: number) =>
    length - ((out - 1) * stride + kernel - 2 * padding);
  const grad = w.apply("ConvTranspose", [w.cast(shaped(1), matrixType), w.cast(shaped(0), matrixType)], shape, {
    ...convolutionAttributes([kernelHeight, kernelWidth], stride, padding),
    output_padding: { ints: [leftOver(height, outHeight, kernelHeight), leftOver(width, outWidth, kernelWidth)] },
  });
  return [grad];
};

/**
 * The sum over samples and places of dy ⊗ the patch of x it was computed from, as matrix products: one for each place in
 * the kernel, or a single one where patches do not overlap.
 */
export const conv2dWeightGrad: Operation<"Conv2dWeightGrad"> = (context) => {
  const { attributes, shaped, shapeOf, concrete, matrixType, w } = context;
  const { stride, padding, weightShape } = attributes;
  const shape = concrete(weightShape);
  const [outChannels = 1, channels = 1, kernelHeight = 1, kernelWidth = 1] = shape;
  const [x, dy] = [w.cast(shaped(0), matrixType), w.cast(shaped(1), matrixType)];
  const [batch = 1, , outHeight = 1, outWidth = 1] = shapeOf(1);
  const [, , height = 1, width = 1] = shapeOf(0);
  const places = batch * outHeight * outWidth;
  if (stride === kernelHeight && stride === kernelWidth && padding === 0 && stride > 1) {
    const whole = [outHeight * stride, outWidth * stride] as const;
    const cut = cropped(w, x, [height, width], whole);
    const split = w.reshape(cut, [batch, channels, outHeight, stride, outWidth, stride]);
    const patches = w.reshape(w.transpose(split, [0, 2, 4, 1, 3, 5]), [places, channels * stride * stride]);
    const byPlace = w.reshape(w.transpose(dy, [0, 2, 3, 1]), [places, outChannels]);
    return [w.cast(w.reshape(w.gemm(byPlace, patches, { a: true }), shape), "float32")];
  }
  const gradient = w.reshape(w.transpose(dy, [1, 0, 2, 3]), [outChannels, places]);
  const byChannel = w.transpose(x, [1, 0, 2, 3]);
  if (kernelHeight === 1 && kernelWidth === 1 && stride === 1) {
    const product = w.gemm(gradient, w.reshape(byChannel, [channels, places]), { b: true });
    return [w.cast(w.reshape(product, shape), "float32")];
  }
  const padded = w.pad(byChannel, [0, 0, padding, padding], [0, 0, padding, padding]);
  const taps: OnnxValue[] = [];
  for (let i = 0; i < kernelHeight; i++) {
    const read = w.slice(padded, 2, i, outHeight, stride);
    for (let j = 0; j < kernelWidth; j++) {
      const tap = w.reshape(w.slice(read, 3, j, outWidth, stride), [channels, places]);
      taps.push(w.reshape(w.gemm(gradient, tap, { b: true }), [outChannels * channels, 1]));
    }
  }
  return [w.cast(w.reshape(w.concat(taps, 1), shape), "float32")];
};

function cropped(
  w: OnnxWriter,
  x: OnnxValue,
  [height, width]: readonly [number, number],
  [wholeHeight, wholeWidth]: readonly [number, number],
): OnnxValue {
  const rows = wholeHeight < height ? w.slice(x, 2, 0, wholeHeight) : x;
  return wholeWidth < width ? w.slice(rows, 3, 0, wholeWidth) : rows;
}

/** Elements of a matrix that all but the last axis run down. */
export function matrixShape(shape: readonly number[]): [number, number] {
  return [elementCount(shape.slice(0, -1)), shape.at(-1) ?? 1];
}
