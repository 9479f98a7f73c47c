/** Every operation of the API, declared once. */

import * as z from "zod";
import type { Change, Estimate } from "../estimate/estimate";
import { type ParsedPlan, parsePlan } from "../plan/parse-plan";
import type { Issue } from "../plan/plan";
import { planSchema } from "../plan/schema";
import { listCalibrations } from "./calibration-operation";
import { CALIBRATION_QUERY } from "./calibration-query";
import { gpuListingSchema, modelListingSchema } from "./catalogue-listing";
import { createDataRequirement, createSearchBudget, createStrategyRanking } from "./data-operations";
import { dataRequestSchema } from "./data-request-schema";
import {
  assumptionSchema,
  changeSchema,
  costSchema,
  estimateSchema,
  intervalSchema,
  timelineSchema,
  timeSchema,
} from "./estimate-schema";
import { type Accepted, type AnyOperation, NO_BODY, type Operation, type RequestBody } from "./operation";
import { resolvedPlanSchema } from "./plan-schema";
import { issueSchema, problemSchema } from "./problem";
import { createRecommendation } from "./recommendation-operation";
import { recommendationRequestSchema } from "./recommendation-request-schema";
import { searchRequestSchema } from "./search-request-schema";
import { strategyRequestSchema } from "./strategy-request-schema";
import {
  cancelValidation,
  createValidation,
  getValidation,
  listValidations,
  watchValidation,
} from "./validation-operations";
import { validationRequestSchema } from "./validation-request-schema";

const PLAN_BODY: RequestBody<ParsedPlan> = { schema: planSchema, parse: parsePlan };

const NO_PARAMETERS = z.strictObject({});

/** Catalogues change with a release only. */
const CATALOGUE_CACHE = "public, max-age=300";

export const INCLUDES = ["timeline", "changes"] as const;

export type Include = (typeof INCLUDES)[number];

export type EstimateAnswer = Estimate & { readonly changes?: readonly Change[] };

const estimateAnswerSchema: z.ZodType<EstimateAnswer> = estimateSchema.extend({
  changes: z.array(changeSchema).optional().describe("Asked for with `include=changes`"),
});

/** A LoRA run on a card that many have. */
export const EXAMPLE_PLAN = {
  model: "ViT-L-14",
  strategy: { kind: "lora", rank: 8, targets: ["q_proj", "v_proj"] },
  perDeviceBatchSize: 48,
  precision: "amp_bf16",
  gpu: "rtx-4090",
};

export const createEstimate = operation({
  operationId: "createEstimate",
  method: "POST",
  path: "/api/v1/estimates",
  summary: "Estimate a plan",
  description:
    "Says whether the plan fits, what fills the memory and when, and the largest batch that would fit. Only `model` is " +
    "required; every default that was filled in is listed in `assumptions`. A plan that does not fit is an answer, not an error.",
  parameters: NO_PARAMETERS,
  query: z.strictObject({
    include: z
      .array(z.enum(INCLUDES))
      .optional()
      .describe(
        "`timeline`: every event of the step instead of the samples that a chart shows. `changes`: single changes of the " +
          "plan and the memory each would save",
      ),
    ...CALIBRATION_QUERY,
  }),
  body: PLAN_BODY,
  status: 200,
  answer: estimateAnswerSchema,
  answerSummary: "The estimate",
  cacheControl: "no-store",
  problems: ["not-json", "too-large", "not-json-type", "invalid"],
  examples: [
    {
      id: "lora",
      summary: "LoRA of ViT-L/14 on an RTX 4090",
      url: "/api/v1/estimates",
      body: EXAMPLE_PLAN,
      status: 200,
    },
    {
      id: "changes",
      summary: "Full fine-tuning that does not fit, and what would help",
      url: "/api/v1/estimates?include=changes",
      body: { model: "ViT-H-14", perDeviceBatchSize: 256, precision: "amp", gpu: "rtx-3090" },
      status: 200,
    },
    {
      id: "custom-gpu",
      summary: "A card that the catalogue does not know",
      url: "/api/v1/estimates",
      body: { model: "ViT-B-32", gpu: { name: "My card", memoryBytes: 12884901888, computeCapability: "8.6" } },
      status: 200,
    },
    {
      id: "measured",
      summary: "With measurements of the card, before and after",
      url: "/api/v1/estimates?calibration=h100-sxm5-80gb,fp16_0.92_6,bandwidth_0.81_9,steps_9,spread_0.031",
      body: { model: "ViT-L-14", precision: "amp", perDeviceBatchSize: 128, gpu: "h100-sxm5-80gb" },
      status: 200,
    },
    {
      id: "invalid",
      summary: "Three mistakes, all told at once",
      url: "/api/v1/estimates",
      body: { model: "ViT-X-14", perDeviceBatchSize: -8, precision: "fp8" },
      status: 422,
    },
  ],
});

