"use server";

import { todaysDate } from "@/app/clock";
import { isRecord } from "@/components/planner/plan-input";
import { answerEstimate } from "@/lib/api/answer-estimate";
import { answerDataOverview, type DataOverview, type DataQuestion } from "@/lib/api/data-overview";
import { createEstimate } from "@/lib/api/operations";
import { parseBody } from "@/lib/api/parse-body";
import { ProblemError, problemOf } from "@/lib/api/problem";
import { answerRecommendation, createRecommendation } from "@/lib/api/recommendation-operation";
import { calibratedCard } from "@/lib/estimate/calibration";
import { readCalibration } from "@/lib/estimate/calibration-text";
import type { Change, Estimate } from "@/lib/estimate/estimate";
import { changesThatHelp } from "@/lib/estimate/plan";
import type { Recommendation } from "@/lib/estimate/recommendation";
import { exportPlan } from "@/lib/export/export-plan";
import { EXPORT_FORMATS, type Export } from "@/lib/export/exported";
import { issueAbout } from "@/lib/plan/issues";
import type { ParsedPlan } from "@/lib/plan/parse-plan";
import type { Issue, Plan } from "@/lib/plan/plan";
import type { CardCalibrationAnswer } from "@/lib/profile/card-calibration";
import { savePlan } from "@/lib/store/plans";

type Refusal =
  | { readonly kind: "invalid"; readonly issues: readonly Issue[] }
  | { readonly kind: "failed"; readonly message: string };

type EstimateOutcome = { readonly kind: "estimate"; readonly estimate: Estimate } | Refusal;
type ChangesOutcome = { readonly kind: "changes"; readonly changes: readonly Change[] } | Refusal;
type RecommendOutcome =
  | { readonly kind: "recommendation"; readonly plan: Plan; readonly recommendation: Recommendation }
  | Refusal;
type ExportOutcome = { readonly kind: "export"; readonly exported: Export } | Refusal;
type DataOutcome = { readonly kind: "overview"; readonly overview: DataOverview } | Refusal;
type SaveOutcome = { readonly kind: "saved"; readonly id: string } | Refusal;

/**
 * The figures of a plan, or every issue with it.
 *
 * @param calibration  measurements of its card as a link writes them; what cannot be read of them is said in the answer
 */
export async function estimateAction(input: unknown, calibration: unknown = null): Promise<EstimateOutcome> {
  return act("estimateAction", planOf(input), (parsed) => ({
    kind: "estimate",
    estimate: estimateWith(parsed, calibration),
  }));
}

/** Single changes of the plan and the memory that each would save. */
export async function changesAction(input: unknown, calibration: unknown = null): Promise<ChangesOutcome> {
  return act("changesAction", planOf(input), (parsed) => {
    const answer = calibrationOf(calibration);
    const gpu = calibratedCard(parsed.gpu, answer?.kind === "calibrated" ? answer.calibration : null);
    return { kind: "changes", changes: changesThatHelp({ ...parsed, gpu }) };
  });
}

/** The plan on every GPU, and what it was taken to say. `options` are `{ goal, filter }`; both may be left out. */
export async function recommendAction(
  input: unknown,
  options: unknown = {},
  calibration: unknown = null,
): Promise<RecommendOutcome> {
  const request = () => parseBody(createRecommendation.body, requestOf(input, options));
  return act("recommendAction", request, (parsed) => {
    const measured = calibrationOf(calibration);
    const card = measured?.kind === "calibrated" ? measured.calibration : null;
    const recommendation = answerRecommendation(parsed, todaysDate(), card);
    return {
      kind: "recommendation",
      plan: parsed.plan.plan,
      recommendation:
        measured?.kind === "not_calibrated" ? { ...recommendation, noCalibration: measured.why } : recommendation,
    };
  });
}

/** What is no object of options reaches the parser as it is, to be refused in its words. */
function requestOf(input: unknown, options: unknown): unknown {
  return isRecord(options) ? { ...options, plan: input } : options;
}

/** How much data, which strategy and what a search takes. The question has the parts of a `DataQuestion`; each may be left out. */
export async function dataAction(question: unknown): Promise<DataOutcome> {
  return act(
    "dataAction",
    () => dataQuestion(question),
    (parts) => ({ kind: "overview", overview: answerDataOverview(parts, todaysDate()) }),
  );
}

/** @throws {ProblemError} where a part is no object */
function dataQuestion(question: unknown): DataQuestion {
  const whole = isRecord(question) ? question : { question };
  const issues: Issue[] = [];
  const part = (name: "data" | "plan" | "ranking" | "search") => {
    const value = whole[name] ?? {};
    if (isRecord(value)) return value;
    issues.push(issueAbout(name, "invalid_type", value, "must be an object"));
    return {};
  };
  const parts = { data: part("data"), plan: part("plan"), ranking: part("ranking"), search: part("search") };
  if (!isRecord(question)) issues.push(issueAbout("question", "invalid_type", question, "must be an object"));
  if (issues.length > 0) throw ProblemError.invalid(issues);
  return { ...parts, ...(whole.images === undefined ? {} : { images: whole.images }) };
}

/** Stores the plan with its figures as they are now. */
export async function savePlanAction(input: unknown, calibration: unknown = null): Promise<SaveOutcome> {
  return act("savePlanAction", planOf(input), async (parsed) => {
    const { id } = await savePlan({ plan: parsed.plan, estimate: estimateWith(parsed, calibration) });
    return { kind: "saved", id };
  });
}

/** The plan as a command, a script, a task or a document; a form that cannot hold it says why. */
export async function exportAction(
  input: unknown,
  format: unknown,
  calibration: unknown = null,
): Promise<ExportOutcome> {
  const known = EXPORT_FORMATS.find((each) => each === format);
  if (known === undefined) {
    const message = `must be one of ${EXPORT_FORMATS.join(", ")}`;
    return { kind: "invalid", issues: [issueAbout("format", "invalid_value", format, message, EXPORT_FORMATS)] };
  }
  return act("exportAction", planOf(input), (parsed) => ({
    kind: "export",
    exported: exportPlan(known, parsed, estimateWith(parsed, calibration)),
  }));
}

function estimateWith(parsed: ParsedPlan, calibration: unknown): Estimate {
  return answerEstimate(parsed, todaysDate(), [], calibrationOf(calibration));
}

function calibrationOf(text: unknown): CardCalibrationAnswer | undefined {
  if (text === null) return undefined;
  const reading = readCalibration(String(text));
  return reading.ok
    ? { kind: "calibrated", calibration: reading.calibration }
    : {
        kind: "not_calibrated",
        why: `the measurements that came with the plan cannot be read: their text ${reading.message}`,
      };
}

function planOf(input: unknown) {
  return () => parseBody(createEstimate.body, input);
}

/** Every failure is an answer: what an action throws reaches the page as an error without any words. */
async function act<Request, Outcome>(
  name: string,
  read: () => Request,
  answer: (request: Request) => Outcome | Promise<Outcome>,
): Promise<Outcome | Refusal> {
  try {
    return await answer(read());
  } catch (error) {
    const { problem } = problemOf(error);
    if (problem.issues !== undefined) return { kind: "invalid", issues: problem.issues };
    console.error(`${name} failed`, error);
    return { kind: "failed", message: problem.detail };
  }
}
