import type { OnnxValue } from "../../../onnx/model";
import type { Operation, OperationContext } from "../operation";
import { elementCount, type OnnxWriter } from "../writer";
import { alike } from "./elementwise";

/** The statistics are asked for only where the backward pass reads them. */
export const layerNorm: Operation<"LayerNorm"> = ({ attributes, input, isRead, w }) => {
  const x = w.cast(input(0), "float32");
  const perRow = { shape: x.shape.with(-1, 1), type: "float32" } as const;
  const inputs = [x, ...[1, 2].map((index) => w.cast(input(index), "float32"))];
  const results = [{ shape: x.shape, type: "float32" } as const, ...(isRead(1) || isRead(2) ? [perRow, perRow] : [])];
  return w.applyAll("LayerNormalization", inputs, results, {
    axis: { int: -1 },
    epsilon: { float: attributes.epsilon },
  });
};

/**
 * With x̂ the normalized row, n its width and h = dy ⊙ x̂:  dx = (dy ⊙ w − (dy·w)/n − x̂·(h·w)/n)/σ. The two sums along
 * each row are products of a matrix and the weight.
 */
export const layerNormGrad: Operation<"LayerNormGrad"> = (context) => {
  const { input, isRead, w } = context;
  const [x, dy] = alike(context, w.cast(input(0), "float32"), w.cast(input(4), "float32"));
  const perRow = x.shape.with(-1, 1);
  const width = x.shape.at(-1) ?? 1;
  const [mean, rstd] = [w.reshape(input(1), perRow), w.reshape(input(2), perRow)];
  const weight = w.cast(input(3), "float32");
  const normalized = w.mul(w.sub(x, mean), rstd);
  const along = isRead(0) || isRead(1) ? w.mul(dy, normalized) : null;
  const leading = x.shape.map((_, axis) => axis).slice(0, -1);
  const dWeight = isRead(1) && along !== null ? w.reduce("ReduceSum", along, leading, false) : null;
  const dBias = isRead(2) ? w.reduce("ReduceSum", dy, leading, false) : null;
  if (!isRead(0) || along === null) return [null, dWeight, dBias];
  const column = w.reshape(w.times(weight, 1 / width), [width, 1]);
  const alongMean = w.matMul(along, column);
  const level = w.matMul(dy, column);
  const centred = w.sub(w.sub(w.mul(dy, weight), level), w.mul(normalized, alongMean));
  return [w.mul(centred, rstd), dWeight, dBias];
};

/** In train mode the statistics are computed first; the normalization itself is the runtime's own kernel either way. */
export const batchNorm: Operation<"BatchNorm"> = (context) => {
  const { attributes, input, shaped, isRead, w } = context;
  const x = w.cast(shaped(0), "float32");
  const [mean, variance] = attributes.training ? statisticsOf(w, x) : [input(3), input(4)];
  const inputs = [x, input(1), input(2), mean, variance];
  const epsilon = { float: attributes.epsilon };
  const y = w.apply("BatchNormalization", inputs, x.shape, { epsilon });
  const rstd = attributes.training && isRead(2) ? reciprocalDeviation(w, variance, attributes.epsilon) : null;
  return [y, mean, rstd];
};

const OVER_PLACES = [0, 2, 3];

function statisticsOf(w: OnnxWriter, x: OnnxValue): readonly [OnnxValue, OnnxValue] {
  const [, channels = 1] = x.shape;
  const mean = w.reduce("ReduceMean", x, OVER_PLACES, true);
  const centred = w.sub(x, mean);
  const variance = w.reduce("ReduceMean", w.mul(centred, centred), OVER_PLACES, false);
  return [w.reshape(mean, [channels]), variance];
}

function reciprocalDeviation(w: OnnxWriter, variance: OnnxValue, epsilon: number): OnnxValue {
  return w.map("Reciprocal", w.map("Sqrt", w.plus(variance, epsilon)));
}

/** As for a layer, over all places of a channel; in eval mode dx = dy ⊙ scale/σ. */
export const batchNormGrad: Operation<"BatchNormGrad"> = (context) => {
  const { attributes, input, shaped, isRead, w } = context;
  const [x, dy] = [w.cast(shaped(0), "float32"), w.cast(shaped(4), "float32")];
  const [, channels = 1] = x.shape;
  const perChannel = [1, channels, 1, 1];
  const { training, epsilon } = attributes;
  const rstd = w.reshape(training ? input(3) : reciprocalDeviation(w, input(3), epsilon), perChannel);
  const slope = w.mul(rstd, w.reshape(input(1), perChannel));
  const needsSums = training && isRead(0);
  const dBias = isRead(2) || needsSums ? w.reduce("ReduceSum", dy, OVER_PLACES, true) : null;
  const normalized = isRead(1) || needsSums ? w.mul(w.sub(x, w.reshape(input(2), perChannel)), rstd) : null;
  const dScale = normalized === null ? null : w.reduce("ReduceSum", w.mul(dy, normalized), OVER_PLACES, true);
  const sums = [dScale, dBias].map((sum) => (sum === null ? null : w.reshape(sum, [channels])));
  if (!isRead(0)) return [null, ...sums];
  if (!training || normalized === null || dScale === null || dBias === null) return [w.mul(dy, slope), ...sums];
  const count = elementCount(x.shape) / channels;
  const along = w.mul(normalized, w.times(dScale, 1 / count));
  const centred = w.sub(w.sub(dy, along), w.times(dBias, 1 / count));
  return [w.mul(centred, slope), ...sums];
};

export const l2Normalize: Operation<"L2Normalize"> = ({ rows, w }) => {
  const x = w.cast(rows(0), "float32");
  const norm = w.reduce("ReduceL2", x, [x.shape.length - 1], true);
  return [w.div(x, norm), norm];
};

/** With y = x/‖x‖:  dx = (dy − y·(y·dy))/‖x‖. */
export const l2NormalizeGrad: Operation<"L2NormalizeGrad"> = (context: OperationContext<"L2NormalizeGrad">) => {
  const { rows, w } = context;
  const [x, norm, dy] = [w.cast(rows(0), "float32"), rows(1), w.cast(rows(2), "float32")];
  const y = w.div(x, norm);
  const along = w.reduce("ReduceSum", w.mul(y, dy), [1], true);
  return [w.div(w.sub(dy, w.mul(y, along)), norm)];
};
