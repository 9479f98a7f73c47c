/** What a question about GPUs may look like when it comes in. */

import * as z from "zod";
import { GPUS } from "../catalogue/gpus";
import { nearestNames } from "../catalogue/nearest-names";
import { DEVICE_COUNTS, GOALS, type Goal, type RecommendationFilter } from "../estimate/recommendation";
import { issueAbout } from "../plan/issues";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Issue } from "../plan/plan";
import { planSchema } from "../plan/schema";
import { requestIssues } from "./request-issues";
import { planIn } from "./strategy-request-schema";

const goals = `must be one of ${GOALS.join(", ")}`;
const counts = `must be a list of ${DEVICE_COUNTS.join(", ")}`;
const positive = "must be a number above 0";
const names = "must be a list of names";

const filterSchema = z
  .strictObject(
    {
      owned: z.array(z.string(names), names).optional().describe("Only these catalogue ids: the cards you have"),
      vendors: z.array(z.string(names), names).optional().describe("Such as NVIDIA"),
      deviceCounts: z.array(z.literal(DEVICE_COUNTS, counts), counts).optional().describe("Of 1, 2, 4 and 8"),
      smallestMemoryBytes: z.number(positive).positive(positive).optional().describe("As the card is sold"),
      bf16: z.boolean("must be true or false").optional().describe("Only cards with bf16 matrix units"),
      highestUsdPerHour: z.number(positive).positive(positive).optional().describe("Of all GPUs together"),
      highestUsd: z.number(positive).positive(positive).optional().describe("Of the whole run"),
      deadlineSeconds: z.number(positive).positive(positive).optional().describe("For the whole run, by the clock"),
    },
    'must be an object such as {"bf16": true}',
  )
  .describe("What you will not consider; what is left out restricts nothing");

const FIELDS = {
  goal: z.enum(GOALS, goals).optional().describe("What comes first. Default: cheapest"),
  filter: filterSchema.optional(),
  changes: z
    .boolean("must be true or false")
    .optional()
    .describe("Say what would make cards fit that are too small, even where others fit. Default: false"),
};

const MESSAGE = 'must be an object such as {"plan": {"model": "ViT-B-32"}}';

/** For documents: the plan with all its fields. Its GPU and device count are what the answer varies. */
export const recommendationRequestSchema = z.strictObject({ plan: planSchema, ...FIELDS }, MESSAGE).meta({
  description: "A plan, and what to look for in the GPUs that it could run on",
});

/** For reading: the plan has a reader of its own, which says more. */
const outerSchema = z.strictObject({ plan: z.unknown(), ...FIELDS }, MESSAGE);

export interface ParsedRecommendationRequest {
  readonly ok: true;
  readonly plan: ParsedPlan;
  readonly goal: Goal;
  readonly filter: RecommendationFilter;
  readonly changes: boolean;
}

export function parseRecommendationRequest(
  input: unknown,
): ParsedRecommendationRequest | { readonly ok: false; readonly issues: readonly Issue[] } {
  const outer = outerSchema.safeParse(input);
  const fields = [...Object.keys(outerSchema.shape), ...Object.keys(filterSchema.shape)];
  const issues = outer.success ? [] : requestIssues(outer.error.issues, input, fields);
  const filter: RecommendationFilter = outer.success ? (outer.data.filter ?? {}) : {};
  issues.push(...unknownNames(namesIn(input)));
  const plan = planIn(input);
  if (plan !== null && !plan.ok) issues.push(...plan.issues);
  if (issues.length > 0 || !outer.success || plan === null || !plan.ok) return { ok: false, issues };
  return {
    ok: true,
    plan: plan.parsed,
    goal: outer.data.goal ?? "cheapest",
    filter,
    changes: outer.data.changes ?? false,
  };
}

const VENDORS = [...new Set(GPUS.map(({ vendor }) => vendor))];
const GPU_IDS = GPUS.flatMap(({ id }) => (id === null ? [] : [id]));

/** The lists of names that are lists, so that their entries are judged although something else is wrong. */
function namesIn(input: unknown): Pick<RecommendationFilter, "owned" | "vendors"> {
  const filter = isRecord(input) && isRecord(input.filter) ? input.filter : {};
  const list = (name: "owned" | "vendors") => {
    const read = filterSchema.shape[name].safeParse(filter[name]);
    return read.success && read.data !== undefined ? { [name]: read.data } : {};
  };
  return { ...list("owned"), ...list("vendors") };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function unknownNames({ owned = [], vendors = [] }: RecommendationFilter): Issue[] {
  const check = (path: string, given: readonly string[], known: readonly string[], what: string) =>
    given.flatMap((name, index) => {
      if (known.includes(name)) return [];
      const near = nearestNames(name, known);
      const hint = near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "";
      return [issueAbout(`${path}.${index}`, "unknown_name", name, `is no ${what} of the catalogue${hint}`, near)];
    });
  return [...check("filter.owned", owned, GPU_IDS, "GPU"), ...check("filter.vendors", vendors, VENDORS, "vendor")];
}
