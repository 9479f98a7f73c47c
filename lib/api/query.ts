/** Reads the parameters of a query string or a path against their schema. */

import * as z from "zod";
import { nearestNames } from "../catalogue/nearest-names";
import type { Issue } from "../plan/plan";
import { ProblemError } from "./problem";

/**
 * Lists are written with commas or by repeating the name; anything else may be given once.
 *
 * @throws {ProblemError} 422 with every issue, unknown names included
 */
export function parseQuery<Query>(schema: z.ZodObject & z.ZodType<Query>, search: URLSearchParams): Query {
  const issues: Issue[] = [];
  const input: Record<string, unknown> = {};
  const known = Object.keys(schema.shape);
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    const parameter = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
    if (parameter === undefined) {
      issues.push(unknownParameter(name, known));
    } else if (isList(parameter)) {
      input[name] = values.flatMap((value) => value.split(",")).filter((value) => value !== "");
    } else if (values.length > 1) {
      const message = `${name} is given ${values.length} times; give it once`;
      issues.push({ path: `query.${name}`, code: "repeated", message, received: shown(values.join(", ")) });
    } else {
      input[name] = values[0];
    }
  }
  const parsed = schema.safeParse(input);
  if (parsed.success && issues.length === 0) return parsed.data;
  throw ProblemError.invalid([
    ...issues,
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => asIssue("query", input, issue))),
  ]);
}

/** @throws {ProblemError} 404, because a path that cannot exist leads nowhere */
export function parseParameters<Path>(schema: z.ZodType<Path>, input: unknown): Path {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ProblemError("not-found", "Nothing is stored under this address.");
}

function isList(schema: z.core.$ZodType): boolean {
  return (
    schema instanceof z.ZodArray ||
    ((schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) && isList(schema.unwrap()))
  );
}

function unknownParameter(name: string, known: readonly string[]): Issue {
  const suggestions = nearestNames(name, known);
  const wayOut = known.length === 0 ? "this operation takes none" : `this operation takes ${known.join(", ")}`;
  return {
    path: `query.${shown(name)}`,
    code: "unknown_parameter",
    message: `the query parameter ${shown(name)} is not known; ${wayOut}`,
    ...(suggestions.length === 0 ? {} : { suggestions }),
  };
}

function asIssue(root: string, input: Readonly<Record<string, unknown>>, issue: z.core.$ZodIssue): Issue {
  const path = [root, ...issue.path.filter((step) => typeof step === "string")].join(".");
  const received = issue.path.reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), input);
  const suggestions = issue.code === "invalid_value" ? issue.values.map(String) : undefined;
  const choice = suggestions === undefined ? issue.message : `it takes ${suggestions.join(", ")}`;
  return {
    path,
    code: issue.code,
    message: `${path}: ${choice}`,
    ...(received === undefined ? {} : { received: shown(String(received)) }),
    ...(suggestions === undefined ? {} : { suggestions }),
  };
}

function isRecord(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === "object" && value !== null;
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
