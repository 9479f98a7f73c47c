import { shownFields } from "@/components/planner/shown-fields";
import type { Plan } from "@/lib/plan/plan";

/** The plan of a saved answer, as text. */
export function PlanSummary({ plan }: { plan: Plan }) {
  return (
    <dl className="divide-y divide-line text-sm">
      {shownFields(plan).map(({ field, label, value }) => (
        <div key={field} className="flex items-baseline justify-between gap-4 px-5 py-2">
          <dt className="text-muted">{label}</dt>
          <dd className="min-w-0 text-right font-medium break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
