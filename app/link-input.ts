import { isRecord, type PlanInput } from "@/components/planner/plan-input";
import { decodeLink } from "@/lib/plan/link";
import { parsePlan } from "@/lib/plan/parse-plan";
import type { Plan } from "@/lib/plan/plan";

/** What a first visit sees: a run that many people try first, on a card that many have. */
export const EXAMPLE: PlanInput = { model: "ViT-L-14", gpu: "rtx-4090" };

export type SearchParams = Readonly<Record<string, string | string[] | undefined>>;

/** The parameters of an address as the browser knows them. */
export function queryOf(params: SearchParams): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(params)) {
    for (const value of [values ?? []].flat()) query.append(name, value);
  }
  return query;
}

/**
 * The plan that an address asks about; the example where it asks about none.
 *
 * @param ignored  parameters of the page itself
 */
export function planInLink(query: URLSearchParams, ignored: readonly string[] = []): PlanInput {
  const saysNothing = [...query.keys()].every((name) => ignored.includes(name));
  const given = saysNothing ? EXAMPLE : decodeLink(query, ignored);
  return isRecord(given) ? given : EXAMPLE;
}

/** The example with every field filled in. */
export function examplePlan(): Plan {
  const parsed = parsePlan(EXAMPLE);
  if (!parsed.ok) throw new Error(`the example plan is refused: ${JSON.stringify(parsed.issues)}`);
  return parsed.plan;
}
