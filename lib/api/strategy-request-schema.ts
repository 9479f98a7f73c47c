/** What a question about strategies may look like when it comes in. */

import * as z from "zod";
import type { StrategyRequest } from "../estimate/strategy/strategy-answer";
import { type ParsedPlan, parsePlan } from "../plan/parse-plan";
import type { Assumption, Issue } from "../plan/plan";
import { planSchema } from "../plan/schema";
import { requestIssues } from "./request-issues";

const zeroToOne = "must be a number from 0 to 1";
const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `must be one of ${values.join(", ")}`);

const FIELDS = {
  priority: choice(["in_distribution", "robust"])
    .optional()
    .describe("Accuracy on data like the training data, or on data that has shifted. Default: in_distribution"),
  zeroShotAccuracy: z.number(zeroToOne).min(0, zeroToOne).max(1, zeroToOne).optional().describe("A fraction"),
  taskSimilarity: z
    .number(zeroToOne)
    .min(0, zeroToOne)
    .max(1, zeroToOne)
    .optional()
    .describe("With what CLIP was trained on; only the chapter's rule asks for it. Default: 0.5"),
  budget: choice(["low", "medium", "high"]).optional().describe("Only the chapter's rule asks for it. Default: medium"),
  target: choice(["baseline", "good", "best"])
    .optional()
    .describe("Only the chapter's rule asks for it. Default: good"),
};

const MESSAGE = 'must be an object such as {"plan": {"model": "ViT-B-32"}}';

/** For documents: the plan with all its fields. */
export const strategyRequestSchema = z.strictObject({ plan: planSchema, ...FIELDS }, MESSAGE).meta({
  description: "A plan whose strategy is open: `trainSampleCount` and `classCount` say how much data there is",
});

/** For reading: the plan has a reader of its own, which says more. */
const outerSchema = z.strictObject({ plan: z.unknown(), ...FIELDS }, MESSAGE);

export interface ParsedStrategyRequest {
  readonly ok: true;
  readonly request: StrategyRequest;
  readonly assumptions: readonly Assumption[];
}

export type StrategyRequestParsing = ParsedStrategyRequest | { readonly ok: false; readonly issues: readonly Issue[] };

const DEFAULTS = { priority: "in_distribution", taskSimilarity: 0.5, budget: "medium", target: "good" } as const;

export function parseStrategyRequest(input: unknown): StrategyRequestParsing {
  const outer = outerSchema.safeParse(input);
  const issues = outer.success ? [] : requestIssues(outer.error.issues, input, Object.keys(outerSchema.shape));
  const plan = planIn(input);
  if (plan !== null && !plan.ok) issues.push(...plan.issues);
  if (issues.length > 0 || !outer.success || plan === null || !plan.ok) return { ok: false, issues };
  const { priority, zeroShotAccuracy, taskSimilarity, budget, target } = outer.data;
  const given = { priority, taskSimilarity, budget, target };
  const assumptions = Object.entries(DEFAULTS)
    .filter(([field]) => !Object.entries(given).some(([name, value]) => name === field && value !== undefined))
    .map(([field, value]): Assumption => ({ field, value, status: "default" }));
  const request = {
    plan: plan.parsed,
    priority: priority ?? DEFAULTS.priority,
    zeroShotAccuracy: zeroShotAccuracy ?? null,
    taskSimilarity: taskSimilarity ?? DEFAULTS.taskSimilarity,
    budget: budget ?? DEFAULTS.budget,
    target: target ?? DEFAULTS.target,
  };
  return { ok: true, request, assumptions };
}

type PlanIn =
  | { readonly ok: true; readonly parsed: ParsedPlan }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** The plan of a question, its issues under `plan`; null where the question is no object, which is told elsewhere. */
export function planIn(input: unknown): PlanIn | null {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return null;
  const parsed = parsePlan("plan" in input ? input.plan : {});
  if (parsed.ok) return { ok: true, parsed };
  return {
    ok: false,
    issues: parsed.issues.map((issue) => ({ ...issue, path: issue.path === "" ? "plan" : `plan.${issue.path}` })),
  };
}
