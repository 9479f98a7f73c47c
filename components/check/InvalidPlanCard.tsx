"use client";

import { CircleHelp } from "lucide-react";
import type { Issue } from "@/lib/plan/plan";

/** What keeps the plan from being read. The planner has the fields to correct it in. */
export function InvalidPlanCard({ issues, plannerHref }: { issues: readonly Issue[]; plannerHref: string }) {
  return (
    <section aria-labelledby="invalid" className="panel border-tight p-4 sm:p-6">
      <h2 id="invalid" className="flex items-start gap-2.5 text-xl leading-snug font-semibold tracking-tight">
        <CircleHelp aria-hidden="true" className="mt-0.5 size-6 shrink-0 text-tight" />
        This plan cannot be read as it stands
      </h2>
      <ul className="mt-3 list-disc space-y-1.5 pl-5 text-sm wrap-anywhere">
        {issues.map(({ path, message }) => (
          <li key={`${path} ${message}`}>{message}</li>
        ))}
      </ul>
      <a className="button mt-4" href={plannerHref}>
        Correct it in the planner
      </a>
    </section>
  );
}
