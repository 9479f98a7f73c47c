/** Addresses that hold plans. */

import { decodeLink, encodeLink } from "@/lib/plan/link";
import type { Plan } from "@/lib/plan/plan";

/** Path and query that restore a plan; null for a configuration too long for any link. */
export function linkTo(plan: Plan): string | null {
  const query = queryOf(plan);
  return query === null ? null : `/?${query}`;
}

/** Path and query that set two plans side by side; null where one of them is too long for any link. */
export function linkToComparison(a: Plan, b: Plan): string | null {
  const [left, right] = [queryOf(a), queryOf(b)];
  return left === null || right === null ? null : `/compare?a=${nested(left)}&b=${nested(right)}`;
}

/** What the plan of one side of a comparison says; null where the address has none. Nothing is checked here. */
export function planOfSide(params: URLSearchParams, side: "a" | "b"): unknown {
  const query = params.get(side);
  return query === null || query === "" ? null : decodeLink(new URLSearchParams(query));
}

/** A query within a query: only what would end it or be read as another letter is written otherwise. */
function nested(query: string): string {
  return query.replace(/[%&+#]/g, encodeURIComponent);
}

function queryOf(plan: Plan): string | null {
  try {
    return encodeLink(plan);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
