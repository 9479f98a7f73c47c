import type { RecommendationRow } from "@/lib/estimate/recommendation";
import { encodeLink } from "@/lib/plan/link";
import type { Plan } from "@/lib/plan/plan";

/** The planner with this plan on these GPUs; null for a plan that no link can hold. */
export function planLink(
  plan: Plan,
  { gpuId, deviceCount }: Pick<RecommendationRow, "gpuId" | "deviceCount">,
): string | null {
  const query = planQuery({ ...plan, gpu: gpuId, deviceCount });
  return query === null ? null : `/?${query}`;
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