export const createPlan = operation({
  operationId: "createPlan",
  method: "POST",
  path: "/api/v1/plans",
  summary: "Store a plan with its figures",
  description:
    "Keeps the plan and its estimate as they are now, under an id that cannot be guessed. `url` is a page that shows them; " +
    "whoever has it can read the plan.",
  parameters: NO_PARAMETERS,
  query: z.strictObject(CALIBRATION_QUERY),
  body: PLAN_BODY,
  status: 201,
  answer: z.object({
    id: z.string(),
    url: z.string().describe("Path of the page that shows the plan, on this server"),
  }),
  answerSummary: "The plan is stored; `Location` is where to read it",
  cacheControl: "no-store",
  problems: ["not-json", "too-large", "not-json-type", "invalid", "unavailable"],
  examples: [{ id: "store", summary: "Store a plan", url: "/api/v1/plans", body: EXAMPLE_PLAN, status: 201 }],
});

const searchQuery = z.strictObject({
  search: z.string().max(200).optional().describe("Only those whose names contain every word of it"),
});

export const listModels = operation({
  operationId: "listModels",
  method: "GET",
  path: "/api/v1/models",
  summary: "List the models that can be planned",
  description:
    "Each under its open_clip name, which is what a plan's `model` resolves to, with the other names it is known by.",
  parameters: NO_PARAMETERS,
  query: searchQuery,
  body: NO_BODY,
  status: 200,
  answer: z.object({ models: z.array(modelListingSchema) }),
  answerSummary: "The models",
  cacheControl: CATALOGUE_CACHE,
  problems: ["invalid"],
  examples: [
    { id: "siglip", summary: "Models whose name contains “siglip”", url: "/api/v1/models?search=siglip", status: 200 },
  ],
});

export const listGpus = operation({
  operationId: "listGpus",
  method: "GET",
  path: "/api/v1/gpus",
  summary: "List the GPUs of the catalogue",
  description:
    "Each with the memory that it is sold with and the memory that a process can really get, and how good each figure is.",
  parameters: NO_PARAMETERS,
  query: searchQuery,
  body: NO_BODY,
  status: 200,
  answer: z.object({ gpus: z.array(gpuListingSchema) }),
  answerSummary: "The GPUs",
  cacheControl: CATALOGUE_CACHE,
  problems: ["invalid"],
  examples: [{ id: "a100", summary: "Every A100", url: "/api/v1/gpus?search=a100", status: 200 }],
});

export type Figure = number | string | null;

export interface Difference {
  /** Such as `memory.deviceBytes.high`. */
  readonly figure: string;
  /** Null when it was not among the figures saved. */
  readonly saved: Figure;
  readonly today: Figure;
}

/** What today's estimator says about a stored plan. */
export type Today =
  | { readonly status: "same"; readonly modelVersion: string }
  | {
      readonly status: "differs";
      readonly modelVersion: string;
      readonly differences: readonly Difference[];
      readonly estimate: Estimate;
    }
  | { readonly status: "not_answered"; readonly modelVersion: string; readonly issues: readonly Issue[] };

export interface StoredPlanAnswer {
  readonly id: string;
  readonly url: string;
  readonly createdAt: string;
  readonly schemaVersion: number;
  readonly modelVersion: string;
  readonly plan: unknown;
  readonly estimate: unknown;
  readonly today: Today;
}

