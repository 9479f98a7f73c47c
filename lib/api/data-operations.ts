/** Operations that answer questions about data, strategies and searches. */

import * as z from "zod";
import { type DataRequirement, dataRequirement } from "../estimate/data/data-requirement";
import { estimatePlan } from "../estimate/plan";
import { estimateSearch, type SearchAnswer } from "../estimate/search/search-answer";
import { rankStrategies, type StrategyAnswer } from "../estimate/strategy/strategy-answer";
import { dataRequestSchema, type ParsedDataRequest, parseDataRequest } from "./data-request-schema";
import { dataRequirementSchema } from "./data-requirement-schema";
import type { Operation } from "./operation";
import { searchAnswerSchema } from "./search-answer-schema";
import { type ParsedSearchRequest, parseSearchRequest, searchRequestSchema } from "./search-request-schema";
import { strategyAnswerSchema } from "./strategy-answer-schema";
import { type ParsedStrategyRequest, parseStrategyRequest, strategyRequestSchema } from "./strategy-request-schema";

const NOTHING = z.strictObject({});

type Nothing = z.infer<typeof NOTHING>;

/** A pilot of 200 images of 25 classes, and the accuracy that is wanted. */
export const EXAMPLE_DATA_REQUEST = {
  classCount: 25,
  strategy: "lora",
  targetAccuracy: 0.85,
  zeroShotAccuracy: 0.62,
  pilot: [
    { shotsPerClass: 2, accuracy: 0.71 },
    { shotsPerClass: 4, accuracy: 0.75 },
    { shotsPerClass: 8, accuracy: 0.79 },
  ],
  predictAtShotsPerClass: [16, 32],
};

export const createDataRequirement: Operation<ParsedDataRequest, Nothing, Nothing, DataRequirement> = {
  operationId: "createDataRequirement",
  method: "POST",
  path: "/api/v1/data-requirements",
  summary: "Say how much data a task needs",
  description:
    "From your own pilot (a few trainings on few images), else from the zero-shot accuracy, else from published datasets: " +
    "expected accuracy at any size with its band, samples needed for a target, the next round to collect, the test set that " +
    "tells accuracies apart, labelling and storage. Beyond four times the largest pilot there is no accuracy, and an upper " +
    "bound may not be established. Accuracies are fractions.",
  parameters: NOTHING,
  query: NOTHING,
  body: { schema: dataRequestSchema, parse: parseDataRequest },
  status: 200,
  answer: dataRequirementSchema,
  answerSummary: "The need, and what it rests on",
  cacheControl: "no-store",
  problems: ["not-json", "too-large", "not-json-type", "invalid"],
  examples: [
    {
      id: "pilot",
      summary: "A pilot of three sizes and a target",
      url: "/api/v1/data-requirements",
      body: EXAMPLE_DATA_REQUEST,
      status: 200,
    },
    {
      id: "no-pilot",
      summary: "Before any training: an order of magnitude",
      url: "/api/v1/data-requirements",
      body: { classCount: 100, strategy: "linear_probe", targetAccuracy: 0.8, zeroShotAccuracy: 0.65 },
      status: 200,
    },
    {
      id: "data-invalid",
      summary: "Accuracy in percent where a fraction is meant",
      url: "/api/v1/data-requirements",
      body: { classCount: 100, targetAccuracy: 85 },
      status: 422,
    },
  ],
};

export function answerDataRequirement({ request, assumptions }: ParsedDataRequest): DataRequirement {
  return dataRequirement(request, assumptions);
}

export const createStrategyRanking: Operation<ParsedStrategyRequest, Nothing, Nothing, StrategyAnswer> = {
  operationId: "createStrategyRanking",
  method: "POST",
  path: "/api/v1/strategies",
  summary: "Rank the ways to fine-tune",
  description:
    "By what was published at this number of images of each class, each place with its reason and source; strategies that " +
    "are too close to tell share one. With each, the memory of your plan on its card. The plan's own strategy matters only " +
    "for its settings. The chapter's rule is beside it.",
  parameters: NOTHING,
  query: NOTHING,
  body: { schema: strategyRequestSchema, parse: parseStrategyRequest },
  status: 200,
  answer: strategyAnswerSchema,
  answerSummary: "The ranking, and what it rests on",
  cacheControl: "no-store",
  problems: ["not-json", "too-large", "not-json-type", "invalid"],
  examples: [
    {
      id: "few-shot",
      summary: "400 images of 100 classes",
      url: "/api/v1/strategies",
      body: {
        plan: { model: "ViT-B-16", classCount: 100, trainSampleCount: 400, precision: "amp", gpu: "rtx-4090" },
        zeroShotAccuracy: 0.65,
      },
      status: 200,
    },
    {
      id: "robust",
      summary: "Plenty of data, and robustness to shifts",
      url: "/api/v1/strategies",
      body: { plan: { model: "ViT-B-32", classCount: 100, trainSampleCount: 200000 }, priority: "robust" },
      status: 200,
    },
    {
      id: "strategies-invalid",
      summary: "Mistakes in the plan and beside it",
      url: "/api/v1/strategies",
      body: { plan: { model: "ViT-B-23" }, priority: "fast" },
      status: 422,
    },
  ],
};

export function answerStrategyRanking({ request, assumptions }: ParsedStrategyRequest, today: string): StrategyAnswer {
  return rankStrategies(request, assumptions, (parsed) => estimatePlan(parsed, { today }));
}

export const createSearchBudget: Operation<ParsedSearchRequest, Nothing, Nothing, SearchAnswer> = {
  operationId: "createSearchBudget",
  method: "POST",
  path: "/api/v1/search-budgets",
  summary: "Say what a hyper-parameter search takes",
  description:
    "Expected epochs of a search that stops trials early, with their range and cap, from running the pruner's own rule over " +
    "made-up trials; hours and cost from the seconds of an epoch; how many validation images the winner needs to mean " +
    "something; and a program for Optuna.",
  parameters: NOTHING,
  query: NOTHING,
  body: { schema: searchRequestSchema, parse: parseSearchRequest },
  status: 200,
  answer: searchAnswerSchema,
  answerSummary: "The search's budget",
  cacheControl: "no-store",
  problems: ["not-json", "too-large", "not-json-type", "invalid"],
  examples: [
    {
      id: "median",
      summary: "50 trials of 5 epochs, stopped below the median",
      url: "/api/v1/search-budgets",
      body: {
        plan: { model: "ViT-B-32", strategy: { kind: "partial", unlockedBlocks: 2 }, gpu: "rtx-4090" },
        epochSeconds: 95,
        usdPerHour: 0.4,
      },
      status: 200,
    },
    {
      id: "halving",
      summary: "Successive halving over 27 epochs",
      url: "/api/v1/search-budgets",
      body: {
        plan: { model: "ViT-B-32", strategy: { kind: "lora", rank: 4, targets: ["q_proj", "v_proj"] } },
        trialCount: 40,
        epochsPerTrial: 27,
        pruner: { kind: "halving", reductionFactor: 3 },
      },
      status: 200,
    },
    {
      id: "search-invalid",
      summary: "A range that is none",
      url: "/api/v1/search-budgets",
      body: { plan: { model: "ViT-B-32" }, space: [{ name: "lr", kind: "log_uniform", low: 0, high: 0.001 }] },
      status: 422,
    },
  ],
};

export function answerSearchBudget({ request, assumptions }: ParsedSearchRequest, today: string): SearchAnswer {
  return estimateSearch(request, assumptions, (parsed) => estimatePlan(parsed, { today }));
}
