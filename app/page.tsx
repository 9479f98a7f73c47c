import type { Metadata } from "next";
import { cookies } from "next/headers";
import { changesAction, estimateAction, exportAction, savePlanAction } from "@/app/actions";
import { examplePlan, planInLink, queryOf, type SearchParams } from "@/app/link-input";
import { measuredOffers } from "@/app/measured-offers";
import { GPU_OPTIONS, MODEL_OPTIONS } from "@/app/options";
import { MEASURED_PARAMETERS, measuredIn, usedText } from "@/components/planner/measured";
import { Planner } from "@/components/planner/Planner";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";

export const metadata: Metadata = { title: { absolute: "Headroom: will fine-tuning CLIP fit?" } };

export default async function PlanPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = queryOf(await searchParams);
  const input = planInLink(query, MEASURED_PARAMETERS);
  const measured = measuredIn(query);
  const [answer, offers, cookieStore] = await Promise.all([
    estimateAction(input, usedText(measured)),
    measuredOffers(),
    cookies(),
  ]);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="sr-only">Plan a CLIP fine-tuning run</h1>
      <Planner
        initialInput={input}
        initialMeasured={measured}
        offers={offers}
        initialAnswer={answer}
        defaults={examplePlan()}
        initialUnit={unitFromCookie(cookieStore.get(UNIT_COOKIE)?.value)}
        models={MODEL_OPTIONS}
        gpus={GPU_OPTIONS}
        actions={{ estimate: estimateAction, changes: changesAction, save: savePlanAction, export: exportAction }}
      />
    </main>
  );
}
