/**
 * What a plan may look like when it comes in, in zod: one schema for the API, the command line, the server action and
 * the OpenAPI document. Each message completes "<field> <value> …". What depends on several fields is in `parse-plan.ts`.
 */

import { z } from "zod";
import { LORA_TARGETS, PLAN_DEFAULTS, STRATEGY_DEFAULTS } from "./defaults";
import { SCHEMA_VERSION } from "./plan";

/**
 * Bounds of what is answered. They lie beyond any real fine-tune, and keep every figure derived from a plan finite and
 * every answer quick.
 */
export const PLAN_LIMITS = {
  classCount: 100_000,
  perDeviceBatchSize: 1_048_576,
  gradAccumulationSteps: 65_536,
  deviceCount: 1024,
  unlockedBlocks: 4096,
  rank: 16_384,
  contextTokens: 4096,
  imageSize: 2048,
  contextLength: 4096,
  sampleCount: 100_000_000_000,
  epochs: 10_000,
  samplesSeen: 1_000_000_000_000_000,
  loaderWorkers: 1024,
  averageImageBytes: 1_000_000_000,
  storageBytesPerSecond: { min: 1e3, max: 1e15 },
  pricePerGpuHour: 1000,
  gpuMemoryBytes: { min: 2 ** 28, max: 2 ** 44 },
  gpuRate: { min: 1e9, max: 1e19 },
  nameLength: 80,
  catalogueNameLength: 200,
} as const;

