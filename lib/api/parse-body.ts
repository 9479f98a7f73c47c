/** Checks an input against an operation, for every way in: HTTP, server actions and the command line. */

import type { Issue } from "../plan/plan";
import { unusableJsonValues } from "./json";
import type { Accepted, Refused, RequestBody } from "./operation";
import { ProblemError } from "./problem";

/**
 * @param found  issues that were found when the input was read
 * @returns what the operation's parser made of the input, or every issue found
 */
export function checkBody<Body extends Accepted>(
  body: RequestBody<Body>,
  input: unknown,
  found: readonly Issue[] = [],
): Body | Refused {
  const checked = checkValue(body, input);
  if (found.length === 0) return checked;
  return { ok: false, issues: checked.ok ? found : [...found, ...checked.issues] };
}

function checkValue<Body extends Accepted>(body: RequestBody<Body>, input: unknown): Body | Refused {
  const unusable = unusableJsonValues(input);
  // Nothing else may walk a value of such depth: a recursive walk would end in a stack overflow.
  if (unusable.some(({ code }) => code === "too_deep")) return { ok: false, issues: unusable };
  const parsed = body.parse(input);
  if (!parsed.ok) return { ok: false, issues: merge(parsed.issues, unusable) };
  return unusable.length > 0 ? { ok: false, issues: unusable } : parsed;
}

/** @throws {ProblemError} 422 with every issue found */
export function parseBody<Body extends Accepted>(
  body: RequestBody<Body>,
  input: unknown,
  found: readonly Issue[] = [],
): Body {
  const checked = checkBody(body, input, found);
  if (!checked.ok) throw ProblemError.invalid(checked.issues);
  return checked;
}

/** The parser's own words are the better ones where both speak about the same place. */
function merge(issues: readonly Issue[], others: readonly Issue[]): readonly Issue[] {
  const told = new Set(issues.map(({ path }) => path));
  return [...issues, ...others.filter(({ path }) => !told.has(path))];
}
