import type { ClipArchitecture } from "../catalogue/architecture";
import { buildGradients } from "../graph/autodiff";
import { GraphBuilder } from "../graph/builder";
import type { Dtype, Value } from "../graph/ir";
import { BATCH } from "../graph/shape";
import type { TrainingGraph } from "../graph/training-graph";
import type { Plan } from "../plan/plan";
import { classificationLoss, contrastiveLoss, sigmoidLoss } from "./losses";
import type { ModelWriter } from "./model-writer";
import { modifiedResNet } from "./modified-resnet";
import { updateParameters } from "./optimizers";
import { imageTowerIsAdapted, lossScaleTrains, type TowerStrategy, towerStrategy } from "./strategies";
import { promptedTextTransformer, textTransformer, tokenIds } from "./text-transformer";
import { visionTransformer } from "./vision-transformer";

/** The fields of a plan that change the graph. The batch size does not: it stays open. */
export type TrainingStepPlan = Pick<
  Plan,
  | "implementation"
  | "strategy"
  | "classCount"
  | "deviceCount"
  | "precision"
  | "optimizer"
  | "gradCheckpointing"
  | "localLoss"
  | "gatherWithGrad"
>;

/** Scopes under which the two towers lie. */
export const IMAGE_TOWER = "visual";
export const TEXT_TOWER = "text";

/**
 * Writes one whole training step: both towers, the loss, the gradients of what the strategy trains, the optimizer.
 *
 * @param isFolded  like blocks are written once for all of them: the same step in a graph whose size hardly depends on
 *                  depth. Readers must take every operation and value as often as its scope says (`copiesOf`).
 */
export function trainingStep(
  architecture: ClipArchitecture,
  plan: TrainingStepPlan,
  { isFolded = false }: { readonly isFolded?: boolean } = {},
): TrainingGraph {
  const g = new GraphBuilder();
  const dtype: Dtype = plan.precision === "bf16" ? "bfloat16" : "float32";
  const strategy = towerStrategy(plan.strategy, plan.gradCheckpointing);
  const writerOf = (tower: TowerStrategy, gradCheckpointing: boolean): ModelWriter => ({
    g,
    implementation: plan.implementation,
    dtype,
    trains: tower.trains,
    inTrainMode: tower.inTrainMode,
    lora: tower.lora,
    gradCheckpointing,
    isFolded,
  });
  const isViT = architecture.vision.kind === "vit";
  const imageStrategy = imageTowerIsAdapted(architecture) ? strategy : { ...strategy, lora: null };
  // open_clip's ModifiedResNet accepts the switch and ignores it.
  const image = writerOf(imageStrategy, plan.gradCheckpointing && isViT);
  const text = writerOf(strategy, plan.gradCheckpointing);
  const loss = g.within("", () => writeLoss(architecture, plan, image, text));
  const lossSeed = g.input("loss_gradient", [], "float32");
  const gradients = buildGradients(g, loss, lossSeed);
  updateParameters(g, plan.optimizer, gradients, isFolded);
  return { graph: g.finish(), loss, lossSeed, gradients };
}

function writeLoss(
  architecture: ClipArchitecture,
  plan: TrainingStepPlan,
  image: ModelWriter,
  text: ModelWriter,
): Value {
  const { g, dtype } = image;
  const { strategy } = plan;
  const size = architecture.vision.imageSize;
  const images = g.input("images", [BATCH, 3, size, size], dtype);
  const encodeImage = () => encodeImages(architecture, image, images);
  const logitScale = g.parameter("logit_scale", [], { trainable: lossScaleTrains(strategy), dtype });
  const bias = architecture.loss === "sigmoid";
  const logitBias = bias ? g.parameter("logit_bias", [], { trainable: lossScaleTrains(strategy), dtype }) : null;
  if (strategy.kind === "linear_probe") {
    const features = g.noGrad(encodeImage);
    loadTextTower(architecture, text);
    const logits = g.within("head", () => {
      const weight = g.parameter("weight", [plan.classCount, architecture.embedDim], { trainable: true, dtype });
      return g.linear(features, weight, g.parameter("bias", [plan.classCount], { trainable: true, dtype }));
    });
    return classificationLoss(g, logits);
  }
  if (strategy.kind === "prompt") {
    const features = g.noGrad(encodeImage);
    const classes = encodePrompts(architecture, plan.classCount, strategy.contextTokens, text);
    const logits = g.within("loss", () => g.matMul(g.mul(g.exp(logitScale), features), classes, { b: true }));
    return classificationLoss(g, logits);
  }
  const imageFeatures = encodeImage();
  const textFeatures = g.within(TEXT_TOWER, () => {
    const features = textTransformer(text, architecture.text, architecture.embedDim, tokenIds(text, architecture.text));
    return g.l2Normalize(features);
  });
  if (logitBias !== null) return sigmoidLoss(g, imageFeatures, textFeatures, logitScale, logitBias);
  const gathering = { devices: plan.deviceCount, localLoss: plan.localLoss, gatherWithGrad: plan.gatherWithGrad };
  return contrastiveLoss(g, plan.implementation, imageFeatures, textFeatures, logitScale, gathering);
}

function encodeImages(architecture: ClipArchitecture, writer: ModelWriter, images: Value): Value {
  const { g } = writer;
  const { vision, embedDim } = architecture;
  return g.within(
    IMAGE_TOWER,
    () => {
      const features =
        vision.kind === "vit"
          ? visionTransformer(writer, vision, embedDim, images)
          : modifiedResNet(writer, vision, embedDim, images);
      return g.l2Normalize(features);
    },
    { module: vision.kind === "vit" ? `vit_${vision.pool}` : vision.kind },
  );
}

/** A linear probe never runs the text tower, but the model holds it. */
function loadTextTower(architecture: ClipArchitecture, writer: ModelWriter): void {
  const { g } = writer;
  const before = g.nodes.length;
  g.within(TEXT_TOWER, () =>
    textTransformer(writer, architecture.text, architecture.embedDim, tokenIds(writer, architecture.text)),
  );
  g.nodes.length = before;
  g.inputs.pop();
}

function encodePrompts(
  architecture: ClipArchitecture,
  classCount: number,
  contextTokens: number,
  writer: ModelWriter,
): Value {
  const { g, dtype } = writer;
  const { text, embedDim } = architecture;
  return g.within(TEXT_TOWER, () => {
    const rest = text.contextLength - 1 - contextTokens;
    const prompts = (width: number) => {
      const context = g.parameter("prompt_context", [contextTokens, width], { trainable: true, dtype });
      const starts = g.buffer("prompt_prefix", [classCount, 1, width], dtype);
      const names = g.buffer("prompt_suffix", [classCount, rest, width], dtype);
      const shared = g.expand(g.reshape(context, [1, contextTokens, width]), [classCount, contextTokens, width]);
      return g.concat([starts, shared, names], 1);
    };
    const ends = g.buffer("prompt_end", [classCount], "int64");
    return g.l2Normalize(promptedTextTransformer(writer, text, embedDim, prompts, ends));
  });
}
