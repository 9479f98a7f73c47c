/** The schema of an answer about data: what OpenAPI says about it, and what tests hold answers against. */

import * as z from "zod";
import { ANNOTATION_TIMES, type AnnotationMethod } from "../catalogue/annotation";
import { SOURCES, type SourceId } from "../catalogue/sources";
import type { ChapterData } from "../estimate/baselines/chapter-data";
import type { AccuracyBand } from "../estimate/data/accuracy-band";
import type { AnnotationEffort } from "../estimate/data/annotation-effort";
import type { DataRequest } from "../estimate/data/data-request";
import type { CurveSlopes, DataRequirement, SizePrediction } from "../estimate/data/data-requirement";
import type { DataSplit } from "../estimate/data/data-split";
import { DATA_STRATEGIES, type DataStrategy } from "../estimate/data/data-strategies";
import type { SamplesNeeded } from "../estimate/data/samples-needed";
import type { StorageNeed } from "../estimate/data/storage-need";
import type { ZeroShotWorth } from "../estimate/data/zero-shot-worth";
import type { Term } from "../estimate/term";
import { assumptionSchema, intervalSchema } from "./estimate-schema";

const count = z.number().nonnegative();
const fraction = z.number().min(0).max(1);

export const sourceIdSchema = z.enum(Object.keys(SOURCES).filter(isSourceId)).describe("Id of a source");

export const termSchema = z
  .object({
    id: z.string(),
    label: z.string(),
    unit: z.string(),
    value: z.number(),
    factors: z.array(
      z.object({ name: z.string(), value: z.number(), unit: z.string(), source: sourceIdSchema.optional() }),
    ),
  })
  .meta({ description: "A product and what it is made of" }) satisfies z.ZodType<Term>;

export const accuracyBandSchema = z
  .object({ likely: fraction, low80: fraction, high80: fraction, low90: fraction, high90: fraction })
  .meta({
    description: "An expected accuracy with its 80 % and 90 % band, as fractions",
  }) satisfies z.ZodType<AccuracyBand>;

export const caveatSchema = z.object({ code: z.string(), text: z.string() });

const predictionSchema = z.object({
  shotsPerClass: count.nullable(),
  images: count.nullable(),
  accuracy: accuracyBandSchema.nullable().describe("Null where the evidence does not reach"),
  reason: z.string().optional().describe("Why there is no accuracy"),
}) satisfies z.ZodType<SizePrediction>;

const neededSchema = z
  .object({
    low: count,
    likely: count.nullable().describe("Null where the evidence ends before the target"),
    high: count.nullable().describe("Null: no upper bound is established"),
  })
  .meta({ description: "Samples at which the target is expected to be reached" }) satisfies z.ZodType<SamplesNeeded>;

export const dataStrategySchema = z.enum(Object.keys(DATA_STRATEGIES).filter(isStrategy));
const methodSchema = z.enum(Object.keys(ANNOTATION_TIMES).filter(isMethod));

const requestSchema = z
  .object({
    task: z.enum(["classification", "retrieval", "detection", "segmentation"]),
    classCount: count.nullable(),
    strategy: dataStrategySchema,
    model: z.string().nullable(),
    domainShift: z.enum(["small", "medium", "large"]),
    targetAccuracy: fraction.nullable(),
    zeroShotAccuracy: fraction.nullable(),
    unit: z.enum(["shotsPerClass", "images"]),
    pilot: z.array(z.object({ size: count, accuracy: fraction, repeats: count })),
    pilotTestSampleCount: count.nullable(),
    predictAt: z.array(count),
    split: z.object({ halfWidth: fraction, confidence: fraction, testFraction: fraction }),
    annotation: z.object({
      method: methodSchema,
      objectsPerImage: count,
      redundancy: count,
      secondsPerUnit: count.nullable(),
      usdPerUnit: count.nullable(),
      usdPerHour: count.nullable(),
    }),
    averageImageBytes: count,
    samplesPerSecond: count.nullable(),
  })
  .meta({ description: "The question, complete" }) satisfies z.ZodType<DataRequest>;

