/** Makes a route handler of an operation: read, check, answer, and say every failure as problem details. */

import { nearestNames } from "../catalogue/nearest-names";
import type { Accepted, Method, Operation } from "./operation";
import { parseBody } from "./parse-body";
import { type Problem, ProblemError, problemOf } from "./problem";
import { parseParameters, parseQuery } from "./query";
import { readJsonBody } from "./read-body";

/** What a handler is given: the request, checked. `body` is what the operation's parser made of it. */
export interface Call<Body, Query, Path> {
  readonly body: Body;
  readonly query: Query;
  readonly parameters: Path;
}

export type RouteHandler = (request: Request, context?: { readonly params: Promise<unknown> }) => Promise<Response>;

/**
 * @param operation  declares what comes in and what goes out
 * @param answer     computes the answer; a thrown `ProblemError` is told to the client, anything else is logged
 * @param location   path of what was created, for the `Location` header
 */
export function handle<Body extends Accepted, Query, Path, Answer>(
  operation: Operation<Body, Query, Path, Answer>,
  answer: (call: Call<Body, Query, Path>) => Answer | Promise<Answer>,
  location?: (answer: Answer) => string,
): RouteHandler {
  return async (request, context) => {
    try {
      const query = parseQuery(operation.query, new URL(request.url).searchParams);
      const parameters = parseParameters(operation.parameters, (await context?.params) ?? {});
      const read = operation.body.schema === null ? NOTHING_READ : await readJsonBody(request);
      const body = parseBody(operation.body, read.value, read.issues);
      const value = await answer({ body, query, parameters });
      const headers = new Headers({ "Content-Type": "application/json", "Cache-Control": operation.cacheControl });
      if (location !== undefined) headers.set("Location", location(value));
      return new Response(JSON.stringify(value), { status: operation.status, headers });
    } catch (error) {
      const { problem, headers } = problemOf(error);
      if (problem.status >= 500) console.error(`${operation.operationId} failed`, error);
      return problemResponse(problem, headers);
    }
  };
}

const NOTHING_READ = { value: null, issues: [] } as const;

/** Handlers for the methods that a path does not answer; `OPTIONS` says which it does. */
export function refuseOthers(...allowed: readonly Method[]) {
  const allow = [...allowed.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])), "OPTIONS"].join(", ");
  const refuse: RouteHandler = async (request) => {
    const { problem } = new ProblemError(
      "method-not-allowed",
      `${request.method} is not answered here; use ${allowed.join(" or ")}.`,
    );
    return problemResponse(problem, { Allow: allow });
  };
  const options: RouteHandler = async () => new Response(null, { status: 204, headers: { Allow: allow } });
  return { GET: refuse, POST: refuse, PUT: refuse, PATCH: refuse, DELETE: refuse, OPTIONS: options };
}

/** Answers paths under `/api` that lead nowhere, with the ones that were probably meant. */
export function refuseUnknownPath(paths: readonly string[]): RouteHandler {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const nearest = nearestNames(pathname, paths);
    const wayOut = nearest.length === 0 ? "See /api/docs." : `Did you mean ${nearest.join(" or ")}?`;
    const { problem } = new ProblemError("not-found", `No operation has the path ${pathname.slice(0, 200)}. ${wayOut}`);
    return problemResponse(problem);
  };
}

export function problemResponse(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
  });
}
