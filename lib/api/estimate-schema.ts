/** The schema of an estimate: what OpenAPI says about answers, and what tests hold answers against. */

import * as z from "zod";
import { SOURCE_IDS } from "../catalogue/sources";
import type { AppliedCalibration } from "../estimate/calibration";
import type { Cost } from "../estimate/cost";
import {
  type BatchPoint,
  type CategoryAtPeak,
  type Change,
  type Estimate,
  type Interval,
  MEMORY_CATEGORIES,
  type MemoryTimeline,
} from "../estimate/estimate";
import { type NoTime, RUN_PARTS, STEP_PARTS, TIME_LIMITS, type TimeEstimate } from "../estimate/time/time-estimate";
import type { Assumption } from "../plan/plan";
import { resolvedPlanSchema } from "./plan-schema";

// Bytes and FLOPs of an absurd plan pass 2⁵³, so only what is counted one by one is an integer.
const bytes = z.number().nonnegative();
const count = z.int().nonnegative();

export const intervalSchema = z
  .object({
    low: z.number(),
    likely: z.number(),
    high: z.number(),
    reason: z.string().optional().describe("Why the range is as wide as it is"),
  })
  .meta({ description: "A figure with the range it may lie in" }) satisfies z.ZodType<Interval>;

const categoryId = z.enum(MEMORY_CATEGORIES);

const phase = z.enum([
  "forward.image",
  "forward.text",
  "loss",
  "backward.loss",
  "backward.text",
  "backward.image",
  "optimizer",
]);

const verdict = z
  .enum(["fits", "tight", "does_not_fit"])
  .describe("`fits` holds at the upper bound, `tight` at the likely figure only");

const categoryAtPeakSchema = z
  .object({
    id: categoryId,
    label: z.string(),
    bytes,
    tensorCount: count,
    largest: z.array(
      z.object({
        label: z.string(),
        scope: z.string().describe("Such as `visual.block.*.mlp`"),
        operation: z.string(),
        shape: z.array(count),
        dtype: z.string(),
        count,
        bytes,
        reason: z.string().describe("Why it is alive: which later operation needs it, or who holds it"),
      }),
    ),
  })
  .meta({
    description: "What one category holds at the peak, opened into its largest tensors",
  }) satisfies z.ZodType<CategoryAtPeak>;

export const timelineSchema = z
  .object({
    eventCount: count.describe("Events of the whole step, of which the samples are a part"),
    event: z.array(count).describe("Index of each sample among all events"),
    operation: z.array(z.string()),
    bytes: z.record(categoryId, z.array(bytes)).describe("Bytes of each category at each sample"),
    phases: z.array(z.object({ phase, from: count, to: count })).describe("Sample indices; `to` is exclusive"),
    peak: count.describe("Sample index of the peak"),
  })
  .meta({
    description: "Allocated bytes over one optimizer step; columns have equal length",
  }) satisfies z.ZodType<MemoryTimeline>;

const batchPointSchema = z.object({ batchSize: count, deviceBytes: intervalSchema }) satisfies z.ZodType<BatchPoint>;

export const assumptionSchema = z
  .object({
    field: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]),
    unit: z.string().optional(),
    status: z.enum(["given", "default", "measured", "derived"]),
    note: z.string().optional(),
    source: z.string().optional(),
  })
  .meta({ description: "Where one value of the resolved plan comes from" }) satisfies z.ZodType<Assumption>;

const seconds = z.number().nonnegative();

const timeLimit = z
  .enum(TIME_LIMITS)
  .describe("What the run waits for; `host`: the processor cannot hand over kernels as fast as the GPU runs them");

export const timeSchema = z
  .object({
    stepSeconds: intervalSchema.describe("One optimizer step, every micro-batch included; an 80 % interval"),
    stepParts: z
      .array(z.object({ id: z.enum(STEP_PARTS), label: z.string(), seconds, note: z.string() }))
      .describe("What the step is made of; sums to its likely figure"),
    samplesPerSecond: intervalSchema.describe("All devices together"),
    samplesPerSecondPerGpu: intervalSchema,
    modelFlopsUtilization: z
      .number()
      .nullable()
      .describe("FLOPs of the model without recomputation, over the GPU's dense peak; a fraction"),
    limitedBy: timeLimit,
    limit: z.string().describe("The limiter and by how much"),
    rates: z.array(
      z.object({
        id: timeLimit,
        label: z.string(),
        samplesPerSecond: z.number().nonnegative(),
        status: z
          .enum(["estimated", "assumed"])
          .optional()
          .describe("Whether it rests on measured constants; absent in plans saved before it was told"),
      }),
    ),
    scalingEfficiency: z.number().describe("Samples per second of N devices over N times those of one"),
    stepsPerEpoch: count,
    epochSeconds: intervalSchema,
    totalSeconds: intervalSchema,
    runParts: z
      .array(z.object({ id: z.enum(RUN_PARTS), label: z.string(), seconds, note: z.string() }))
      .describe("What the whole run is made of; sums to the likely total"),
    gpuHours: intervalSchema,
    gpuEnergyKilowattHours: intervalSchema.nullable().describe("At the cards' rated power"),
    kernelCount: count,
  })
  .meta({ description: "How long the plan takes, in seconds" }) satisfies z.ZodType<TimeEstimate>;

export const noTimeSchema = z
  .object({
    code: z.enum(["no_rates", "bf16_emulated", "not_cuda"]),
    reason: z.string(),
    instead: z.string().nullable().describe("In words"),
    precisions: z
      .array(z.enum(["fp32", "amp", "amp_bf16", "bf16"]))
      .default([])
      .describe("Precisions that would have a time, best first"),
  })
  .meta({ description: "Why a plan has no time, and what to choose instead" }) satisfies z.ZodType<NoTime>;

