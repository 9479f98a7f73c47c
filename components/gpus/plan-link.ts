import { type Measured, measuredQuery } from "@/components/planner/measured";
import type { RecommendationRow } from "@/lib/estimate/recommendation";
import { encodeLink } from "@/lib/plan/link";
import type { Plan } from "@/lib/plan/plan";

/**
 * The planner with this plan on these GPUs; null for a plan that no link can hold.
 *
 * @param measured  measurements of one card; they travel with the plan to that card alone
 */
export function planLink(
  plan: Plan,
  { gpuId, deviceCount }: Pick<RecommendationRow, "gpuId" | "deviceCount">,
  measured: Measured | null = null,
): string | null {
  const query = planQuery({ ...plan, gpu: gpuId, deviceCount });
  if (query === null) return null;
  return `/?${query}${measuredQuery(isMeasuredCard(gpuId, measured) ? measured : null)}`;
}

function isMeasuredCard(gpuId: string, measured: Measured | null): boolean {
  return measured?.text.startsWith(`${gpuId},`) === true;
}

/** Query string without "?" that restores a plan; null for a configuration too long for any link. */
export function planQuery(plan: Plan): string | null {
  try {
    return encodeLink(plan);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
