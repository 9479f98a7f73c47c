import type { ModifiedResNet } from "../catalogue/architecture";
import type { Value } from "../graph/ir";
import { BATCH } from "../graph/shape";
import { type InRow, writeBlocks } from "./block-row";
import { linear, type ModelWriter, type Part, parameter } from "./model-writer";

const BATCH_NORM_EPSILON = 1e-5;
/** A bottleneck's output is four times as wide as its middle. Source: arXiv:1512.03385 table 1. */
const EXPANSION = 4;

/**
 * CLIP's ResNet: three stem convolutions, anti-aliased down-sampling by average pools, attention pooling.
 *
 * @param images [batch, 3, size, size]
 * @returns features [batch, embedDim], not yet normalized
 * @source arXiv:2103.00020 §2.4
 */
export function modifiedResNet(writer: ModelWriter, config: ModifiedResNet, embedDim: number, images: Value): Value {
  const { g } = writer;
  const half = config.width / 2;
  let x = g.within("stem", () => {
    let y = convolution(writer, "1", images, { channels: half, kernel: 3, stride: 2, part: "embedding" });
    y = convolution(writer, "2", y, { channels: half, kernel: 3, stride: 1, part: "embedding" });
    y = convolution(writer, "3", y, { channels: config.width, kernel: 3, stride: 1, part: "embedding" });
    return g.averagePool(y, 2);
  });
  const blocks = config.layers.reduce((sum, count) => sum + count, 0);
  let from = 0;
  config.layers.forEach((count, stage) => {
    const channels = config.width * 2 ** stage;
    const run = { from: from + 1, to: from + count, of: blocks };
    x = g.within("", () => {
      // The first block of a stage changes the shape.
      const y = bottleneck(writer, { index: from, count: 1 }, blocks, x, { channels, stride: stage > 0 ? 2 : 1 });
      const write = (inRow: InRow, z: Value) => bottleneck(writer, inRow, blocks, z, { channels, stride: 1 });
      return writeBlocks(writer, run, y, write, { keepsType: true });
    });
    from += count;
  });
  return attentionPool(writer, config, embedDim, x);
}

interface ConvolutionShape {
  readonly channels: number;
  readonly kernel: 1 | 3;
  readonly stride: number;
  readonly part: Part;
}

/** Convolution, batch normalization, ReLU. */
function convolution(writer: ModelWriter, name: string, x: Value, shape: ConvolutionShape): Value {
  return writer.g.relu(normalizedConvolution(writer, name, x, shape));
}

function normalizedConvolution(writer: ModelWriter, name: string, x: Value, shape: ConvolutionShape): Value {
  const { g } = writer;
  const { channels, kernel, part } = shape;
  return g.within(name, () => {
    const weight = parameter(writer, "weight", [channels, x.shape[1] ?? 1, kernel, kernel], part);
    const y = g.conv2d(x, weight, null, shape.stride, (kernel - 1) / 2);
    return g.within("bn", () => batchNorm(writer, y, channels, part), { module: "BatchNorm2d" });
  });
}

function batchNorm(writer: ModelWriter, x: Value, channels: number, part: Part): Value {
  const { g, dtype } = writer;
  const parameters = {
    scale: parameter(writer, "weight", [channels], part),
    bias: parameter(writer, "bias", [channels], part),
    runningMean: g.buffer("running_mean", [channels], dtype),
    runningVariance: g.buffer("running_var", [channels], dtype),
  };
  g.buffer("num_batches_tracked", [], "int64");
  return g.batchNorm(x, parameters, BATCH_NORM_EPSILON, writer.inTrainMode(part));
}

function bottleneck(
  writer: ModelWriter,
  inRow: InRow,
  of: number,
  x: Value,
  shape: { readonly channels: number; readonly stride: number },
): Value {
  const { g } = writer;
  const part = { block: inRow.index, of };
  const { channels, stride } = shape;
  return g.within(
    `block.${inRow.index}`,
    () => {
      let y = convolution(writer, "conv1", x, { channels, kernel: 1, stride: 1, part });
      y = convolution(writer, "conv2", y, { channels, kernel: 3, stride: 1, part });
      if (stride > 1) y = g.averagePool(y, stride);
      y = normalizedConvolution(writer, "conv3", y, { channels: channels * EXPANSION, kernel: 1, stride: 1, part });
      return g.relu(g.add(y, shortcut(writer, x, channels * EXPANSION, stride, part)));
    },
    { module: "Bottleneck", inRow },
  );
}

/** The identity, or where the shape changes an average pool (of 1 where only the width does) and a 1×1 convolution. */
function shortcut(writer: ModelWriter, x: Value, channels: number, stride: number, part: Part): Value {
  const { g } = writer;
  if (stride === 1 && x.shape[1] === channels) return x;
  return g.within(
    "downsample",
    () => normalizedConvolution(writer, "conv", g.averagePool(x, stride), { channels, kernel: 1, stride: 1, part }),
    { module: "Sequential" },
  );
}

/** The mean of all places is put first and attends to all of them; its output is the image's vector. */
function attentionPool(writer: ModelWriter, config: ModifiedResNet, embedDim: number, x: Value): Value {
  const { g } = writer;
  const [, channels = 1, height = 1, width = 1] = x.shape;
  const places = height * width;
  const options = { part: "head", bias: true } as const;
  return g.within(
    "attnpool",
    () => {
      const tokens = g.transpose(g.reshape(x, [BATCH, channels, places]), [0, 2, 1]);
      const withMean = g.concat([g.mean(tokens, 1, true), tokens], 1);
      const positions = parameter(writer, "positional_embedding", [places + 1, channels], "head");
      const y = g.add(withMean, positions);
      const project = (name: string) => g.splitHeads(linear(writer, name, y, channels, options), config.heads);
      const pooled = g.mergeHeads(g.attention(project("q_proj"), project("k_proj"), project("v_proj"), false));
      return g.selectToken(linear(writer, "c_proj", pooled, embedDim, options), 0);
    },
    { module: "AttentionPool2d" },
  );
}
