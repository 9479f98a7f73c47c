/** The operation that says which GPU to use. */

import * as z from "zod";
import type { CardCalibration } from "../estimate/calibration";
import { recommend } from "../estimate/recommend";
import { GOALS, type Recommendation } from "../estimate/recommendation";
import { TIME_LIMITS } from "../estimate/time/time-estimate";
import { CALIBRATION_QUERY } from "./calibration-query";
import { changeSchema, costSchema, intervalSchema, noTimeSchema } from "./estimate-schema";
import type { Operation } from "./operation";
import {
  type ParsedRecommendationRequest,
  parseRecommendationRequest,
  recommendationRequestSchema,
} from "./recommendation-request-schema";

const NOTHING = z.strictObject({});

type Nothing = z.infer<typeof NOTHING>;

const count = z.int().nonnegative();
const bytes = z.number().nonnegative();

const rowSchema = z
  .object({
    gpuId: z.string(),
    gpuName: z.string(),
    vendor: z.string(),
    memoryBytes: bytes,
    bf16: z.boolean(),
    runtime: z
      .enum(["cuda", "rocm", "xpu", "mps", "hpu", "xla"])
      .describe("Memory is modelled for `cuda`: elsewhere the verdict is the one that CUDA's allocator would give"),
    inChapter: z.boolean(),
    deviceCount: count,
    verdict: z.enum(["fits", "tight", "does_not_fit"]),
    deviceBytes: intervalSchema,
    usableBytes: bytes,
    headroomBytes: z.number(),
    largestBatchSize: count.describe("Per device; 0 when not even one sample fits"),
    totalSeconds: intervalSchema.nullable().describe("The whole run; null with `noTime` saying why"),
    samplesPerSecond: z.number().nullable(),
    limitedBy: z.enum(TIME_LIMITS).nullable(),
    noTime: noTimeSchema.nullable(),
    cost: costSchema.nullable().describe("The least that the run costs; null with `noCost` saying why"),
    noCost: z.string().nullable(),
    onFront: z.boolean().describe("No other row that fits is both quicker and cheaper"),
    isMeasured: z.boolean().optional().describe("Whether measurements of this card stand in for what is assumed of it"),
  })
  .meta({ description: "The plan on one card, or on several of it" });

const recommendationSchema: z.ZodType<Recommendation> = z
  .object({
    schemaVersion: z.literal(1),
    modelVersion: z.string(),
    goal: z.enum(GOALS),
    rows: z.array(rowSchema).describe("Best first; what does not fit comes last"),
    best: z.object({ row: rowSchema, reason: z.string() }).nullable().describe("Null when nothing fits"),
    fittingChanges: z
      .array(z.object({ gpuId: z.string(), deviceCount: count, change: changeSchema }))
      .describe(
        "When nothing fits, or with `changes`: for each card that is too small the gentlest single change that would do",
      ),
    consideredCount: count,
    calibration: z
      .object({
        gpuId: z.string(),
        gpu: z.string(),
        measurementCount: count.describe("Steps that were timed"),
        spread: z.number().nonnegative().describe("Median error of the calibrated predictions, as a fraction"),
        measuredOn: z.iso.date().optional().describe("Day of the newest measurement, where it is known"),
        text: z.string().describe("What `calibration` in the query said"),
      })
      .optional()
      .describe("Measurements that the rows of one card rest on, where some were given"),
    noCalibration: z.string().optional().describe("Why measurements that were given changed nothing"),
  })
  .meta({ description: "Every GPU that was considered, for one plan" });

const EXAMPLE = { plan: { model: "ViT-L-14", perDeviceBatchSize: 64, precision: "amp" }, goal: "best_value" };

const querySchema = z.strictObject(CALIBRATION_QUERY);

export const createRecommendation: Operation<
  ParsedRecommendationRequest,
  z.infer<typeof querySchema>,
  Nothing,
  Recommendation
> = {
  operationId: "createRecommendation",
  method: "POST",
  path: "/api/v1/recommendations",
  summary: "Say which GPU to use",
  description:
    "The plan on every GPU of the catalogue, 1, 2, 4 and 8 of each: does it fit, how long, at what cost, and what it waits " +
    "for. The batch per device stays as the plan says. Rows come best first by the goal. `calibration` puts measurements of " +
    "one card in place of what is assumed of it; the figures of every other card stay as they are.",
  parameters: NOTHING,
  query: querySchema,
  body: { schema: recommendationRequestSchema, parse: parseRecommendationRequest },
  status: 200,
  answer: recommendationSchema,
  answerSummary: "Every GPU that was considered",
  cacheControl: "no-store",
  problems: ["not-json", "too-large", "not-json-type", "invalid"],
  examples: [
    {
      id: "one-gpu",
      summary: "The best value among single cards with bf16",
      url: "/api/v1/recommendations",
      body: { ...EXAMPLE, filter: { deviceCounts: [1], bf16: true } },
      status: 200,
    },
    {
      id: "one-gpu-measured",
      summary: "The same with measurements of one card",
      url: "/api/v1/recommendations?calibration=h100-sxm5-80gb,fp16_0.92_6,bandwidth_0.81_9,steps_9,spread_0.031",
      body: { ...EXAMPLE, filter: { owned: ["h100-sxm5-80gb", "h100-pcie-80gb"], deviceCounts: [1] } },
      status: 200,
    },
    {
      id: "recommendation-invalid",
      summary: "A card that is not in the catalogue",
      url: "/api/v1/recommendations",
      body: { ...EXAMPLE, filter: { owned: ["rtx-4099"] } },
      status: 422,
    },
  ],
};

/**
 * @param today such as "2026-11-27"
 * @param calibration  measurements of one card; null for none
 */
export function answerRecommendation(
  { plan, goal, filter, changes }: ParsedRecommendationRequest,
  today: string,
  calibration: CardCalibration | null = null,
): Recommendation {
  return recommend(plan, { goal, filter, today, changes, ...(calibration === null ? {} : { calibration }) });
}
