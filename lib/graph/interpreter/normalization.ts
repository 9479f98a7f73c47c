import type { Kernel } from "./kernel";
import { type Tensor, zeros } from "./tensor";

export const layerNorm: Kernel<"LayerNorm"> = ({ input, attributes: { epsilon } }) => {
  const [x, weight, bias] = [input(0), input(1), input(2)];
  const { rows, width, perRow } = rowsOf(x);
  const [y, mean, rstd] = [zeros(x.shape), zeros(perRow), zeros(perRow)];
  for (let row = 0; row < rows; row++) {
    const entries = x.data.subarray(row * width, (row + 1) * width);
    mean.data[row] = average(entries);
    rstd.data[row] = reciprocalDeviation(variance(entries, mean.data[row]), epsilon);
    entries.forEach((value, i) => {
      y.data[row * width + i] = (value - mean.data[row]) * rstd.data[row] * weight.data[i] + bias.data[i];
    });
  }
  return [y, mean, rstd];
};

/** With x̂ the normalized row and d = dy ⊙ weight:  dx = (d − mean d − x̂ · mean(d ⊙ x̂)) / σ. */
export const layerNormGrad: Kernel<"LayerNormGrad"> = ({ input }) => {
  const [x, mean, rstd, weight, dy] = [input(0), input(1), input(2), input(3), input(4)];
  const { rows, width } = rowsOf(x);
  const [dx, dWeight, dBias] = [zeros(x.shape), zeros(weight.shape), zeros(weight.shape)];
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    const normalized = x.data.subarray(start, start + width).map((value) => (value - mean.data[row]) * rstd.data[row]);
    const gradient = dy.data.subarray(start, start + width);
    const weighted = gradient.map((value, i) => value * weight.data[i]);
    const along = average(weighted.map((value, i) => value * normalized[i]));
    const level = average(weighted);
    for (let i = 0; i < width; i++) {
      dx.data[start + i] = (weighted[i] - level - normalized[i] * along) * rstd.data[row];
      dWeight.data[i] += gradient[i] * normalized[i];
      dBias.data[i] += gradient[i];
    }
  }
  return [dx, dWeight, dBias];
};

/** The running statistics are read in eval mode; their own update in train mode is not a value of the graph. */
export const batchNorm: Kernel<"BatchNorm"> = ({ input, attributes: { epsilon, training } }) => {
  const [x, scale, bias, runningMean, runningVariance] = [input(0), input(1), input(2), input(3), input(4)];
  const [y, mean, rstd] = [zeros(x.shape), zeros(scale.shape), zeros(scale.shape)];
  channelsOf(x).forEach((places, channel) => {
    const entries = Float64Array.from(places, (place) => x.data[place]);
    mean.data[channel] = training ? average(entries) : runningMean.data[channel];
    const spread = training ? variance(entries, mean.data[channel]) : runningVariance.data[channel];
    rstd.data[channel] = reciprocalDeviation(spread, epsilon);
    for (const place of places) {
      const normalized = (x.data[place] - mean.data[channel]) * rstd.data[channel];
      y.data[place] = normalized * scale.data[channel] + bias.data[channel];
    }
  });
  return [y, mean, rstd];
};

/** As for a layer, over all places of a channel; in eval mode the statistics do not depend on x and dx = dy ⊙ scale / σ. */
export const batchNormGrad: Kernel<"BatchNormGrad"> = ({ input, attributes: { epsilon, training } }) => {
  const [x, scale, mean, spread, dy] = [input(0), input(1), input(2), input(3), input(4)];
  const [dx, dScale, dBias] = [zeros(x.shape), zeros(scale.shape), zeros(scale.shape)];
  channelsOf(x).forEach((places, channel) => {
    const rstd = training ? spread.data[channel] : reciprocalDeviation(spread.data[channel], epsilon);
    const normalized = (place: number) => (x.data[place] - mean.data[channel]) * rstd;
    const gradient = Float64Array.from(places, (place) => dy.data[place]);
    const along = average(Float64Array.from(places, (place) => dy.data[place] * normalized(place)));
    const level = average(gradient);
    for (const place of places) {
      const shift = training ? level + normalized(place) * along : 0;
      dx.data[place] = (dy.data[place] - shift) * rstd * scale.data[channel];
    }
    dScale.data[channel] = along * places.length;
    dBias.data[channel] = level * places.length;
  });
  return [dx, dScale, dBias];
};

export const l2Normalize: Kernel<"L2Normalize"> = ({ input }) => {
  const x = input(0);
  const { rows, width, perRow } = rowsOf(x);
  const [y, norm] = [zeros(x.shape), zeros(perRow)];
  for (let row = 0; row < rows; row++) {
    const entries = x.data.subarray(row * width, (row + 1) * width);
    norm.data[row] = Math.hypot(...entries);
    entries.forEach((value, i) => {
      y.data[row * width + i] = value / norm.data[row];
    });
  }
  return [y, norm];
};

export const l2NormalizeGrad: Kernel<"L2NormalizeGrad"> = ({ input }) => {
  const [x, norm, dy] = [input(0), input(1), input(2)];
  const { rows, width } = rowsOf(x);
  const dx = zeros(x.shape);
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    let along = 0;
    for (let i = start; i < start + width; i++) along += (x.data[i] / norm.data[row]) * dy.data[i];
    for (let i = start; i < start + width; i++) {
      dx.data[i] = (dy.data[i] - (x.data[i] / norm.data[row]) * along) / norm.data[row];
    }
  }
  return [dx];
};

function rowsOf({ shape, data }: Tensor) {
  const width = shape[shape.length - 1];
  return { width, rows: data.length / width, perRow: [...shape.slice(0, -1), 1] };
}

/** For each channel of [n, channels, …], the places of its entries. */
function channelsOf({ shape, data }: Tensor): number[][] {
  const [, channels, ...places] = shape;
  const area = places.reduce((product, length) => product * length, 1);
  const found: number[][] = Array.from({ length: channels }, () => []);
  for (let plane = 0; plane * area < data.length; plane++) {
    for (let i = 0; i < area; i++) found[plane % channels].push(plane * area + i);
  }
  return found;
}

function average(entries: Float64Array): number {
  return entries.reduce((sum, value) => sum + value, 0) / entries.length;
}

/** Divided by the count, not by one less. */
function variance(entries: Float64Array, mean: number): number {
  return entries.reduce((sum, value) => sum + (value - mean) ** 2, 0) / entries.length;
}

function reciprocalDeviation(spread: number, epsilon: number): number {
  return 1 / Math.sqrt(spread + epsilon);
}
