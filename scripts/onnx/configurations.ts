/** The plans whose steps are measured in ONNX Runtime. */

export interface Configuration {
  readonly name: string;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly precision: "fp32" | "fp16";
  /** How many steps each file unrolls: memory is measured on one, seconds on the slope between two files. */
  readonly steps: readonly number[];
}

/** Models that a small machine runs in a moment, as open_clip configurations. */
const SMALL_VIT = {
  embed_dim: 256,
  vision_cfg: { image_size: 128, layers: 6, width: 256, patch_size: 16 },
  text_cfg: { context_length: 32, vocab_size: 8192, width: 256, heads: 4, layers: 4 },
};
const SMALL_RESNET = {
  embed_dim: 256,
  vision_cfg: { image_size: 96, layers: [1, 1, 2, 1], width: 32, patch_size: null },
  text_cfg: { context_length: 32, vocab_size: 8192, width: 256, heads: 4, layers: 4 },
};

/** Of other widths than the named models, for the seconds of their kernels. */
const NARROW_VIT = {
  embed_dim: 384,
  vision_cfg: { image_size: 192, layers: 4, width: 640, patch_size: 32 },
  text_cfg: { context_length: 64, vocab_size: 32768, width: 384, heads: 6, layers: 3 },
};
const WIDE_VIT = {
  embed_dim: 512,
  vision_cfg: { image_size: 208, layers: 3, width: 896, patch_size: 16 },
  text_cfg: { context_length: 77, vocab_size: 40960, width: 640, heads: 10, layers: 2 },
};
const NARROW_RESNET = {
  embed_dim: 512,
  vision_cfg: { image_size: 192, layers: [1, 2, 2, 1], width: 48, patch_size: null },
  text_cfg: { context_length: 64, vocab_size: 32768, width: 384, heads: 6, layers: 2 },
};
const WIDE_RESNET = {
  embed_dim: 768,
  vision_cfg: { image_size: 256, layers: [2, 1, 1, 2], width: 80, patch_size: null },
  text_cfg: { context_length: 64, vocab_size: 32768, width: 384, heads: 6, layers: 2 },
};

const STRATEGIES = {
  full: {},
  partial: { strategy: { kind: "partial", unlockedBlocks: 2 } },
  probe: { strategy: { kind: "linear_probe" }, classCount: 100 },
  lora: { strategy: { kind: "lora", rank: 8, targets: ["q_proj", "v_proj"] } },
  prompt: { strategy: { kind: "prompt", contextTokens: 16 }, classCount: 20 },
} as const;

const MODELS = {
  "vit-b-32": "ViT-B-32",
  "vit-b-16": "ViT-B-16",
  rn50: "RN50",
  "small-vit": SMALL_VIT,
  "small-rn": SMALL_RESNET,
  "narrow-vit": NARROW_VIT,
  "wide-vit": WIDE_VIT,
  "narrow-rn": NARROW_RESNET,
  "wide-rn": WIDE_RESNET,
};

const BOTH = [1, 3];

const FP16 = { precision: "fp16" } as const;

function configurations(
  model: keyof typeof MODELS,
  strategies: readonly (keyof typeof STRATEGIES)[],
  batchSizes: readonly number[],
  options: { readonly precision?: "fp32" | "fp16"; readonly plan?: object; readonly suffix?: string } = {},
): Configuration[] {
  const { precision = "fp32", plan = {}, suffix = "" } = options;
  return strategies.flatMap((strategy) =>
    batchSizes.map((perDeviceBatchSize) => ({
      name: `${model}-${strategy}${suffix}`,
      plan: {
        model: MODELS[model],
        ...STRATEGIES[strategy],
        precision: precision === "fp16" ? "amp" : "fp32",
        perDeviceBatchSize,
        ...plan,
      },
      precision,
      steps: BOTH,
    })),
  );
}

const EVERY_STRATEGY = Object.keys(STRATEGIES) as (keyof typeof STRATEGIES)[];

export const CONFIGURATIONS: Readonly<Record<string, readonly Configuration[]>> = {
  small: [
    ...configurations("small-vit", EVERY_STRATEGY, [2, 4, 8]),
    ...configurations("small-rn", EVERY_STRATEGY, [2, 4, 8]),
    ...configurations("small-vit", EVERY_STRATEGY, [2], { precision: "fp16" }),
    ...configurations("small-rn", EVERY_STRATEGY, [2], { precision: "fp16" }),
  ],
  cpu: [
    ...configurations("small-vit", EVERY_STRATEGY, [2, 8, 16]),
    ...configurations("small-rn", EVERY_STRATEGY, [2, 8, 16]),
    ...configurations("vit-b-32", EVERY_STRATEGY, [2, 4, 8]),
    ...configurations("vit-b-16", ["full", "lora"], [1, 2, 4]),
    ...configurations("rn50", ["full", "partial"], [1, 2, 4]),
  ],
  // Timed kernel by kernel, to fit how seconds follow from shapes; none is among those that the fit is checked on.
  kernels: [
    ...configurations("small-vit", ["full"], [8]),
    ...configurations("small-rn", ["full"], [8]),
    ...configurations("narrow-vit", ["full"], [2, 6]),
    ...configurations("narrow-vit", ["prompt"], [4]),
    ...configurations("narrow-vit", ["probe"], [8]),
    ...configurations("wide-vit", ["full"], [1, 3]),
    ...configurations("wide-vit", ["lora"], [2]),
    ...configurations("narrow-rn", ["full"], [2, 5]),
    ...configurations("narrow-rn", ["partial"], [4]),
    ...configurations("wide-rn", ["full"], [1, 3]),
  ],
  // The most telling first: a lent card may be taken away at any moment.
  gpu: [
    ...configurations("vit-b-32", EVERY_STRATEGY, [64]),
    ...configurations("rn50", ["full"], [32]),
    ...configurations("vit-b-16", ["full"], [32]),
    ...configurations("vit-b-32", ["full"], [64], FP16),
    ...configurations("vit-b-32", ["full", "lora"], [16, 256]),
    ...configurations("vit-b-32", ["full"], [64], { plan: { optimizer: "sgd" }, suffix: "-sgd" }),
    ...configurations("vit-b-32", ["full"], [64], { plan: { gradCheckpointing: true }, suffix: "-ckpt" }),
    ...configurations("vit-b-32", ["full"], [16, 256], FP16),
    ...configurations("rn50", ["full"], [16, 64]),
    ...configurations("vit-b-16", ["full"], [16, 64]),
    ...configurations("small-vit", ["full"], [16, 64, 256]),
    ...configurations("vit-b-32", ["probe", "partial", "prompt"], [16, 256]),
    ...configurations("vit-b-16", ["full"], [32, 64], FP16),
    ...configurations("rn50", ["full"], [32, 64], FP16),
    ...configurations("vit-b-16", ["lora", "partial"], [16, 32, 64]),
    ...configurations("rn50", ["partial", "probe"], [16, 32, 64]),
    ...configurations("vit-b-32", ["lora"], [16, 64, 256], FP16),
  ],
};
