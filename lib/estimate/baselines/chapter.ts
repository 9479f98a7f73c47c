import type { ClipArchitecture } from "../../catalogue/architecture";
import type { StrategyKind } from "../../plan/plan";
import { GIB, MIB } from "../../units";
import type { BaselineAnswer, BaselineInput } from "./baseline";

/** The chapter's figures for one model. */
interface ChapterModel {
  /** It counts the image tower alone. */
  readonly millionParameters: number;
  /** A flat allowance, which counts the weights a second time. */
  readonly baseGib: number;
}

const CHAPTER_MODELS: Readonly<Record<string, ChapterModel>> = {
  "ViT-B-32": { millionParameters: 86, baseGib: 2 },
  "ViT-B-16": { millionParameters: 86, baseGib: 2 },
  "ViT-L-14": { millionParameters: 304, baseGib: 5 },
  "ViT-L-14-336": { millionParameters: 304, baseGib: 7 },
  RN50: { millionParameters: 38, baseGib: 1.5 },
  RN101: { millionParameters: 57, baseGib: 2 },
};

/** Of fp32. The chapter calls a million parameters' bytes MB and divides by 1024 for GB, so a million counts as 2²⁰. */
const WEIGHT_BYTES = 4;
const IMAGE_CHANNELS = 3;
const INPUT_BYTES = 4;
/** The chapter takes every text to be 77 tokens of 512 values. */
const TOKEN_COUNT = 77;
const TOKEN_WIDTH = 512;

/** Gradients as a part of the weights; null is the chapter's flat 0.01 for everything it does not name. */
const GRADIENT_FRACTION: Readonly<Record<StrategyKind, number | null>> = {
  full: 1,
  partial: 0.3,
  linear_probe: null,
  lora: null,
  prompt: null,
};
const FLAT_GRADIENT_GIB = 0.01;

export interface ChapterBreakdown {
  readonly baseBytes: number;
  readonly weightBytes: number;
  readonly gradientBytes: number;
  readonly optimizerBytes: number;
  readonly activationBytes: number;
}

/**
 * The memory rule of the chapter this project started from, term by term. It knows six models, no precision, no
 * optimizer, no checkpointing and no card, and its activations are the input tensors alone.
 *
 * @returns bytes by term, or null for a model the chapter does not list
 */
export function chapterBreakdown(
  architecture: ClipArchitecture,
  strategy: StrategyKind,
  perDeviceBatchSize: number,
): ChapterBreakdown | null {
  const model = CHAPTER_MODELS[architecture.name.replace(/-quickgelu$/, "")];
  if (model === undefined) return null;
  const weightBytes = model.millionParameters * WEIGHT_BYTES * MIB;
  const fraction = GRADIENT_FRACTION[strategy];
  const gradientBytes = fraction === null ? FLAT_GRADIENT_GIB * GIB : fraction * weightBytes;
  const imageValues = architecture.vision.imageSize ** 2 * IMAGE_CHANNELS;
  return {
    baseBytes: model.baseGib * GIB,
    weightBytes,
    gradientBytes,
    optimizerBytes: 2 * gradientBytes,
    activationBytes: perDeviceBatchSize * (imageValues + TOKEN_COUNT * TOKEN_WIDTH) * INPUT_BYTES,
  };
}

/** The chapter's total for a plan, in bytes. */
export function chapterMemory({ architecture, plan }: Pick<BaselineInput, "architecture" | "plan">): BaselineAnswer {
  const terms = chapterBreakdown(architecture, plan.strategy.kind, plan.perDeviceBatchSize);
  if (terms === null) {
    return { bytes: null, note: `The chapter gives no figures for ${architecture.name}; it lists six models.` };
  }
  return {
    bytes: terms.baseBytes + terms.weightBytes + terms.gradientBytes + terms.optimizerBytes + terms.activationBytes,
    note: "The chapter counts the image tower's parameters only, the weights twice, and as activations just the inputs.",
  };
}
