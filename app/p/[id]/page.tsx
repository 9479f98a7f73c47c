import type { Metadata } from "next";
import { cookies } from "next/headers";
import { notFound } from "next/navigation";
import { cache } from "react";
import { todaysDate } from "@/app/clock";
import { measuredQuery } from "@/components/planner/measured";
import { isRecord } from "@/components/planner/plan-input";
import { PlanSummary } from "@/components/snapshot/PlanSummary";
import { SavedNote } from "@/components/snapshot/SavedNote";
import { Snapshot } from "@/components/snapshot/Snapshot";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";
import { estimateSchema } from "@/lib/api/estimate-schema";
import { todayOf } from "@/lib/api/today";
import type { Estimate } from "@/lib/estimate/estimate";
import { encodeLink } from "@/lib/plan/link";
import { parsePlan } from "@/lib/plan/parse-plan";
import { loadPlan } from "@/lib/store/plans";

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
}

/** Title and page need the same row; it is read once a request. */
const storedPlan = cache(loadPlan);

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const stored = await storedPlan((await params).id);
  const robots = { index: false };
  if (stored === null) return { title: "No such plan", robots };
  const estimate = readEstimate(stored.estimate);
  return { title: estimate === null ? "A saved plan" : `${estimate.modelName} on ${estimate.gpu.name}`, robots };
}

/** A stored plan with its numbers as they were saved, and what today's estimator says where that differs. */
export default async function StoredPlanPage({ params }: PageProps) {
  const stored = await storedPlan((await params).id);
  if (stored === null) notFound();
  const parsed = parsePlan(stored.plan);
  const estimate = readEstimate(stored.estimate);
  const unit = unitFromCookie((await cookies()).get(UNIT_COOKIE)?.value);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="sr-only">A saved plan</h1>
      <div className="grid items-start gap-6 lg:grid-cols-[23.5rem_minmax(0,1fr)]">
        <div className="min-w-0 space-y-4 max-lg:order-last lg:sticky lg:top-4">
          <SavedNote
            createdAt={stored.createdAt}
            modelVersion={stored.modelVersion}
            today={todayOf(stored.plan, stored.estimate, todaysDate())}
            unit={unit}
            editHref={parsed.ok ? `/?${encodeLink(parsed.plan)}${measuredQuery(measuredFor(estimate))}` : null}
          />
          {parsed.ok && (
            <section aria-label="The plan" className="panel py-2">
              <PlanSummary plan={parsed.plan} />
            </section>
          )}
        </div>
        {estimate === null ? (
          <p className="panel p-6">
            The figures of this plan were saved in a form that this version no longer reads. The plan itself can still
            be edited and answered anew.
          </p>
        ) : (
          <Snapshot estimate={estimate} initialUnit={unit} />
        )}
      </div>
    </main>
  );
}

function measuredFor(estimate: Estimate | null) {
  const text = estimate?.calibration?.text;
  return text === undefined ? null : { text, isOn: true };
}

/** Plans that were saved before times were estimated. */
const WITHOUT_TIME = { time: null, noTime: null, cost: [], noCost: null };

/** What was saved may be of another version: read only what is shaped as today's pages show it. */
function readEstimate(saved: unknown): Estimate | null {
  const read = estimateSchema.safeParse(isRecord(saved) ? { ...WITHOUT_TIME, ...saved } : saved);
  return read.success ? read.data : null;
}
