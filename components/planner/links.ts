/** Addresses that hold plans. */

import { decodeLink, encodeLink } from "@/lib/plan/link";
import type { Plan } from "@/lib/plan/plan";
import { MEASURED_PARAMETERS, type Measured, measuredIn, measuredQuery } from "./measured";

/** Path and query that restore a plan; null for a configuration too long for any link. */
export function linkTo(plan: Plan): string | null {
  const query = queryOf(plan);
  return query === null ? null : `/?${query}`;
}

/**
 * Path and query that set two plans side by side; null where one of them is too long for any link.
 *
 * @param measured  measurements of the card of each, which travel with its plan
 */
export function linkToComparison(a: Plan, b: Plan, measured: MeasuredSides = NONE_MEASURED): string | null {
  const [left, right] = [queryOf(a), queryOf(b)];
  if (left === null || right === null) return null;
  const sides = [`${left}${measuredQuery(measured.a)}`, `${right}${measuredQuery(measured.b)}`].map(nested);
  return `/compare?a=${sides[0]}&b=${sides[1]}`;
}

export type MeasuredSides = Readonly<Record<"a" | "b", Measured | null>>;

const NONE_MEASURED: MeasuredSides = { a: null, b: null };

/** Measurements that the address has for the plan of one side. */
export function measuredOfSide(params: URLSearchParams, side: "a" | "b"): Measured | null {
  return measuredIn(new URLSearchParams(params.get(side) ?? ""));
}

/** What the plan of one side of a comparison says; null where the address has none. Nothing is checked here. */
export function planOfSide(params: URLSearchParams, side: "a" | "b"): unknown {
  const query = params.get(side);
  return query === null || query === "" ? null : decodeLink(new URLSearchParams(query), MEASURED_PARAMETERS);
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
