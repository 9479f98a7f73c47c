/** The schema of a validation: what OpenAPI says about it, and what stored ones are read with. */

import * as z from "zod";
import {
  DEVICES,
  type Line,
  type Machine,
  type Measurement,
  type OtherWork,
  OUTCOMES,
  type Prediction,
  type SecondsSource,
  type StepSeconds,
  type Validation,
  type ValidationRow,
  type ValidationState,
} from "../profile/validation";
import { resolvedPlanSchema } from "./plan-schema";

const bytes = z.number().nonnegative();
const count = z.int().nonnegative();
const seconds = z.number();
const why = z.string().describe("In words");

const measurementSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("measured"), value: bytes }),
    z.object({ kind: z.literal("not_measured"), why }),
  ])
  .meta({ description: "What was measured, or why it was not" }) satisfies z.ZodType<Measurement>;

const predictionSchema = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("predicted"),
      value: bytes,
      low: bytes.optional().describe("Nine of ten measurements lie between this"),
      high: bytes.optional().describe("and this, as far as earlier ones tell"),
    }),
    z.object({ kind: z.literal("not_predicted"), why }),
  ])
  .meta({ description: "What was predicted, or why it was not" }) satisfies z.ZodType<Prediction>;

const stepSecondsSchema = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("measured"),
      median: seconds,
      low: seconds.describe("The least slope between any two of the runs"),
      high: seconds.describe("The greatest"),
      runs: z
        .array(
          z.object({
            stepCount: count,
            runSeconds: z.array(seconds),
            othersFractions: z
              .array(z.number())
              .optional()
              .describe(
                "Of all cores, what other processes took during each, below 0 where the system's clock counts too coarsely for so short a run; absent in what older versions kept",
              ),
          }),
        )
        .describe("Every timed run"),
    }),
    z.object({ kind: z.literal("not_measured"), why }),
  ])
  .meta({
    description: "Seconds of one step: the slope between models of one and of more steps",
  }) satisfies z.ZodType<StepSeconds>;

const gpuUserSchema = z.object({ pid: count, name: z.string(), usedBytes: bytes.nullable() });

const othersSchema = z
  .object({
    cpuFraction: z
      .discriminatedUnion("kind", [
        // The system counts in ticks, so that of an idle machine it may be a little below nothing.
        z.object({ kind: z.literal("measured"), value: z.number() }),
        z.object({ kind: z.literal("not_measured"), why }),
      ])
      .describe("Of all cores, what other processes took over all timed runs"),
    gpuUsers: z
      .array(gpuUserSchema)
      .nullable()
      .describe(
        "Programs beside the measured one that its driver listed on the GPU; null on a CPU and where it does not say",
      ),
  })
  .meta({ description: "What else went on while it was measured" }) satisfies z.ZodType<OtherWork>;

const rowSchema = z
  .object({
    batchSize: count,
    outcome: z
      .enum(OUTCOMES)
      .describe(
        "`would_not_fit`: not started, because the prediction is more than what is free. `not_run`: an earlier batch size gave a reason not to go on",
      ),
    reason: z
      .string()
      .nullable()
      .describe("What happened, in words, or what to mind of the figures; null when there is nothing to say"),
    predicted: z.object({
      inUsePeakBytes: predictionSchema.describe("The most bytes in use at once, by the runtime's own accounting"),
      requestedPeakBytes: predictionSchema.describe("The same before rounding and without kernels' scratch memory"),
      arenaBytes: predictionSchema.describe("Held from the system at the end"),
      residentPeakBytes: predictionSchema
        .optional()
        .describe("Of the whole process, from what it took beside the arena in earlier measurements on the device"),
      deviceBytes: predictionSchema.optional().describe("The same of the GPU"),
      stepSeconds: predictionSchema,
    }),
    measured: z.object({
      inUsePeakBytes: measurementSchema,
      requestedPeakBytes: measurementSchema,
      arenaBytes: measurementSchema,
      residentPeakBytes: measurementSchema.describe("Physical memory of the process, as the operating system counts"),
      deviceBytes: measurementSchema.describe(
        "Memory of the GPU, as its driver counts: context and libraries included",
      ),
      stepSeconds: stepSecondsSchema,
    }),
    nodeCount: count.nullable().describe("Operations of the one-step model"),
    modelBytes: count.nullable().describe("Its size as a file"),
    providers: z.record(z.string(), count).nullable().describe("Kernels that ran, by the provider that ran them"),
    losses: z.array(z.number()).nullable().describe("Loss of each step of the longest model"),
    load: z
      .object({
        flops: z.number().nonnegative().describe("FLOPs of large products that would take as long"),
        bytes: z.number().nonnegative().describe("Bytes of passes in cache that would take as long"),
        nodes: z.number().nonnegative(),
        isQueued: z.boolean().describe("Whether nodes are handed over while earlier ones run, as to a card"),
        countedBy: z.string().describe("Names the way of counting; loads of two ways are not compared"),
      })
      .nullish()
      .describe("What one step asks of the device, for calibration; absent in what older versions kept"),
    others: othersSchema.optional().describe("How far seconds are to be trusted; absent in what older versions kept"),
  })
  .meta({ description: "What one batch size gave" }) satisfies z.ZodType<ValidationRow>;

