import type { ClipArchitecture } from "@/lib/catalogue/architecture";
import type { TrainingStepPlan } from "@/lib/clip/training-step";
import type { Strategy } from "@/lib/plan/plan";

/** Small enough to be computed number by number, with every part that large models have. */

export const TINY_VIT: ClipArchitecture = {
  name: "tiny-vit",
  embedDim: 6,
  vision: {
    kind: "vit",
    imageSize: 4,
    patchSize: 2,
    width: 8,
    layers: 2,
    heads: 2,
    mlpWidth: 12,
    activation: "gelu",
    patchBias: false,
    classToken: true,
    preNorm: true,
    layerScale: false,
    pool: "token",
    finalNormAfterPool: false,
    projection: true,
  },
  text: {
    contextLength: 5,
    vocabSize: 11,
    width: 8,
    heads: 2,
    layers: 2,
    mlpWidth: 12,
    activation: "quick_gelu",
    causalMask: true,
    pool: "eot",
    projection: "matrix",
  },
  loss: "contrastive",
  customText: false,
};

export const TINY_RESNET: ClipArchitecture = {
  ...TINY_VIT,
  name: "tiny-resnet",
  vision: { kind: "resnet", imageSize: 64, width: 4, layers: [1, 1, 2, 1], heads: 4 },
};

export const TINY_SIGLIP: ClipArchitecture = {
  ...TINY_VIT,
  name: "tiny-siglip",
  embedDim: 8,
  vision: {
    kind: "vit",
    imageSize: 4,
    patchSize: 2,
    width: 8,
    layers: 2,
    heads: 2,
    mlpWidth: 12,
    activation: "gelu_tanh",
    patchBias: true,
    classToken: false,
    preNorm: false,
    layerScale: false,
    pool: "map",
    finalNormAfterPool: false,
    projection: false,
  },
  text: { ...TINY_VIT.text, activation: "gelu_tanh", causalMask: false, pool: "last", projection: "linear_bias" },
  loss: "sigmoid",
  customText: true,
};

/** Scaled residual branches, and the average of all patches in place of a class token. */
export const TINY_AVERAGED_VIT: ClipArchitecture = {
  ...TINY_VIT,
  name: "tiny-averaged-vit",
  vision: {
    kind: "vit",
    imageSize: 4,
    patchSize: 2,
    width: 8,
    layers: 2,
    heads: 2,
    mlpWidth: 12,
    activation: "quick_gelu",
    patchBias: false,
    classToken: true,
    preNorm: true,
    layerScale: true,
    pool: "average",
    finalNormAfterPool: true,
    projection: true,
  },
  text: { ...TINY_VIT.text, pool: "first", projection: "linear_bias", activation: "gelu" },
};

export const STRATEGIES = {
  full: { kind: "full" },
  "linear probe": { kind: "linear_probe" },
  partial: { kind: "partial", unlockedBlocks: 1 },
  LoRA: { kind: "lora", rank: 2, targets: ["q_proj", "v_proj", "fc1"] },
  prompt: { kind: "prompt", contextTokens: 2 },
} as const satisfies Record<string, Strategy>;

export const FULL_PLAN: TrainingStepPlan = {
  implementation: "open_clip",
  strategy: STRATEGIES.full,
  classCount: 3,
  deviceCount: 1,
  precision: "fp32",
  optimizer: "adamw",
  gradCheckpointing: false,
  localLoss: false,
  gatherWithGrad: false,
};
