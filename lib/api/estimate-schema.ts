/** The schema of an estimate: what OpenAPI says about answers, and what tests hold answers against. */

import * as z from "zod";
import {
  type BatchPoint,
  type CategoryAtPeak,
  type Change,
  type Estimate,
  type Interval,
  MEMORY_CATEGORIES,
  type MemoryTimeline,
} from "../estimate/estimate";
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
    negativesPerExample: count,
    globalBatchSize: count,
    assumptions: z.array(assumptionSchema),
    caveats: z.array(z.object({ code: z.string(), text: z.string() })),
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
    note: z.string().describe("What it costs or changes besides memory"),
  })
  .meta({ description: "One single change of the plan and what it would do" }) satisfies z.ZodType<Change>;
