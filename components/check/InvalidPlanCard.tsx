"use client";

import { CannotCard } from "@/components/ui/CannotCard";
import type { Issue } from "@/lib/plan/plan";

/** What keeps the plan from being read. The planner has the fields to correct it in. */
export function InvalidPlanCard({ issues, plannerHref }: { issues: readonly Issue[]; plannerHref: string }) {
  return (
    <CannotCard id="invalid" title="This plan cannot be read as it stands">
      <ul className="mt-3 list-disc space-y-1.5 pl-5 text-sm wrap-anywhere">
        {issues.map(({ path, message }) => (
          <li key={`${path} ${message}`}>{message}</li>
        ))}
      </ul>
      <a className="button mt-4" href={plannerHref}>
        Correct it in the planner
      </a>
    </CannotCard>
  );
}
