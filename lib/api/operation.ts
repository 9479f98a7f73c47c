/** What an operation of the API is. Handlers, OpenAPI and the docs page are all made from declarations of this shape. */

import type * as z from "zod";
import type { Issue } from "../plan/plan";
import type { ProblemKind } from "./problem";

export const METHODS = ["GET", "POST", "DELETE"] as const;

export type Method = (typeof METHODS)[number];

export interface Accepted {
  readonly ok: true;
}

export interface Refused {
  readonly ok: false;
  readonly issues: readonly Issue[];
}

export interface RequestBody<Body extends Accepted> {
  /** What OpenAPI says about the body; null for an operation that reads none. */
  readonly schema: z.ZodType | null;
  /** What reads it: the schema and everything that a schema cannot say. */
  readonly parse: (input: unknown) => Body | Refused;
}

/** The body of an operation that reads none. */
export const NO_BODY: RequestBody<Accepted> = { schema: null, parse: () => ({ ok: true }) };

/** A request worth showing: it is answered as it stands, which a test makes sure of. */
export interface Example {
  readonly id: string;
  readonly summary: string;
  /** Path and query, as a client sends them. */
  readonly url: string;
  readonly body?: unknown;
  readonly status: number;
}

export interface Operation<Body extends Accepted, Query, Path, Answer> {
  readonly operationId: string;
  readonly method: Method;
  /** With path parameters in braces, as OpenAPI writes them. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: z.ZodObject & z.ZodType<Path>;
  readonly query: z.ZodObject & z.ZodType<Query>;
  readonly body: RequestBody<Body>;
  /** Status of a successful answer. */
  readonly status: 200 | 201 | 202;
  readonly answer: z.ZodType<Answer>;
  readonly answerSummary: string;
  /** Where it is not JSON: a stream of events, each with an answer as its data. */
  readonly answerType?: "text/event-stream";
  readonly cacheControl: string;
  readonly problems: readonly ProblemKind[];
  readonly examples: readonly Example[];
}

/** What documents say of an operation, whatever its body, query and answer are. */
export interface AnyOperation {
  readonly operationId: string;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: { readonly schema: z.ZodType | null };
  readonly status: 200 | 201 | 202;
  readonly answer: z.ZodType;
  readonly answerSummary: string;
  readonly answerType?: "text/event-stream";
  readonly problems: readonly ProblemKind[];
  readonly examples: readonly Example[];
}