const effortSchema = z
  .object({
    method: methodSchema,
    label: z.string(),
    imageCount: count,
    unitCount: count,
    seconds: intervalSchema,
    secondsTerm: termSchema,
    costUsd: intervalSchema.nullable(),
    costTerm: termSchema.nullable(),
    prices: z.array(
      z.object({
        vendor: z.string(),
        work: z.enum(["classification", "box", "polygon", "scene"]),
        usdPerUnit: count,
        asOf: z.string(),
        source: sourceIdSchema,
      }),
    ),
    status: z.enum(["given", "measured", "assumed"]),
    note: z.string().nullable(),
  })
  .meta({ description: "People's time and money for labelling" }) satisfies z.ZodType<AnnotationEffort>;

const splitSchema = z
  .object({
    trainSampleCount: count.nullable(),
    validationSampleCount: count.nullable(),
    testSampleCount: count.nullable(),
    accuracy: fraction,
    halfWidth: fraction,
    confidence: fraction,
    smallestVisibleDifference: count,
    byPercentage: z
      .object({ testSampleCount: count, halfWidth: fraction, isTooSmall: z.boolean(), text: z.string() })
      .nullable(),
    reason: z.string(),
  })
  .meta({ description: "Images for training, choosing and judging" }) satisfies z.ZodType<DataSplit>;

const storageSchema = z.object({
  bytes: count,
  term: termSchema,
  averageImageBytes: count,
  loadingBytesPerSecond: count.nullable(),
}) satisfies z.ZodType<StorageNeed>;

const zeroShotSchema = z.object({
  verdict: z.enum(["worth_it", "too_close_to_tell", "below_zero_shot", "not_known"]),
  zeroShotAccuracy: fraction.nullable(),
  size: count.nullable(),
  gain: z.number().nullable(),
  gainOfDoubling: z.number().nullable(),
  text: z.string(),
}) satisfies z.ZodType<ZeroShotWorth>;

const slopesSchema = z.object({
  error: count.describe("Fall of ln(1 − accuracy) for one unit of ln(samples)"),
  odds: count.describe("Rise of ln(accuracy / (1 − accuracy)) for one unit of ln(samples)"),
  pilotError: z.number().nullable(),
  pilotOdds: z.number().nullable(),
  priorWeight: fraction.describe("How much the slopes of published curves count against the pilot's own"),
  family: z.string(),
}) satisfies z.ZodType<CurveSlopes>;

const chapterSchema = z
  .object({
    sampleCount: count,
    split: z.object({ train: count, validation: count, test: count }),
    perClass: z.object({ minimum: count, recommended: count, ideal: count }),
    augmentations: z.array(z.string()),
    annotationSeconds: count,
    storageBytes: count,
    notes: z.array(z.string()),
  })
  .meta({ description: "What the source chapter's rule says, and where it errs" }) satisfies z.ZodType<ChapterData>;

export const dataRequirementSchema = z
  .object({
    schemaVersion: z.literal(1),
    summary: z.string().describe("The answer in one sentence"),
    request: requestSchema,
    basis: z.enum(["pilot", "zero_shot", "none"]),
    predictions: z.array(predictionSchema),
    curve: z.array(predictionSchema).describe("The learning curve, for a chart"),
    shotsPerClassNeeded: neededSchema.nullable(),
    imagesNeeded: neededSchema.nullable().describe("For training; the split adds those for choosing and judging"),
    needStatus: z.enum([
      "reached",
      "predicted",
      "beyond_prediction",
      "not_established",
      "order_of_magnitude",
      "no_target",
      "no_evidence",
    ]),
    needReason: z.string(),
    nextRound: z.object({
      size: count.nullable(),
      trainAt: z.array(count),
      why: z.string(),
      images: count.nullable(),
    }),
    zeroShot: zeroShotSchema,
    slopes: slopesSchema.nullable(),
    split: splitSchema.nullable(),
    annotation: effortSchema.nullable(),
    nextAnnotation: effortSchema.nullable(),
    storage: storageSchema.nullable(),
    chapterBaseline: chapterSchema.nullable(),
    sources: z.array(sourceIdSchema),
    assumptions: z.array(assumptionSchema),
    caveats: z.array(caveatSchema),
  })
  .meta({ description: "How much data a task needs; accuracies are fractions" }) satisfies z.ZodType<DataRequirement>;

function isSourceId(id: string): id is SourceId {
  return Object.hasOwn(SOURCES, id);
}

function isStrategy(name: string): name is DataStrategy {
  return Object.hasOwn(DATA_STRATEGIES, name);
}

function isMethod(name: string): name is AnnotationMethod {
  return Object.hasOwn(ANNOTATION_TIMES, name);
}
