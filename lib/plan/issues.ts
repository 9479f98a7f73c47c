/** Turns what zod found into issues that say what was received and what would be accepted. */

import type { z } from "zod";
import { nearestNames } from "../catalogue/nearest-names";
import { shownValue } from "../catalogue/shown-value";
import { STRATEGY_DEFAULTS } from "./defaults";
import type { Issue } from "./plan";
import { PLAN_FIELDS, STRATEGY_FIELDS } from "./schema";

type ZodIssue = z.core.$ZodIssue;

/**
 * @param found  what zod reports for `input`
 * @returns one issue for each place, in the order found; a list of unknown fields becomes one issue each
 */
export function issuesFromZod(found: readonly ZodIssue[], input: unknown): Issue[] {
  const issues = new Map<string, Issue>();
  for (const issue of found.flatMap((each) =>
    each.code === "invalid_union" ? likeliestBranch(each, input) : [each],
  )) {
    for (const translated of translate(issue, input)) {
      if (!issues.has(translated.path)) issues.set(translated.path, translated);
    }
  }
  return [...issues.values()];
}

/** An issue about one value: the message completes "<field> <value> …". */
export function issueAbout(
  path: string,
  code: string,
  value: unknown,
  message: string,
  suggestions: readonly string[] = [],
): Issue {
  return {
    path,
    code,
    message: value === undefined ? `${path} is missing: it ${message}` : `${path} ${shownValue(value)} ${message}`,
    ...(value === undefined ? {} : { received: shownValue(value) }),
    ...(suggestions.length > 0 ? { suggestions } : {}),
  };
}

function translate(issue: ZodIssue, input: unknown): Issue[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownField(path, key, valueAt(input, [...issue.path, key]), input));
  }
  const value = valueAt(input, issue.path);
  if (path === "strategy.kind") {
    const kinds = Object.keys(STRATEGY_DEFAULTS);
    const message = `must be one of ${kinds.join(", ")}`;
    return [issueAbout(path, "invalid_value", value, message, nearestChoices(value, kinds))];
  }
  const where = path === "" ? "plan" : path;
  const suggestions = issue.code === "invalid_value" ? nearestChoices(value, issue.values) : [];
  return [{ ...issueAbout(where, codeOf(issue), value, issue.message, suggestions), path }];
}

function unknownField(parent: string, key: string, value: unknown, input: unknown): Issue {
  const path = parent === "" ? key : `${parent}.${key}`;
  const shown = path.length > 80 ? `${path.slice(0, 79)}…` : path;
  const owner = Object.entries(STRATEGY_FIELDS).find(([field]) => field === key)?.[1];
  if (owner !== undefined) {
    const kind = valueAt(input, ["strategy", "kind"]);
    const message = `belongs to the strategy ${owner}, not to ${kind === undefined ? "the plan" : shownValue(kind)}; remove it or set strategy.kind to "${owner}"`;
    return issueAbout(shown, "contradiction", value, message, [owner]);
  }
  const known = parent === "" ? Object.keys(PLAN_FIELDS) : parent === "strategy" ? Object.keys(STRATEGY_FIELDS) : [];
  const near = nearestNames(key, known);
  const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "remove it";
  return issueAbout(shown, "unknown_field", value, `is not a field of a plan; ${hint}`, near);
}

/** A text can only have been meant as a name, and an object as a description. */
function likeliestBranch(union: Extract<ZodIssue, { code: "invalid_union" }>, input: unknown): readonly ZodIssue[] {
  const value = valueAt(input, union.path);
  const branch = union.errors[1];
  if (branch === undefined || typeof value !== "object" || value === null || Array.isArray(value)) return [union];
  return branch.map((issue) => ({ ...issue, path: [...union.path, ...issue.path] }));
}

/** The choices nearest to a text, or all of them. */
export function nearestChoices(value: unknown, choices: readonly unknown[]): string[] {
  const names = choices.filter((choice) => typeof choice === "string");
  if (typeof value !== "string") return names;
  const near = nearestNames(value, names);
  return near.length > 0 ? near : names;
}

/** The stable code of what zod found. */
export function codeOf(issue: ZodIssue): string {
  switch (issue.code) {
    case "too_big":
    case "too_small":
      return "out_of_range";
    case "invalid_type":
      return "wrong_type";
    default:
      return "invalid_value";
  }
}

/** What an input holds at a path; undefined where it ends early. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
