/** Training steps of models that the benchmarks timed and CLIP has parts of: BERT on questions and answers, and ViTs on classes. */

import type { ModelWriter, Part } from "../../../lib/clip/model-writer";
import { layerNorm, linear, parameter } from "../../../lib/clip/model-writer";
import { updateParameters } from "../../../lib/clip/optimizers";
import { transformer } from "../../../lib/clip/transformer-block";
import { buildGradients } from "../../../lib/graph/autodiff";
import { GraphBuilder } from "../../../lib/graph/builder";
import type { Dtype, Value } from "../../../lib/graph/ir";
import { BATCH } from "../../../lib/graph/shape";
import type { TrainingGraph } from "../../../lib/graph/training-graph";
import type { Implementation, Optimizer } from "../../../lib/plan/plan";

/** Source: arXiv:1810.04805 §3, and BERT's own vocabulary and positions. */
const BERT_SIZES = {
  bert_base: { width: 768, layers: 12, heads: 12 },
  bert_large: { width: 1024, layers: 24, heads: 16 },
} as const;
const BERT_VOCABULARY = 30_522;
const BERT_POSITIONS = 512;
const HEAD_WIDTH = 64;
const MLP_RATIO = 4;
/** A question's answer begins and ends somewhere: two logits per token. */
const ANSWER_LOGITS = 2;

export type BertModel = keyof typeof BERT_SIZES;

/** Norms stand before the layers and not behind them, which changes no kernel. Dropout is left out. */
export function bertStep(model: BertModel, tokens: number, dtype: Dtype, optimizer: Optimizer): TrainingGraph {
  const { width, layers, heads } = BERT_SIZES[model];
  return step("transformers", dtype, optimizer, true, (writer) => {
    const { g } = writer;
    const table = (name: string, rows: number) => parameter(writer, name, [rows, width], "embedding");
    const embedded = g.within("embeddings", () => {
      const words = g.embedding(table("word_embedding", BERT_VOCABULARY), g.input("tokens", [BATCH, tokens], "int64"));
      const positions = g.slice(table("position_embedding", BERT_POSITIONS), 0, 0, tokens);
      return g.add(words, positions);
    });
    const block = { heads, mlpWidth: MLP_RATIO * width, activation: "gelu", causal: false, layerScale: false } as const;
    const encoded = transformer(writer, layers, layerNorm(writer, "norm", embedded, "embedding"), {
      ...block,
      style: "transformers",
    });
    const logits = linear(writer, "answer", encoded, ANSWER_LOGITS, { part: "head", bias: true });
    return g.reshape(logits, [BATCH, ANSWER_LOGITS * tokens]);
  });
}

export interface TowerShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpWidth: number;
  readonly patchSize: number;
}

const CLASSES = 1000;

/** A ViT as timm writes it: a fused projection of q, k and v, a class token, a linear head. Source: arXiv:2010.11929 §3.1. */
export function towerStep(
  shape: TowerShape,
  imageSize: number,
  dtype: Dtype,
  optimizer: Optimizer,
  trains: boolean,
): TrainingGraph {
  const { width, layers, patchSize } = shape;
  const count = Math.floor(imageSize / patchSize) ** 2;
  return step("open_clip", dtype, optimizer, trains, (writer) => {
    const { g } = writer;
    const images = g.input("images", [BATCH, 3, imageSize, imageSize], writer.dtype);
    const x = g.within("embeddings", () => {
      const weight = parameter(writer, "patch_embedding", [width, 3, patchSize, patchSize], "embedding");
      const bias = parameter(writer, "patch_bias", [width], "embedding");
      const patches = g.reshape(g.conv2d(images, weight, bias, patchSize, 0), [BATCH, width, count]);
      const token = g.reshape(parameter(writer, "class_embedding", [width], "embedding"), [1, 1, width]);
      const tokens = g.concat([g.expand(token, [BATCH, 1, width]), g.transpose(patches, [0, 2, 1])], 1);
      return g.add(tokens, parameter(writer, "positional_embedding", [count + 1, width], "embedding"));
    });
    const block = { ...shape, activation: "gelu", causal: false, layerScale: false, style: "timm" } as const;
    const encoded = layerNorm(writer, "norm", transformer(writer, layers, x, block), "head");
    return g.selectToken(encoded, 0);
  });
}

/** timm's names of plain ViTs. Source: timm 1.0 `vision_transformer.py`. */
export function timmTower(model: string): TowerShape | null {
  const match = /^vit_(tiny|small|base|large|huge|giant)_patch(\d+)_(\d+)$/.exec(model);
  const size = TOWER_SIZES.find(({ name }) => name === match?.[1]);
  if (match === null || size === undefined) return null;
  const { width, layers, heads, mlpWidth } = size;
  return { width, layers, heads, mlpWidth, patchSize: Number(match[2]) };
}

const TOWER_SIZES = [
  { name: "tiny", width: 192, layers: 12, heads: 192 / HEAD_WIDTH, mlpWidth: MLP_RATIO * 192 },
  { name: "small", width: 384, layers: 12, heads: 384 / HEAD_WIDTH, mlpWidth: MLP_RATIO * 384 },
  { name: "base", width: 768, layers: 12, heads: 768 / HEAD_WIDTH, mlpWidth: MLP_RATIO * 768 },
  { name: "large", width: 1024, layers: 24, heads: 1024 / HEAD_WIDTH, mlpWidth: MLP_RATIO * 1024 },
  { name: "huge", width: 1280, layers: 32, heads: 16, mlpWidth: MLP_RATIO * 1280 },
  { name: "giant", width: 1408, layers: 40, heads: 16, mlpWidth: 6144 },
] as const;

/** Features or logits from a writer, a linear head of classes where there are features, cross-entropy, gradients, update. */
function step(
  implementation: Implementation,
  dtype: Dtype,
  optimizer: Optimizer,
  trains: boolean,
  write: (writer: ModelWriter) => Value,
): TrainingGraph {
  const g = new GraphBuilder();
  const inPart = (part: Part) => trains || part === "head";
  const writer = {
    g,
    implementation,
    dtype,
    lora: null,
    gradCheckpointing: false,
    isFolded: true,
    trains: inPart,
    inTrainMode: inPart,
  };
  const loss = g.within("", () => {
    const written = write(writer);
    const logits =
      implementation === "transformers"
        ? written
        : linear(writer, "head", written, CLASSES, { part: "head", bias: true });
    return g.within("loss", () => g.softmaxCrossEntropy(logits, g.input("labels", [BATCH], "int64")));
  });
  const lossSeed = g.input("loss_gradient", [], "float32");
  const gradients = buildGradients(g, loss, lossSeed);
  updateParameters(g, optimizer, gradients, false);
  return { graph: g.finish(), loss, lossSeed, gradients };
}