const lineSchema = z
  .discriminatedUnion("kind", [
    z.object({
      kind: z.literal("fitted"),
      intercept: z.number().describe("At batch 0: what does not depend on the batch"),
      slope: z.number().describe("For each sample more"),
      points: z.array(z.object({ batchSize: count, value: z.number(), residual: z.number() })),
    }),
    z.object({ kind: z.literal("not_fitted"), why }),
  ])
  .meta({
    description: "A straight line through the measured batch sizes, by least squares",
  }) satisfies z.ZodType<Line>;

const machineSchema = z
  .object({
    platform: z.string(),
    identity: z.string().optional().describe("A digest that tells this machine from others alike"),
    cpuName: z.string(),
    coreCount: count,
    memoryTotalBytes: bytes,
    memoryAvailableBytes: bytes.describe("What a process could still get before the validation began"),
    gpu: z
      .object({
        name: z.string(),
        identity: z.string().nullish().describe("A digest that tells this card from others of its kind"),
        driverVersion: z.string(),
        computeCapability: z.string().nullable(),
        memoryTotalBytes: bytes,
        memoryFreeBytes: bytes,
        otherUsers: z.array(gpuUserSchema),
      })
      .nullable()
      .describe("Null with `noGpu` saying why"),
    noGpu: z.string().nullable(),
    threadCount: count.describe("Threads of one operation on the CPU"),
    versions: z.object({ node: z.string(), onnxruntime: z.string(), headroom: z.string() }),
  })
  .meta({ description: "What it ran on" }) satisfies z.ZodType<Machine>;

const reason = z.string().describe("What happened, in words");

const stateSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("queued"), position: count.describe("1 is next on its device") }),
    z.object({
      kind: z.literal("running"),
      progress: z.object({
        doneCount: count,
        partCount: count,
        doing: z.string().describe("Such as “batch 4: three steps, timed”"),
        batchSize: count.nullable(),
      }),
    }),
    z.object({ kind: z.literal("done") }),
    z.object({ kind: z.literal("failed"), reason }),
    z.object({ kind: z.literal("cancelled"), reason }),
    z.object({ kind: z.literal("interrupted"), reason }),
  ])
  .meta({
    description: "Being out of memory is a result: such a validation is done",
  }) satisfies z.ZodType<ValidationState>;

const secondsSourceSchema = z.object({
  measurementCount: count.describe("Steps timed on this very device before, in the same type of matrix products"),
  errorBefore: z.number().nonnegative().describe("Median error of what would have been predicted without them"),
  errorAfter: z.number().nonnegative().describe("And with them, each step predicted from those of other plans"),
  notes: z.array(z.string()).optional().describe("What to mind of them"),
}) satisfies z.ZodType<SecondsSource>;

export const validationSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    state: stateSchema,
    plan: resolvedPlanSchema,
    device: z.enum(DEVICES),
    batchSizes: z.array(count),
    repeats: count.describe("Timed runs of each model, after one that is not timed"),
    timeLimitSeconds: seconds.describe("For the whole, from the moment it starts to run"),
    calibrate: z
      .boolean()
      .optional()
      .describe("Whether seconds are predicted from what was measured on the device before"),
    machine: machineSchema.nullable().describe("Null until it runs"),
    rows: z.array(rowSchema),
    lines: z.object({ inUsePeakBytes: lineSchema, stepSeconds: lineSchema }),
    secondsFrom: secondsSourceSchema
      .nullish()
      .describe("What seconds were predicted from; null where none were, absent in what older versions kept"),
    wallSeconds: seconds.nullable(),
    remarks: z.array(z.string()).describe("What a reader must know to read the figures rightly"),
  })
  .meta({
    description: "A training step that ran for real, predicted against measured",
  }) satisfies z.ZodType<Validation>;
