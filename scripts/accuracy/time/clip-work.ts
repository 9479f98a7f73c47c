import type { ClipArchitecture } from "../../../lib/catalogue/architecture";
import { HOST_SECONDS_PER_KERNEL, KERNEL_EFFICIENCIES } from "../../../lib/catalogue/kernel-efficiencies";
import { TEXT_TOWER } from "../../../lib/clip/training-step";
import { deviceMemory } from "../../../lib/estimate/device-memory";
import { cardOf, planStep, type ResolvedPlan } from "../../../lib/estimate/lowering";
import { loadingSecondsPerImage } from "../../../lib/estimate/time/loading";
import { stepSeconds } from "../../../lib/estimate/time/step-seconds";
import { copiesOf, type Node } from "../../../lib/graph/ir";
import { coefficientOf } from "../../../lib/graph/shape";
import { parsePlan } from "../../../lib/plan/parse-plan";
import { flopsOf } from "../../../lib/readings/counts";
import { kernelsOf } from "../../../lib/readings/kernels";
import { deviceSeconds } from "../../../lib/readings/roofline";
import type { TimeRow } from "../time-rows";
import { ratesFor } from "./benchmark-rates";
import { dropoutAndMaskKernels } from "./bert-kernels";
import type { RowWork } from "./row-work";
import { ADAMW_KERNELS_PER_TENSOR, addsBiasApart, attentionOf, biasKernels, loopsOverParameters } from "./software";

/** What the model says of a published run, or null for one that no plan and nothing here can say. */
export function clipWork(row: TimeRow): RowWork | null {
  const { precision, gradCheckpointing, textTower } = row;
  const chinese = textTower === null ? null : (CHINESE_CLIP[row.model] ?? null);
  const model = textTower === null ? row.clipModel : (chinese?.image ?? null);
  if (model === null || row.strategy !== "full" || row.gpuCount === null) return null;
  if (precision === null || precision === "fp16" || precision === "tf32" || gradCheckpointing === null) return null;
  if (row.conditions.some((condition) => CHANGES_THE_STEP.test(condition))) return null;
  const configuration = {
    model,
    gpu: row.gpuId ?? "",
    precision,
    gradCheckpointing,
    perDeviceBatchSize: row.perDeviceBatchSize,
    deviceCount: row.gpuCount,
    localLoss: row.conditions.includes("local_loss"),
    gatherWithGrad: row.conditions.includes("gather_with_grad"),
    ...(row.imageSize === null ? {} : { imageSize: row.imageSize }),
    ...(row.contextLength === null ? {} : { contextLength: row.contextLength }),
  };
  const asked = parsePlan(configuration);
  if (!asked.ok) return null;
  // What trained did fit: where the logits of all pairs would not, each card had its own rows alone.
  const parsed = isTooLarge(asked) ? parsePlan({ ...configuration, localLoss: true, gatherWithGrad: true }) : asked;
  if (!parsed.ok) return null;
  // No plan can ask for the attention that open_clip had before PyTorch 2.0.
  const plan = { ...parsed.plan, attention: attentionOf(row.era) };
  const architecture = chinese === null ? parsed.architecture : withBert(parsed.architecture, chinese.textLayers);
  return clipSeconds({ ...parsed, plan, architecture }, row, chinese !== null);
}

function isTooLarge(resolved: ResolvedPlan): boolean {
  const { plan, gpu } = resolved;
  if (plan.deviceCount === 1 || plan.localLoss) return false;
  return deviceMemory(resolved, planStep(resolved, cardOf(gpu)).lowered).deviceBytes.low > gpu.usableBytes;
}

/**
 * Chinese-CLIP's models: an image tower of OpenAI's CLIP, with QuickGELU, and BERT for the text.
 * Source: OFA-Sys/Chinese-CLIP, `cn_clip/clip/model.py` and `cn_clip/clip/model_configs`.
 */
const CHINESE_CLIP: Readonly<Record<string, { readonly image: string; readonly textLayers: number }>> = {
  "CN-RN50": { image: "RN50-quickgelu", textLayers: 3 },
  "CN-ViT-B-16": { image: "ViT-B-16-quickgelu", textLayers: 12 },
  "CN-ViT-L-14": { image: "ViT-L-14-quickgelu", textLayers: 12 },
};
const BERT_TOWER = { width: 768, heads: 12, mlpWidth: 3072, vocabSize: 21_128 } as const;

/** Norms stand behind the layers in BERT and before them here, which changes no kernel. */
function withBert(architecture: ClipArchitecture, layers: number): ClipArchitecture {
  const text = {
    ...architecture.text,
    ...BERT_TOWER,
    layers,
    activation: "gelu",
    causalMask: false,
    pool: "first",
  } as const;
  return { ...architecture, text };
}

/** What a plan cannot say and what makes a step another one. */
const CHANGES_THE_STEP =
  /patch_dropout|gradcache|accumulation|tiled|offload|int8|teacher|adversarial|hard_neg|two_text|video|compiled|both_towers|layer_scale/;

function clipSeconds(resolved: ResolvedPlan, row: TimeRow, hasDropout: boolean): RowWork | null {
  const { torchVersion } = row;
  const { plan, architecture, gpu } = resolved;
  const card = ratesFor(gpu, plan.precision);
  if (card === null) return null;
  const step = planStep(resolved, cardOf(gpu));
  const { nodes, parameters } = step.training.graph;
  let [weightBytes, parameterCount, flops] = [0, 0, 0];
  const width = plan.precision === "bf16" ? 2 : 4;
  for (const { shape, scope } of parameters) {
    const count = copiesOf(scope) * coefficientOf(shape);
    parameterCount += count;
    weightBytes += count * width;
  }
  for (const node of nodes)
    if (node.phase !== "recompute") flops += copiesOf(node.scope) * flopsOf(node, plan.perDeviceBatchSize);
  const tensorCount = parameters.reduce((sum, { scope }) => sum + copiesOf(scope), 0);
  const kernels = [
    ...kernelsOf(nodes, step.lowered, plan.perDeviceBatchSize),
    ...(addsBiasApart(torchVersion) ? biasKernels(nodes, step.lowered, plan.perDeviceBatchSize) : []),
    ...(hasDropout ? dropoutAndMaskKernels(nodes.filter(isOfText), step.lowered, plan.perDeviceBatchSize) : []),
  ];
  const work = { kernels, update: step.lowered.update, trainedBytes: weightBytes, weightBytes };
  const ahead = deviceSeconds(kernels, step.lowered.update, card.rates, KERNEL_EFFICIENCIES);
  const once = { ...ahead, optimizer: Math.max(ahead.optimizer, loopSeconds(row, tensorCount)) };
  const { device, communication } = stepSeconds(work, once, plan, architecture, gpu);
  return {
    gpu,
    seconds: device,
    exposedSeconds: communication.exposedSeconds,
    loadingCoreSeconds: plan.perDeviceBatchSize * loadingSecondsPerImage(plan),
    flops,
    parameterCount,
    peakFlopsPerSecond: card.peak,
  };
}

function isOfText({ scope }: Node): boolean {
  return scope.path.startsWith(`${TEXT_TOWER}.`);
}

/**
 * Seconds in which the host hands over an update parameter by parameter. With fp16 the scaler has waited for the card before
 * it, so that nothing hides them.
 */
function loopSeconds({ torchVersion, era, precision }: TimeRow, tensorCount: number): number {
  if (precision !== "amp" || !loopsOverParameters(torchVersion, era)) return 0;
  return ADAMW_KERNELS_PER_TENSOR * tensorCount * HOST_SECONDS_PER_KERNEL.likely;
}
