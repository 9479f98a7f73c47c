import type { ClipArchitecture, VisionTransformer } from "../../catalogue/architecture";
import type { Precision } from "../../plan/plan";
import type { BaselineAnswer, BaselineInput, BaselinePlan } from "./baseline";

/** A tower's blocks as the formula sees them. */
interface Stack {
  readonly sequence: number;
  readonly batch: number;
  readonly width: number;
  readonly heads: number;
  /** Blocks that a gradient passes through. */
  readonly layers: number;
}

/** Weight, gradient, master weight and two Adam moments of a parameter that trains, in bytes. */
const TRAINED_BYTES: Readonly<Record<Precision, number>> = { fp32: 16, amp: 18, amp_bf16: 18, bf16: 18 };
const FROZEN_BYTES: Readonly<Record<Precision, number>> = { fp32: 4, amp: 2, amp_bf16: 2, bf16: 2 };
/** The formula is written for 16-bit activations. */
const ACTIVATION_SCALE: Readonly<Record<Precision, number>> = { fp32: 2, amp: 1, amp_bf16: 1, bf16: 1 };

/**
 * Megatron-LM's reckoning for a transformer: s·b·h·(34 + 5·a·s/h) bytes of activations per layer, 2·s·b·h with full
 * recomputation, and 18 bytes of state per trained parameter (16 in fp32). Attention probabilities are counted as
 * kept, as they are without a fused kernel. Applied to both towers, to the layers that a gradient passes through.
 *
 * @returns bytes; null for a ResNet image tower, for which there is no such formula
 * @source arXiv:2205.05198 §4.1 eq. (2) and §5 (full recomputation); 18 bytes per parameter as in Megatron-LM's
 *   theoretical memory report
 */
export function megatronMemory({ architecture, plan, parameterCount, trainableCount }: BaselineInput): BaselineAnswer {
  if (architecture.vision.kind !== "vit") {
    return { bytes: null, note: "The formula describes transformer layers; this image tower is a ResNet." };
  }
  const states =
    trainableCount * TRAINED_BYTES[plan.precision] + (parameterCount - trainableCount) * FROZEN_BYTES[plan.precision];
  const activations = [visionStack(architecture.vision, plan), textStack(architecture, plan)].reduce(
    (sum, stack) => sum + stackBytes(stack, plan),
    0,
  );
  return {
    bytes: states + activations,
    note: "Activations per layer by Korthikanti et al. and 18 bytes of state per trained parameter; no temporaries.",
  };
}

function stackBytes({ sequence: s, batch: b, width: h, heads: a, layers }: Stack, plan: BaselinePlan): number {
  const perLayer = plan.gradCheckpointing ? 2 * s * b * h : s * b * h * (34 + (5 * a * s) / h);
  return layers * perLayer * ACTIVATION_SCALE[plan.precision];
}

function visionStack(vision: VisionTransformer, plan: BaselinePlan): Stack {
  const patches = Math.floor(vision.imageSize / vision.patchSize) ** 2;
  return {
    sequence: patches + (vision.classToken ? 1 : 0),
    batch: plan.perDeviceBatchSize,
    width: vision.width,
    heads: vision.heads,
    layers: layersWithGradient(plan, vision.layers, plan.strategy.kind !== "prompt"),
  };
}

function textStack({ text }: ClipArchitecture, plan: BaselinePlan): Stack {
  return {
    sequence: text.contextLength,
    batch: plan.strategy.kind === "prompt" ? plan.classCount : plan.perDeviceBatchSize,
    width: text.width,
    heads: text.heads,
    layers: layersWithGradient(plan, text.layers, true),
  };
}

function layersWithGradient({ strategy }: BaselinePlan, layers: number, towerTrains: boolean): number {
  if (strategy.kind === "linear_probe" || !towerTrains) return 0;
  return strategy.kind === "partial" ? Math.min(strategy.unlockedBlocks, layers) : layers;
}