const offerSchema = z.object({
  provider: z.string(),
  gpuId: z.string(),
  gpuCount: count.describe("GPUs of one instance"),
  kind: z.enum(["on_demand", "serverless", "spot", "marketplace", "community"]),
  region: z.string(),
  usdPerHour: z.number().describe("Of one instance, as listed"),
  usdPerGpuHour: z.number(),
  instanceType: z.string().nullable(),
  asOf: z.string().nullable().describe("Day of the price; null where the source does not date it"),
  notes: z.array(z.string()),
  page: z.string().nullable(),
  source: z.enum(SOURCE_IDS),
  instanceCount: count.describe("Instances needed"),
  billedGpuCount: count,
  totalUsdPerHour: z.number(),
  ageDays: z.number().nullable(),
  stale: z.string().nullable().describe("Why the price may no longer hold"),
});

export const costSchema = z
  .object({
    offer: offerSchema.nullable().describe("Null for the user's own price"),
    usdPerGpuHour: z.number(),
    billedGpuCount: count,
    usd: intervalSchema.describe("To the cent, for the low, likely and high duration"),
  })
  .meta({ description: "What the run costs at one price" }) satisfies z.ZodType<Cost>;

const appliedCalibrationSchema = z.object({
  gpu: z.string(),
  measurementCount: count.describe("Steps that were timed on the card"),
  spread: z.number().nonnegative().describe("Median error of the measurements once calibrated, as a fraction"),
  figures: z.array(
    z.object({
      field: z.string(),
      unit: z.enum(["FLOP/s", "bytes/s", "bytes", "seconds"]),
      before: z.number().positive(),
      after: z.number().positive(),
      measurementCount: count,
    }),
  ),
  notMeasured: z.array(z.string()).describe("What stays as assumed, each with the reason"),
  measuredOn: z.iso.date().optional().describe("Day of the newest measurement, where it is known"),
  stepSeconds: z.object({ before: intervalSchema, after: intervalSchema }).nullable(),
  deviceBytes: z.object({ before: intervalSchema, after: intervalSchema }),
  text: z.string().describe("What `calibration` in a query says to have these figures again"),
}) satisfies z.ZodType<AppliedCalibration>;

export const estimateSchema = z
  .object({
    schemaVersion: z.literal(1),
    modelVersion: z.string().describe("Changes whenever the same plan may give other figures"),
    plan: resolvedPlanSchema,
    modelName: z.string(),
    gpu: z.object({ id: z.string().nullable().describe("Null for a card of your own"), name: z.string() }),
    parameters: z.object({ total: count, trainable: count, image: count, text: count, other: count }),
    flops: z
      .object({
        forwardPerSample: z.number().nonnegative(),
        imageForwardPerSample: z.number().nonnegative(),
        textForwardPerSample: z.number().nonnegative(),
        step: z.number().nonnegative().describe("One optimizer step on one device, recomputation included"),
      })
      .describe("FLOPs: 2 × multiply–accumulates of the matrix work"),
    memory: z.object({
      allocatedPeakBytes: intervalSchema.describe("Equal to `torch.cuda.max_memory_allocated`"),
      reservedPeakBytes: intervalSchema.describe("Equal to `torch.cuda.max_memory_reserved`"),
      deviceBytes: intervalSchema.describe("What nvidia-smi shows: reserved, context and libraries"),
      usableBytes: bytes.describe("What the card offers a process"),
      totalBytes: bytes.describe("What the card is sold with"),
      verdict,
      headroomBytes: z.number().describe("Usable minus the upper estimate; negative when it does not fit"),
      peakPhase: phase,
      atPeak: z.array(categoryAtPeakSchema),
      timeline: timelineSchema,
      savedActivationBytes: bytes,
      largestBatch: z.object({
        batchSize: count.describe("0 when not even one sample fits"),
        multipleOf8: count.nullable(),
        limitedBy: categoryId,
      }),
      byBatchSize: z.array(batchPointSchema),
      chapterBaseline: z
        .object({ bytes: bytes.nullable(), note: z.string() })
        .describe("What the source chapter's rule says; null for a model it does not know"),
    }),
    time: timeSchema.nullable().describe("Null with `noTime` saying why"),
    noTime: noTimeSchema.nullable(),
    cost: z.array(costSchema).describe("At the user's own price first, then the cheapest offers"),
    noCost: z.string().nullable().describe("Why there is no cost; null when there is one"),
    negativesPerExample: count,
    globalBatchSize: count,
    assumptions: z.array(assumptionSchema),
    caveats: z.array(z.object({ code: z.string(), text: z.string() })),
    calibration: appliedCalibrationSchema
      .optional()
      .describe("What measurements on this card changed; absent where there were none or they were not asked for"),
    noCalibration: z
      .string()
      .optional()
      .describe("Why measurements that were asked for changed nothing; absent where they did, or none were asked for"),
  })
  .meta({ description: "The answer to a plan, in bytes and FLOPs" }) satisfies z.ZodType<Estimate>;

export const changeSchema = z
  .object({
    id: z.string(),
    label: z.string(),
    set: resolvedPlanSchema.partial().describe("Fields of the plan to replace"),
    deviceBytes: intervalSchema,
    savedBytes: z.number().describe("Bytes saved at the upper estimate; negative when it needs more"),
    verdict,
    timeChange: z
      .number()
      .nullable()
      .describe("How much longer the run takes, as a fraction of what it takes now; null where a time is not known"),
    note: z.string().describe("What it costs or changes besides memory"),
  })
  .meta({ description: "One single change of the plan and what it would do" }) satisfies z.ZodType<Change>;