const figureSchema = z.union([z.number(), z.string(), z.null()]);

const todaySchema: z.ZodType<Today> = z
  .discriminatedUnion("status", [
    z.object({ status: z.literal("same"), modelVersion: z.string() }),
    z.object({
      status: z.literal("differs"),
      modelVersion: z.string(),
      differences: z.array(
        z.object({
          figure: z.string().describe("Such as `memory.deviceBytes.high`"),
          saved: figureSchema.describe("Null when it was not among the figures saved"),
          today: figureSchema,
        }),
      ),
      estimate: estimateSchema,
    }),
    z.object({ status: z.literal("not_answered"), modelVersion: z.string(), issues: z.array(issueSchema) }),
  ])
  .meta({ description: "What today's estimator says about a stored plan" });

const storedPlanSchema: z.ZodType<StoredPlanAnswer> = z
  .object({
    id: z.string(),
    url: z.string().describe("Path of the page that shows the plan, on this server"),
    createdAt: z.iso.datetime(),
    schemaVersion: z.int(),
    modelVersion: z.string().describe("The estimator that gave the figures"),
    plan: z.unknown().describe("The plan as saved, in the schema version of its day"),
    estimate: z.unknown().describe("The estimate as saved"),
    today: todaySchema,
  })
  .meta({ description: "A plan and its figures as they were saved, and what today's estimator says" });

export const getPlan = operation({
  operationId: "getPlan",
  method: "GET",
  path: "/api/v1/plans/{id}",
  summary: "Read a stored plan",
  description: "The plan and its figures as they were saved, and beside them today's figures if they differ.",
  // Ids are 16 to 64 characters of base64url; nothing else reaches the database.
  parameters: z.strictObject({
    id: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .describe("The id that storing the plan gave"),
  }),
  query: NO_PARAMETERS,
  body: NO_BODY,
  status: 200,
  answer: storedPlanSchema,
  answerSummary: "The stored plan",
  cacheControl: "no-store",
  problems: ["not-found", "invalid", "unavailable"],
  examples: [],
});

export const OPERATIONS: readonly AnyOperation[] = [
  createEstimate,
  createRecommendation,
  createDataRequirement,
  createStrategyRanking,
  createSearchBudget,
  listModels,
  listGpus,
  createPlan,
  getPlan,
  createValidation,
  listValidations,
  getValidation,
  watchValidation,
  cancelValidation,
  listCalibrations,
];

/** Named in the OpenAPI document, as a client sends them. */
export const INPUT_SCHEMAS = {
  DataRequestInput: dataRequestSchema,
  PlanInput: planSchema,
  RecommendationRequestInput: recommendationRequestSchema,
  SearchRequestInput: searchRequestSchema,
  StrategyRequestInput: strategyRequestSchema,
  ValidationRequestInput: validationRequestSchema,
} as const;

/** Named in the OpenAPI document, as a client receives them. */
export const ANSWER_SCHEMAS = {
  Assumption: assumptionSchema,
  Calibrations: listCalibrations.answer,
  Change: changeSchema,
  DataRequirement: createDataRequirement.answer,
  Estimate: estimateSchema,
  EstimateAnswer: createEstimate.answer,
  Gpus: listGpus.answer,
  Interval: intervalSchema,
  Issue: issueSchema,
  MemoryTimeline: timelineSchema,
  Models: listModels.answer,
  Plan: resolvedPlanSchema,
  Problem: problemSchema,
  Recommendation: createRecommendation.answer,
  RunCost: costSchema,
  TimeEstimate: timeSchema,
  SearchBudget: createSearchBudget.answer,
  StoredPlan: getPlan.answer,
  StoredPlanLocation: createPlan.answer,
  Strategies: createStrategyRanking.answer,
  Validation: getValidation.answer,
  Validations: listValidations.answer,
} as const satisfies Record<string, z.ZodType>;

/** Lets inference name the types of body, query, path and answer. */
function operation<Body extends Accepted, Query, Path, Answer>(
  declaration: Operation<Body, Query, Path, Answer>,
): Operation<Body, Query, Path, Answer> {
  return declaration;
}
