"use client";

import { createContext, useContext } from "react";
import type { Measured } from "@/components/planner/measured";
import type { RecommendationRow } from "@/lib/estimate/recommendation";
import type { Plan } from "@/lib/plan/plan";
import { planLink } from "./plan-link";

/** Measurements of one card that the page's figures rest on. */
export const MeasuredContext = createContext<Measured | null>(null);

/** Links to the planner, which take those measurements along to their card. */
export function usePlanLink(): (plan: Plan, row: Pick<RecommendationRow, "gpuId" | "deviceCount">) => string | null {
  const measured = useContext(MeasuredContext);
  return (plan, row) => planLink(plan, row, measured);
}
