"use server";

import { todaysDate } from "@/app/clock";
import { createEstimate } from "@/lib/api/operations";
import { parseBody } from "@/lib/api/parse-body";
import { problemOf } from "@/lib/api/problem";
import type { Change, Estimate } from "@/lib/estimate/estimate";
import { changesThatHelp, estimatePlan } from "@/lib/estimate/plan";
import type { ParsedPlan } from "@/lib/plan/parse-plan";
import type { Issue } from "@/lib/plan/plan";
import { savePlan } from "@/lib/store/plans";

type Refusal =
  | { readonly kind: "invalid"; readonly issues: readonly Issue[] }
  | { readonly kind: "failed"; readonly message: string };

type EstimateOutcome = { readonly kind: "estimate"; readonly estimate: Estimate } | Refusal;
type ChangesOutcome = { readonly kind: "changes"; readonly changes: readonly Change[] } | Refusal;
type SaveOutcome = { readonly kind: "saved"; readonly id: string } | Refusal;

/** The figures of a plan, or every issue with it. */
export async function estimateAction(input: unknown): Promise<EstimateOutcome> {
  return act("estimateAction", input, (parsed) => ({
    kind: "estimate",
    estimate: estimatePlan(parsed, { today: todaysDate() }),
  }));
}

/** Single changes of the plan and the memory that each would save. */
export async function changesAction(input: unknown): Promise<ChangesOutcome> {
  return act("changesAction", input, (parsed) => ({ kind: "changes", changes: changesThatHelp(parsed) }));
}

/** Stores the plan with its figures as they are now. */
export async function savePlanAction(input: unknown): Promise<SaveOutcome> {
  return act("savePlanAction", input, async (parsed) => {
    const { id } = await savePlan({ plan: parsed.plan, estimate: estimatePlan(parsed, { today: todaysDate() }) });
    return { kind: "saved", id };
  });
}

/** Every failure is an answer: what an action throws reaches the page as an error without any words. */
async function act<Outcome>(
  name: string,
  input: unknown,
  answer: (parsed: ParsedPlan) => Outcome | Promise<Outcome>,
): Promise<Outcome | Refusal> {
  try {
    return await answer(parseBody(createEstimate.body, input));
  } catch (error) {
    const { problem } = problemOf(error);
    if (problem.issues !== undefined) return { kind: "invalid", issues: problem.issues };
    console.error(`${name} failed`, error);
    return { kind: "failed", message: problem.detail };
  }
}
