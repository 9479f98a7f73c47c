/** Everything that can go wrong over HTTP, as RFC 9457 problem details. */

import * as z from "zod";
import type { Issue } from "../plan/plan";

/** A `type` is an anchor of the docs page, so that following it explains the problem. */
const TYPE_BASE = "/api/docs#problem-";

/** One row for each kind of problem. `summary` is what the docs say about it. */
export const PROBLEM_KINDS = {
  "not-json": {
    status: 400,
    title: "The body is not JSON",
    summary:
      "The body could not be read as JSON in UTF-8. The answer gives position, line and column of the first fault.",
  },
  "bad-address": {
    status: 400,
    title: "The address cannot be decoded",
    summary: "A percent sign in a path is followed by two hexadecimal digits, and they spell UTF-8.",
  },
  unauthorized: {
    status: 401,
    title: "A token is needed",
    summary: "Validation runs programs on the server. Send the server's token as `Authorization: Bearer <token>`.",
  },
  "validation-off": {
    status: 403,
    title: "Validation is off on this server",
    summary:
      "It is on for requests from the machine itself where the server listens on 127.0.0.1, and for others once a token is set.",
  },
  "not-found": {
    status: 404,
    title: "Nothing is here",
    summary: "No plan or validation is stored under this id, or no operation has this path.",
  },
  "method-not-allowed": {
    status: 405,
    title: "This path does not answer this method",
    summary: "The `Allow` header lists the methods that are answered.",
  },
  "too-large": {
    status: 413,
    title: "The body is too large",
    summary: "Bodies are read up to 256 KiB; a plan is about 1 KiB.",
  },
  "not-json-type": {
    status: 415,
    title: "The body is announced as something else than JSON",
    summary: "Send `Content-Type: application/json`, in UTF-8 and without content encoding.",
  },
  invalid: {
    status: 422,
    title: "The request cannot be answered as it is",
    summary: "`issues` lists every problem at once, each with its path, the value received and the way out.",
  },
  "queue-full": {
    status: 429,
    title: "Too many validations wait",
    summary: "They run one after the other. Try again when some have ended, or cancel one.",
  },
  internal: {
    status: 500,
    title: "Something broke on our side",
    summary: "A mistake of ours. It was logged; the same request is likely to fail again.",
  },
  unavailable: {
    status: 503,
    title: "The plan store cannot be reached",
    summary: "The database does not answer. Estimates do not need it and go on working; try again later.",
  },
} as const satisfies Record<string, { readonly status: number; readonly title: string; readonly summary: string }>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;

export const issueSchema = z
  .object({
    path: z.string().describe("Field the issue is about, such as `strategy.rank`; empty for the request as a whole"),
    code: z.string().describe("Stable name of the kind of issue"),
    message: z.string().describe("What is wrong and the way out"),
    received: z.string().optional().describe("The value received, shortened to be shown"),
    suggestions: z.array(z.string()).optional().describe("Accepted values nearest to the one received"),
  })
  .meta({ description: "One thing wrong with what was sent" }) satisfies z.ZodType<Issue>;

export const problemSchema = z
  .object({
    type: z.string().describe("Reference to the explanation of this kind of problem"),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe("What is wrong with this request in particular"),
    issues: z.array(issueSchema).optional().describe("Every issue found, at most 100"),
    position: z.int().optional().describe("Where the body stops being JSON, in characters from 0"),
    line: z.int().optional().describe("The same as a line, from 1"),
    column: z.int().optional().describe("The same as a column of that line, from 1"),
  })
  .meta({ description: "Problem details after RFC 9457" });

export type Problem = z.infer<typeof problemSchema>;

/** `title` stands for the usual one where that would speak of something else than was sent. */
type Extensions = Pick<Problem, "issues" | "position" | "line" | "column"> & { readonly title?: string };

/** A request that cannot be answered: thrown anywhere below a handler, told to the client by the handler. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(kind: ProblemKind, detail: string, extensions: Extensions = {}, options: ErrorOptions = {}) {
    super(detail, options);
    this.name = "ProblemError";
    const { status, title } = PROBLEM_KINDS[kind];
    this.problem = { type: `${TYPE_BASE}${kind}`, title, status, detail, ...extensions };
  }

  /** Says every issue of an invalid request. */
  static invalid(issues: readonly Issue[]): ProblemError {
    const shown = issues.slice(0, ISSUE_LIMIT).map(({ suggestions, ...issue }) => ({
      ...issue,
      ...(suggestions === undefined ? {} : { suggestions: [...suggestions] }),
    }));
    return new ProblemError("invalid", summaryOf(issues), { issues: shown });
  }
}

/** Answers stay small even when a hostile body is wrong in ten thousand places. */
const ISSUE_LIMIT = 100;

function summaryOf(issues: readonly Issue[]): string {
  const [first] = issues;
  if (issues.length === 1 && first !== undefined) return first.message;
  const rest = issues.length > ISSUE_LIMIT ? `; the first ${ISSUE_LIMIT} are listed` : "";
  return `${issues.length} problems found${rest}.`;
}

/**
 * The one place where a thrown value becomes a problem. What is not known to be somebody else's fault is ours:
 * its text may hold anything, so it is for the log and not for the answer.
 */
export function problemOf(error: unknown): {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
} {
  if (error instanceof ProblemError) return { problem: error.problem, headers: {} };
  if (isStoreUnavailable(error)) {
    const detail = "The database that holds stored plans does not answer. Try again in a moment.";
    return { problem: new ProblemError("unavailable", detail).problem, headers: { "Retry-After": "10" } };
  }
  const detail = "The request could not be answered. The cause was logged on the server.";
  return { problem: new ProblemError("internal", detail).problem, headers: {} };
}

/** Told by its `code`, because this room may not import the store. */
function isStoreUnavailable(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "store_unavailable";
}
