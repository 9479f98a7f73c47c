"use client";

import { createContext, use } from "react";
import type { Implementation, Issue } from "@/lib/plan/plan";

/** What a field needs to know of the whole form. */
export interface PlanForm {
  /** The value given at a path, or the one filled in for it. */
  readonly read: (path: string) => unknown;
  readonly set: (path: string, value: unknown) => void;
  readonly issuesAt: (path: string) => readonly Issue[];
  readonly implementation: Implementation;
}

export const PlanFormContext = createContext<PlanForm | null>(null);

export function usePlanForm(): PlanForm {
  const form = use(PlanFormContext);
  if (form === null) throw new Error("a field of the plan is drawn outside its form");
  return form;
}
