/** What a question about a hyper-parameter search may look like when it comes in. */

import * as z from "zod";
import type { SearchRequest } from "../estimate/search/search-answer";
import type { SearchParameter } from "../estimate/search/search-space";
import type { Assumption, Issue } from "../plan/plan";
import { planSchema } from "../plan/schema";
import { requestIssues } from "./request-issues";
import { planIn } from "./strategy-request-schema";

/** Larger searches are not simulated in a time that anyone waits for. */
const MOST_TRIALS = 2000;
const MOST_EPOCHS = 500;
const MOST_PARAMETERS = 50;

const whole = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return z.number(message).int(message).min(least, message).max(most, message);
};

const positive = (most: number, unit: string) => {
  const message = `must be a number above 0, at most ${most} ${unit}`;
  return z.number(message).gt(0, message).max(most, message);
};

const inside = (what: string) => {
  const message = `must be ${what} as a fraction between 0 and 1, ends excluded`;
  return z.number(message).gt(0, message).lt(1, message);
};

export const prunerSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("none") }),
    z.strictObject({
      kind: z.literal("median"),
      startupTrials: whole(0, MOST_TRIALS).default(5).describe("Trials that finish before any is stopped"),
      warmupEpochs: whole(0, MOST_EPOCHS).default(0).describe("Epochs of a trial in which it is never stopped"),
    }),
    z.strictObject({
      kind: z.literal("halving"),
      minEpochs: whole(1, MOST_EPOCHS).default(1).describe("Epochs before the first decision"),
      reductionFactor: whole(2, 100).default(4).describe("One of so many goes on at each decision"),
    }),
  ],
  "must be an object whose kind is none, median or halving",
);

const name = z
  .string("must be a name")
  .regex(/^[A-Za-z_]\w{0,63}$/, "must be a name of letters, digits and underscores");

const bound = z.number("must be a number");

const choices = z
  .array(bound, "must be a list of numbers")
  .min(1, "must hold at least one number")
  .max(100, "must hold at most 100 numbers");

const parameterSchema = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ name, kind: z.literal("log_uniform"), low: bound, high: bound }),
    z.strictObject({ name, kind: z.literal("uniform"), low: bound, high: bound }),
    z.strictObject({ name, kind: z.literal("integer"), low: whole(-1e9, 1e9), high: whole(-1e9, 1e9) }),
    z.strictObject({ name, kind: z.literal("choice"), choices }),
  ],
  "must be an object whose kind is log_uniform, uniform, integer or choice",
);

export const spaceSchema = z
  .array(parameterSchema, "must be a list")
  .min(1, "must hold at least one parameter")
  .max(MOST_PARAMETERS, `must hold at most ${MOST_PARAMETERS} parameters`);

const FIELDS = {
  trialCount: whole(1, MOST_TRIALS).optional().describe("Default: 50"),
  epochsPerTrial: whole(1, MOST_EPOCHS).optional().describe("Default: 5"),
  pruner: prunerSchema.optional().describe("Default: median, after 5 trials"),
  space: spaceSchema.optional().describe("Default: the source chapter's, with the size of the plan's strategy"),
  epochSeconds: positive(1e9, "seconds").optional().describe("Measured time of an epoch, validation included"),
  usdPerHour: positive(1e6, "USD").optional().describe("Price of an hour of all the plan's devices"),
  accuracy: inside("the accuracy of a good trial").optional().describe("Default: 0.8"),
  smallestDifference: inside("the smallest difference of accuracy that matters").optional().describe("Default: 0.01"),
};

const MESSAGE = 'must be an object such as {"plan": {"model": "ViT-B-32"}}';

/** For documents: the plan with all its fields. */
export const searchRequestSchema = z
  .strictObject({ plan: planSchema, ...FIELDS }, MESSAGE)
  .meta({ description: "A search over hyper-parameters of a plan" });

/** For reading: the plan has a reader of its own, which says more. */
const outerSchema = z.strictObject({ plan: z.unknown(), ...FIELDS }, MESSAGE);

export interface ParsedSearchRequest {
  readonly ok: true;
  readonly request: SearchRequest;
  readonly assumptions: readonly Assumption[];
}

export type SearchRequestParsing = ParsedSearchRequest | { readonly ok: false; readonly issues: readonly Issue[] };

const KNOWN_FIELDS = [
  ...Object.keys(outerSchema.shape),
  "kind",
  "startupTrials",
  "warmupEpochs",
  "minEpochs",
  "reductionFactor",
  "name",
  "low",
  "high",
  "choices",
];

export function parseSearchRequest(input: unknown): SearchRequestParsing {
  const outer = outerSchema.safeParse(input);
  const issues = outer.success
    ? contradictions(outer.data.space ?? [])
    : requestIssues(outer.error.issues, input, KNOWN_FIELDS);
  const plan = planIn(input);
  if (plan !== null && !plan.ok) issues.push(...plan.issues);
  if (issues.length > 0 || !outer.success || plan === null || !plan.ok) return { ok: false, issues };
  const { data } = outer;
  const assumptions: Assumption[] = [];
  const assume = (field: string, value: number | undefined, fallback: number): number => {
    if (value !== undefined) return value;
    assumptions.push({ field, value: fallback, status: "default" });
    return fallback;
  };
  if (data.pruner === undefined) {
    assumptions.push({ field: "pruner", value: "median", status: "default", note: "after 5 finished trials" });
  }
  const request: SearchRequest = {
    plan: plan.parsed,
    trialCount: assume("trialCount", data.trialCount, 50),
    epochsPerTrial: assume("epochsPerTrial", data.epochsPerTrial, 5),
    pruner: data.pruner ?? { kind: "median", startupTrials: 5, warmupEpochs: 0 },
    space: data.space ?? null,
    epochSeconds: data.epochSeconds ?? null,
    usdPerHour: data.usdPerHour ?? null,
    accuracy: assume("accuracy", data.accuracy, 0.8),
    smallestDifference: assume("smallestDifference", data.smallestDifference, 0.01),
  };
  return { ok: true, request, assumptions };
}

function contradictions(space: readonly SearchParameter[]): Issue[] {
  const issues: Issue[] = [];
  const names = new Set<string>();
  for (const [index, parameter] of space.entries()) {
    const path = `space.${index}`;
    const say = (message: string) => issues.push({ path, code: "contradiction", message: `${path} ${message}` });
    if (names.has(parameter.name)) say(`repeats ${parameter.name}; give each parameter once`);
    names.add(parameter.name);
    if (parameter.kind === "choice") continue;
    if (parameter.low >= parameter.high) say(`has low ${parameter.low}, not below high ${parameter.high}`);
    if (parameter.kind === "log_uniform" && parameter.low <= 0) {
      say(`has low ${parameter.low}: a logarithmic range starts above 0; take uniform`);
    }
  }
  return issues;
}
