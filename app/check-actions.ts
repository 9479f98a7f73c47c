"use server";

import { headers } from "next/headers";
import { previewCheck } from "@/app/check-preview";
import { measuredDeviceOf } from "@/app/measured-device";
import { endValidation, readValidation, recentValidations, requireAccess, submitValidation } from "@/app/validations";
import type {
  CheckQuestion,
  HistoryAnswer,
  NoAccess,
  PreviewAnswer,
  StartAnswer,
  UseAnswer,
  ValidationAnswer,
} from "@/components/check/answers";
import { historyRow } from "@/components/check/history-row";
import type { Failed } from "@/components/planner/answers";
import { isRecord } from "@/components/planner/plan-input";
import { problemOf } from "@/lib/api/problem";
import { parseValidationRequest } from "@/lib/api/validation-request-schema";

const LISTED = 20;

/** What would run and what it takes, worked out for this machine. */
export async function previewCheckAction(question: unknown, token: unknown): Promise<PreviewAnswer> {
  return withAccess("previewCheckAction", token, () => previewCheck(questionIn(question), { predicts: true }));
}

/** The same without what takes long, for the first sight of the page. */
export async function outlineCheckAction(question: unknown, token: unknown): Promise<PreviewAnswer> {
  return withAccess("outlineCheckAction", token, () => previewCheck(questionIn(question), { predicts: false }));
}

export async function startCheckAction(question: unknown, token: unknown): Promise<StartAnswer> {
  return withAccess("startCheckAction", token, async (): Promise<StartAnswer> => {
    const reading = parseValidationRequest(question);
    if (!reading.ok) return { kind: "invalid", issues: reading.issues };
    return { kind: "started", id: (await submitValidation(reading.request)).id };
  });
}

export async function historyAction(token: unknown): Promise<HistoryAnswer> {
  return withAccess("historyAction", token, async () => {
    // One more than is shown says whether there are more.
    const validations = await recentValidations(LISTED + 1);
    return {
      kind: "history",
      rows: validations.slice(0, LISTED).map(historyRow),
      hasMore: validations.length > LISTED,
    };
  });
}

export async function readCheckAction(id: unknown, token: unknown): Promise<ValidationAnswer> {
  return withAccess("readCheckAction", token, () =>
    orMissing(async () => (await readValidation(String(id))).validation),
  );
}

export async function cancelCheckAction(id: unknown, token: unknown): Promise<ValidationAnswer> {
  return withAccess("cancelCheckAction", token, () => orMissing(() => endValidation(String(id))));
}

/** What the measurements of a check's device say, all checks on it that this server keeps together. */
export async function useOfCheckAction(id: unknown, token: unknown): Promise<UseAnswer> {
  return withAccess("useOfCheckAction", token, async (): Promise<UseAnswer> => {
    const read = await orMissing(async () => (await readValidation(String(id))).validation);
    return read.kind === "missing" ? read : measuredDeviceOf(read.validation);
  });
}

async function orMissing(
  validation: () => ReturnType<typeof endValidation>,
): Promise<Extract<ValidationAnswer, { kind: "validation" | "missing" }>> {
  try {
    return { kind: "validation", validation: await validation() };
  } catch (error) {
    if (problemOf(error).problem.status === 404) return { kind: "missing" };
    throw error;
  }
}

/** What is no question at all reaches the reader as a plan that is missing, to be refused in its words. */
function questionIn(value: unknown): CheckQuestion {
  return isRecord(value) ? { ...value, plan: value.plan } : { plan: undefined };
}

const TOKEN_LETTERS = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/** Answers those who may run something on this machine. Every failure is an answer, as for the other actions. */
async function withAccess<Answer>(
  name: string,
  token: unknown,
  answer: () => Promise<Answer>,
): Promise<Answer | NoAccess | Failed> {
  try {
    const given = new Headers(await headers());
    // The rules of the API hold: what a page says by its token, a program says in this header.
    if (typeof token === "string" && TOKEN_LETTERS.test(token)) given.set("authorization", `Bearer ${token}`);
    requireAccess(given);
    return await answer();
  } catch (error) {
    const { problem } = problemOf(error);
    if (problem.status === 401) return { kind: "no_access", needs: "token" };
    if (problem.status === 403) return { kind: "no_access", needs: "off" };
    if (problem.status >= 500) console.error(`${name} failed`, error);
    return { kind: "failed", message: problem.detail };
  }
}
