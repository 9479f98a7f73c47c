import type { GraphBuilder } from "../graph/builder";
import type { Value } from "../graph/ir";
import { BATCH, lengthAt } from "../graph/shape";
import type { Implementation } from "../plan/plan";

/** How features of several devices meet in the loss. */
export interface Gathering {
  readonly devices: number;
  /** Each device scores only its own rows. */
  readonly localLoss: boolean;
  /** Gradients flow back through the gather. */
  readonly gatherWithGrad: boolean;
}

/**
 * Symmetric contrastive loss: every image against every text and the other way round.
 *
 * With several devices the features of all of them are gathered. Logits are [batch, devices·batch] with
 * `localLoss`, else [devices·batch, devices·batch] on every device.
 *
 * @param images, texts normalized features [batch, embedDim]
 * @source arXiv:2103.00020 figure 3; open_clip's `--local-loss` and `--gather-with-grad`
 */
export function contrastiveLoss(
  g: GraphBuilder,
  implementation: Implementation,
  images: Value,
  texts: Value,
  logitScale: Value,
  gathering: Gathering,
): Value {
  return g.within("loss", () => {
    if (implementation === "transformers") return transformersLoss(g, images, texts, logitScale);
    const scale = g.exp(logitScale);
    const { devices, localLoss } = gathering;
    if (devices === 1) return scoreBothWays(g, [images, texts], [images, texts], scale);
    const everyImage = gather(g, images, gathering);
    const everyText = gather(g, texts, gathering);
    const rows: Pair = localLoss ? [images, texts] : [everyImage, everyText];
    return scoreBothWays(g, rows, [everyImage, everyText], scale, !localLoss);
  });
}

type Pair = readonly [Value, Value];

/** @param transposed score images against texts once and use the transpose for texts against images */
function scoreBothWays(g: GraphBuilder, rows: Pair, all: Pair, scale: Value, transposed = false): Value {
  const perImage = g.matMul(g.mul(scale, rows[0]), all[1], { b: true });
  const perText = transposed ? g.transpose(perImage, [1, 0]) : g.matMul(g.mul(scale, rows[1]), all[0], { b: true });
  return meanOfBoth(g, perImage, perText);
}

/** transformers scores once, scales the logits and uses their transpose. */
function transformersLoss(g: GraphBuilder, images: Value, texts: Value, logitScale: Value): Value {
  const perText = g.mul(g.matMul(texts, images, { b: true }), g.exp(logitScale));
  return meanOfBoth(g, perText, g.transpose(perText, [1, 0]));
}

function meanOfBoth(g: GraphBuilder, a: Value, b: Value): Value {
  const labels = g.labelRange([lengthAt(a.shape, 0)]);
  return g.scale(g.add(g.softmaxCrossEntropy(a, labels), g.softmaxCrossEntropy(b, labels)), 0.5);
}

/** Without gradients through the gather, a device's own rows still carry theirs, unless they are scored apart. */
function gather(g: GraphBuilder, features: Value, gathering: Gathering): Value {
  const run = () => g.allGather(features, gathering.devices);
  return gathering.gatherWithGrad || !gathering.localLoss ? run() : g.noGrad(run);
}

/**
 * Sigmoid loss: each pair judged by itself, with a learned bias.
 *
 * @source arXiv:2303.15343 algorithm 1
 */
export function sigmoidLoss(g: GraphBuilder, images: Value, texts: Value, logitScale: Value, logitBias: Value): Value {
  return g.within("loss", () => {
    const scale = g.exp(logitScale);
    const logits = g.add(g.matMul(g.mul(scale, images), texts, { b: true }), logitBias);
    const signs = g.pairSigns(logits.shape);
    const sum = g.sumTo(g.scale(g.logSigmoid(g.mul(signs, logits)), -1), []);
    return g.scale(sum, 1, -1);
  });
}

/** Cross-entropy of a linear head on frozen features. */
export function classificationLoss(g: GraphBuilder, logits: Value): Value {
  return g.within("loss", () => g.softmaxCrossEntropy(logits, g.input("labels", [BATCH], "int64")));
}
