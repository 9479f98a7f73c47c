/** The schema of an answer about a search. */

import * as z from "zod";
import type { SearchAnswer } from "../estimate/search/search-answer";
import type { SearchEpochs } from "../estimate/search/search-epochs";
import type { Winner } from "../estimate/search/winner";
import { caveatSchema, sourceIdSchema, termSchema } from "./data-requirement-schema";
import { assumptionSchema, intervalSchema } from "./estimate-schema";
import { prunerSchema, spaceSchema } from "./search-request-schema";

const count = z.number().nonnegative();
const fraction = z.number().min(0).max(1);

const epochsSchema = z
  .object({
    low: count,
    likely: count,
    high: count,
    reason: z.string().optional(),
    cap: count.describe("Trials × epochs: nothing is stopped early"),
    fraction: fraction.describe("Likely epochs as a part of the cap"),
    finishedTrials: count.describe("Trials that run to their last epoch"),
  })
  .meta({ description: "Epochs that a search trains in all" }) satisfies z.ZodType<SearchEpochs>;

const winnerSchema = z
  .object({
    candidateCount: count,
    accuracy: fraction,
    validationSampleCount: count,
    optimism: count.describe("How much the best of equal trials looks better than it is, as a fraction"),
    smallestDifference: fraction,
    validationSamplesNeeded: count,
    isEnough: z.boolean(),
    text: z.string(),
  })
  .meta({ description: "What the winner of a search means" }) satisfies z.ZodType<Winner>;

export const searchAnswerSchema = z
  .object({
    schemaVersion: z.literal(1),
    summary: z.string(),
    trialCount: count,
    epochsPerTrial: count,
    pruner: prunerSchema,
    space: spaceSchema,
    epochs: epochsSchema,
    seconds: intervalSchema.nullable(),
    secondsTerm: termSchema.nullable(),
    costUsd: intervalSchema.nullable(),
    capSeconds: count.nullable().describe("Without stopping early"),
    capUsd: count.nullable().describe("Likewise"),
    cheaper: z.array(z.object({ id: z.string(), text: z.string(), epochs: intervalSchema.nullable() })),
    winner: winnerSchema,
    optunaStudy: z.string().describe("A Python program for Optuna; `--rehearse` runs it without a training"),
    sources: z.array(sourceIdSchema),
    assumptions: z.array(assumptionSchema),
    caveats: z.array(caveatSchema),
  })
  .meta({ description: "What a hyper-parameter search takes" }) satisfies z.ZodType<SearchAnswer>;
