/** The schema of an answer about strategies. */

import * as z from "zod";
import type { RankedStrategy, StrategyAnswer } from "../estimate/strategy/strategy-answer";
import type { StrategyEffort } from "../estimate/strategy/strategy-effort";
import { PLAN_FIELDS } from "../plan/schema";
import { caveatSchema, dataStrategySchema, sourceIdSchema } from "./data-requirement-schema";
import { assumptionSchema, intervalSchema } from "./estimate-schema";

const count = z.number().nonnegative();

const effortSchema = z
  .object({
    planned: PLAN_FIELDS.strategy.unwrap().describe("The strategy of the plan that was estimated"),
    memory: z.object({
      verdict: z.enum(["fits", "tight", "does_not_fit"]),
      deviceBytes: intervalSchema,
      usableBytes: count,
      trainableCount: count,
      largestBatchSize: count,
    }),
    run: z
      .object({
        totalSeconds: intervalSchema,
        samplesPerSecond: count.describe("Likely, of all devices together"),
        costUsd: intervalSchema.nullable(),
        usdPerHour: count.nullable(),
      })
      .nullable(),
    note: z.string().nullable(),
  })
  .meta({ description: "What a strategy takes on the plan's card" }) satisfies z.ZodType<StrategyEffort>;

const rankedSchema = z
  .object({
    place: count.describe("Strategies that are too close to tell share a place"),
    strategy: dataStrategySchema,
    label: z.string(),
    tiedWith: z.array(dataStrategySchema),
    evidence: z
      .enum(["compared", "full_data", "argued"])
      .describe(
        "`compared` on the same models and data, from trainings on `full_data`, or `argued` without a comparison",
      ),
    gain: intervalSchema.nullable().describe("Accuracy over zero-shot, as a fraction"),
    expectedAccuracy: intervalSchema.nullable(),
    reason: z.string(),
    sources: z.array(sourceIdSchema),
    effort: effortSchema.nullable(),
    isFeasible: z.boolean(),
  })
  .meta({ description: "A strategy in its place, and why" }) satisfies z.ZodType<RankedStrategy>;

export const strategyAnswerSchema = z
  .object({
    schemaVersion: z.literal(1),
    summary: z.string(),
    regime: z.enum(["few_shot", "between", "large"]),
    shotsPerClass: count,
    imageCount: count,
    priority: z.enum(["in_distribution", "robust"]),
    ranking: z.array(rankedSchema),
    recommended: dataStrategySchema,
    chapterBaseline: z.object({
      strategy: z.enum(["full", "linear_probe", "partial", "lora", "prompt"]),
      reason: z.string(),
      agrees: z.boolean(),
    }),
    assumptions: z.array(assumptionSchema),
    caveats: z.array(caveatSchema),
  })
  .meta({ description: "Strategies ranked by evidence at this number of images" }) satisfies z.ZodType<StrategyAnswer>;