const GROUPED = new Intl.NumberFormat("en-US");

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${GROUPED.format(min)} to ${GROUPED.format(max)}`;
  return z.number(message).int(message).min(min, message).max(max, message).overwrite(positiveZero);
}

function numberWithin(min: number, max: number, unit: string) {
  const message = `must be a number from ${min} to ${max} ${unit}`;
  return z.number(message).min(min, message).max(max, message).overwrite(positiveZero);
}

function oneOf<const Values extends readonly string[]>(values: Values) {
  return z.enum(values, `must be one of ${values.join(", ")}`);
}

/** −0 and 0 are one value to a reader but not to a link. */
function positiveZero(value: number): number {
  return value === 0 ? 0 : value;
}

const flag = z.boolean("must be true or false");

const strategySchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("full") }),
    z.strictObject({ kind: z.literal("linear_probe") }),
    z.strictObject({
      kind: z.literal("partial"),
      unlockedBlocks: wholeNumber(1, PLAN_LIMITS.unlockedBlocks)
        .default(STRATEGY_DEFAULTS.partial.unlockedBlocks)
        .describe("How many of the last blocks of each tower train."),
    }),
    z.strictObject({
      kind: z.literal("lora"),
      rank: wholeNumber(1, PLAN_LIMITS.rank).default(STRATEGY_DEFAULTS.lora.rank).describe("Rank of each update."),
      targets: z
        .array(oneOf(LORA_TARGETS), `must be a list of ${LORA_TARGETS.join(", ")}`)
        .min(1, `must name at least one of ${LORA_TARGETS.join(", ")}`)
        .max(LORA_TARGETS.length, "must name each target once")
        .refine((targets) => new Set(targets).size === targets.length, "must name each target once")
        .default([...STRATEGY_DEFAULTS.lora.targets])
        .describe("Linear layers of every block that are adapted."),
    }),
    z.strictObject({
      kind: z.literal("prompt"),
      contextTokens: wholeNumber(1, PLAN_LIMITS.contextTokens)
        .default(STRATEGY_DEFAULTS.prompt.contextTokens)
        .describe("Learned context vectors before each class name."),
    }),
  ],
  `must be an object with a kind: ${Object.keys(STRATEGY_DEFAULTS).join(", ")}`,
);

const gpuName = z
  .string("must be a name")
  .trim()
  .min(1, "must not be empty")
  .max(PLAN_LIMITS.nameLength, `must have at most ${PLAN_LIMITS.nameLength} characters`)
  // A broken surrogate or a control character would not survive a link.
  .refine((name) => name.isWellFormed() && !/\p{Cc}/u.test(name), "must be plain text");

const gpuRate = numberWithin(PLAN_LIMITS.gpuRate.min, PLAN_LIMITS.gpuRate.max, "per second");

const customGpuSchema = z.strictObject(
  {
    name: gpuName,
    memoryBytes: wholeNumber(PLAN_LIMITS.gpuMemoryBytes.min, PLAN_LIMITS.gpuMemoryBytes.max).describe(
      "Advertised memory of one device.",
    ),
    memoryBandwidthBytesPerSecond: gpuRate.optional(),
    peakFlopsPerSecond: z
      .strictObject(
        {
          fp32: gpuRate.optional(),
          tf32: gpuRate.optional(),
          fp16: gpuRate.optional(),
          bf16: gpuRate.optional(),
        },
        "must be an object of dense peak rates: fp32, tf32, fp16, bf16",
      )
      .optional(),
    computeCapability: z
      .string('must be a text such as "8.9"')
      .regex(/^[1-9]\d?\.\d$/, 'must be a CUDA compute capability such as "8.9"')
      .optional(),
  },
  "must be the name of a GPU or an object with name and memoryBytes",
);

const openClipConfigSchema = z.looseObject({
  embed_dim: z.number(),
  vision_cfg: z.record(z.string(), z.unknown()),
  text_cfg: z.record(z.string(), z.unknown()),
  quick_gelu: z.boolean().optional(),
  custom_text: z.boolean().optional(),
  init_logit_bias: z.number().optional(),
});

const catalogueName = z.string().max(PLAN_LIMITS.catalogueNameLength);

/** Field by field, so that a plan with one wrong field can still be judged by the others. */
export const PLAN_FIELDS = {
  schemaVersion: z.literal(SCHEMA_VERSION, `must be ${SCHEMA_VERSION}`).default(SCHEMA_VERSION),
  model: z
    .union([catalogueName, openClipConfigSchema], "must be the name of a model or an open_clip configuration object")
    .describe(
      "open_clip's name, an alias such as ViT-B/32 or a Hugging Face id, or an open_clip configuration object.",
    ),
  implementation: oneOf(["open_clip", "transformers"])
    .default(PLAN_DEFAULTS.implementation)
    .describe("Which library's code trains; they keep different tensors."),
  strategy: strategySchema.default(PLAN_DEFAULTS.strategy).describe("What trains."),
  classCount: wholeNumber(1, PLAN_LIMITS.classCount)
    .default(PLAN_DEFAULTS.classCount)
    .describe("Classes of a linear probe's head, or of prompt tuning's text batch."),
  perDeviceBatchSize: wholeNumber(1, PLAN_LIMITS.perDeviceBatchSize)
    .default(PLAN_DEFAULTS.perDeviceBatchSize)
    .describe("Image-text pairs per device and forward pass."),
  gradAccumulationSteps: wholeNumber(1, PLAN_LIMITS.gradAccumulationSteps)
    .default(PLAN_DEFAULTS.gradAccumulationSteps)
    .describe("Forward and backward passes per optimizer step."),
  deviceCount: wholeNumber(1, PLAN_LIMITS.deviceCount).default(PLAN_DEFAULTS.deviceCount),
  precision: oneOf(["fp32", "amp", "amp_bf16", "bf16"]).default(PLAN_DEFAULTS.precision),
  optimizer: oneOf(["adamw", "adamw_fused", "adamw_8bit", "sgd"]).default(PLAN_DEFAULTS.optimizer),
  gradCheckpointing: flag.default(PLAN_DEFAULTS.gradCheckpointing),
  attention: oneOf(["sdpa", "math", "eager"]).default(PLAN_DEFAULTS.attention),
  localLoss: flag.default(PLAN_DEFAULTS.localLoss),
  gatherWithGrad: flag.default(PLAN_DEFAULTS.gatherWithGrad),
  sharding: oneOf(["none", "zero1", "zero2", "zero3"])
    .default(PLAN_DEFAULTS.sharding)
    .describe(
      "What devices divide among them instead of copying it: zero1 optimizer state, zero2 gradients too, zero3 parameters too (FSDP's full shard).",
    ),
  imageSize: wholeNumber(1, PLAN_LIMITS.imageSize)
    .nullish()
    .describe("Pixels of one side; the model's own when absent."),
  contextLength: wholeNumber(1, PLAN_LIMITS.contextLength)
    .nullish()
    .describe("Tokens of a text; the model's own when absent."),
  gpu: z
    .union([catalogueName, customGpuSchema], "must be the name of a GPU or an object with name and memoryBytes")
    .default(PLAN_DEFAULTS.gpu)
    .describe("A catalogue id or common name, or a card of your own."),
  trainSampleCount: wholeNumber(1, PLAN_LIMITS.sampleCount)
    .default(PLAN_DEFAULTS.trainSampleCount)
    .describe("Training samples, seen once an epoch."),
  validationSampleCount: wholeNumber(0, PLAN_LIMITS.sampleCount)
    .default(PLAN_DEFAULTS.validationSampleCount)
    .describe("Samples that go forward after every epoch."),
  epochs: wholeNumber(1, PLAN_LIMITS.epochs).default(PLAN_DEFAULTS.epochs),
  samplesSeen: wholeNumber(1, PLAN_LIMITS.samplesSeen)
    .optional()
    .describe("Samples after which training stops, instead of epochs, which then follow from it."),
  loaderWorkers: wholeNumber(0, PLAN_LIMITS.loaderWorkers)
    .default(PLAN_DEFAULTS.loaderWorkers)
    .describe("Data-loading processes per device; 0 loads in the training process."),
  averageImageBytes: wholeNumber(1, PLAN_LIMITS.averageImageBytes)
    .default(PLAN_DEFAULTS.averageImageBytes)
    .describe("Mean size of an image file as stored."),
  storageBytesPerSecond: numberWithin(
    PLAN_LIMITS.storageBytesPerSecond.min,
    PLAN_LIMITS.storageBytesPerSecond.max,
    "bytes per second",
  )
    .optional()
    .describe("Rate at which one machine reads image files; without it, that of a local disk is assumed."),
  checkpointEveryEpochs: wholeNumber(1, PLAN_LIMITS.epochs)
    .default(PLAN_DEFAULTS.checkpointEveryEpochs)
    .describe("Epochs between checkpoints; one is written after the last epoch in any case."),
  pricePerGpuHour: numberWithin(0, PLAN_LIMITS.pricePerGpuHour, "USD per GPU and hour")
    .optional()
    .describe("Your own price in USD for one GPU and hour; without it, listed offers are used."),
} as const;

/** A plan as it comes in: only `model` is required. */
export const planSchema = z.strictObject(PLAN_FIELDS, "must be an object with at least a model");

export type PlanInput = z.input<typeof planSchema>;
export type PlanFields = z.output<typeof planSchema>;

/** Which fields belong to which strategy, to say where a misplaced one would fit. */
export const STRATEGY_FIELDS = {
  unlockedBlocks: "partial",
  rank: "lora",
  targets: "lora",
  contextTokens: "prompt",
} as const;
