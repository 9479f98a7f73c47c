/** What a plan says when nothing is said: the values of a first fine-tune on one data-centre card. Links leave them out. */

import type { LoraTarget, Plan, Strategy } from "./plan";

/** Fields whose default does not depend on the model. */
export const PLAN_DEFAULTS = {
  implementation: "open_clip",
  strategy: { kind: "full" },
  classCount: 100,
  perDeviceBatchSize: 32,
  gradAccumulationSteps: 1,
  deviceCount: 1,
  precision: "amp",
  optimizer: "adamw",
  gradCheckpointing: false,
  attention: "sdpa",
  localLoss: false,
  gatherWithGrad: false,
  sharding: "none",
  gpu: "a100-sxm4-80gb",
  trainSampleCount: 10_000,
  validationSampleCount: 1_500,
  epochs: 10,
  loaderWorkers: 4,
  averageImageBytes: 115_000,
  checkpointEveryEpochs: 1,
} as const satisfies Partial<Plan>;

/** What a strategy says of itself when only its kind is given. */
export const STRATEGY_DEFAULTS = {
  full: { kind: "full" },
  linear_probe: { kind: "linear_probe" },
  partial: { kind: "partial", unlockedBlocks: 2 },
  lora: { kind: "lora", rank: 4, targets: ["q_proj", "v_proj"] },
  prompt: { kind: "prompt", contextTokens: 16 },
} as const satisfies { readonly [Kind in Strategy["kind"]]: Extract<Strategy, { readonly kind: Kind }> };

/** The one order in which targets are kept, so that equal choices are equal plans. */
export const LORA_TARGETS = [
  "q_proj",
  "k_proj",
  "v_proj",
  "out_proj",
  "fc1",
  "fc2",
] as const satisfies readonly LoraTarget[];
