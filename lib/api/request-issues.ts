/** Turns what zod found in a request that is no plan into issues: what was received, and what would be accepted. */

import type { z } from "zod";
import { nearestNames } from "../catalogue/nearest-names";
import { shownValue } from "../catalogue/shown-value";
import { codeOf, issueAbout, nearestChoices, valueAt } from "../plan/issues";
import type { Issue } from "../plan/plan";

type ZodIssue = z.core.$ZodIssue;

/**
 * @param found   what zod reports for `input`; its messages complete "<field> <value> …"
 * @param fields  names that objects of the request may have, for "did you mean"
 * @returns one issue for each place
 */
export function requestIssues(found: readonly ZodIssue[], input: unknown, fields: readonly string[]): Issue[] {
  const issues = new Map<string, Issue>();
  for (const issue of found) {
    for (const translated of translate(issue, input, fields)) {
      if (!issues.has(translated.path)) issues.set(translated.path, translated);
    }
  }
  return [...issues.values()];
}

function translate(issue: ZodIssue, input: unknown, fields: readonly string[]): Issue[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const near = nearestNames(key, fields);
      const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : "remove it";
      const at = path === "" ? key : `${path}.${key}`;
      const value = valueAt(input, [...issue.path, key]);
      return issueAbout(at.slice(0, 80), "unknown_field", value, `is not a field here; ${hint}`, near);
    });
  }
  const value = valueAt(input, issue.path);
  const suggestions = issue.code === "invalid_value" ? nearestChoices(value, issue.values) : [];
  // A message that a schema wrote for the whole of a value starts with a capital and stands alone.
  if (issue.code === "custom") return [{ path, code: "invalid_value", message: issue.message, ...received(value) }];
  return [{ ...issueAbout(path === "" ? "request" : path, codeOf(issue), value, issue.message, suggestions), path }];
}

function received(value: unknown): Pick<Issue, "received"> {
  return value === undefined ? {} : { received: shownValue(value) };
}
