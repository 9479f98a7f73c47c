/** Random plans that are right, as a user might write them: most fields left out, names in any accepted form. */

import fc from "fast-check";
import { GPUS } from "../../lib/catalogue/gpus";
import { MODELS } from "../../lib/catalogue/models";
import { LORA_TARGETS } from "../../lib/plan/defaults";
import { PLAN_LIMITS } from "../../lib/plan/schema";

const count = (max: number, min = 1) => fc.integer({ min, max });

const modelNames = fc.constantFrom(...MODELS.flatMap((model) => [model.name, ...model.aliases]));

const configObjects = fc.record({
  embed_dim: count(1024),
  vision_cfg: fc.record(
    { width: fc.constantFrom(192, 768, 1024), layers: count(48), patch_size: fc.constantFrom(14, 16, 32) },
    { requiredKeys: [] },
  ),
  text_cfg: fc.record(
    {
      width: fc.constantFrom(256, 512),
      heads: fc.constantFrom(4, 8),
      no_causal_mask: fc.boolean(),
      act_kwargs: fc.constant({ approximate: "tanh" }),
    },
    { requiredKeys: [] },
  ),
});

const strategies = fc.oneof(
  fc.constant({ kind: "full" }),
  fc.constant({ kind: "linear_probe" }),
  fc.record({ kind: fc.constant("partial"), unlockedBlocks: count(10) }, { requiredKeys: ["kind"] }),
  fc.record(
    {
      kind: fc.constant("lora"),
      rank: count(192),
      targets: fc.subarray([...LORA_TARGETS], { minLength: 1 }),
    },
    { requiredKeys: ["kind"] },
  ),
  fc.record({ kind: fc.constant("prompt"), contextTokens: count(14) }),
);

const gpuNames = fc.constantFrom(...GPUS.flatMap((gpu) => (gpu.id === null ? [] : [gpu.id, gpu.name])));

const rate = fc.double({ ...PLAN_LIMITS.gpuRate, noNaN: true });

const customGpus = fc.record(
  {
    name: fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .filter((name) => name.trim() !== "" && !/\p{Cc}/u.test(name) && name.trim().length <= PLAN_LIMITS.nameLength),
    memoryBytes: fc.integer(PLAN_LIMITS.gpuMemoryBytes),
    memoryBandwidthBytesPerSecond: rate,
    peakFlopsPerSecond: fc.record({ fp32: rate, tf32: rate, fp16: rate, bf16: rate }, { requiredKeys: [] }),
    computeCapability: fc.constantFrom("7.5", "8.0", "8.9", "9.0", "12.0"),
  },
  { requiredKeys: ["name", "memoryBytes"] },
);

const fields = fc.record(
  {
    model: fc.oneof({ weight: 3, arbitrary: modelNames }, configObjects),
    strategy: strategies,
    classCount: count(PLAN_LIMITS.classCount),
    perDeviceBatchSize: count(PLAN_LIMITS.perDeviceBatchSize),
    gradAccumulationSteps: count(PLAN_LIMITS.gradAccumulationSteps),
    deviceCount: count(PLAN_LIMITS.deviceCount),
    precision: fc.constantFrom("fp32", "amp", "amp_bf16", "bf16"),
    optimizer: fc.constantFrom("adamw", "adamw_fused", "adamw_8bit", "sgd"),
    gradCheckpointing: fc.boolean(),
    attention: fc.constantFrom("sdpa", "math"),
    localLoss: fc.boolean(),
    gatherWithGrad: fc.boolean(),
    sharding: fc.constantFrom("none", "zero1", "zero2", "zero3"),
    // Every patch size and the stride of ResNets divides it.
    imageSize: fc.constantFrom(224, 448),
    contextLength: count(200, 16),
    gpu: fc.oneof(gpuNames, customGpus),
    trainSampleCount: count(PLAN_LIMITS.sampleCount),
    validationSampleCount: count(PLAN_LIMITS.sampleCount, 0),
    epochs: count(PLAN_LIMITS.epochs),
    loaderWorkers: count(PLAN_LIMITS.loaderWorkers, 0),
    averageImageBytes: count(PLAN_LIMITS.averageImageBytes),
    checkpointEveryEpochs: count(PLAN_LIMITS.epochs),
    pricePerGpuHour: fc.double({ min: 0, max: PLAN_LIMITS.pricePerGpuHour, noNaN: true }),
    storageBytesPerSecond: fc.double({ ...PLAN_LIMITS.storageBytesPerSecond, noNaN: true }),
    // One epoch can be a single sample.
    samplesSeen: count(PLAN_LIMITS.epochs),
  },
  { requiredKeys: ["model"] },
);

/**
 * Every one of these is accepted. The context always leaves room for prompts of up to 14 tokens; samples seen say how many
 * epochs there are.
 */
export const planInputs: fc.Arbitrary<Record<string, unknown>> = fields.map(({ epochs, ...plan }) =>
  plan.samplesSeen === undefined && epochs !== undefined ? { ...plan, epochs } : plan,
);
