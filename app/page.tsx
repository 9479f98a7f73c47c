import type { Metadata } from "next";
import { cookies } from "next/headers";
import { changesAction, estimateAction, exportAction, savePlanAction } from "@/app/actions";
import { examplePlan, planInLink, queryOf, type SearchParams } from "@/app/link-input";
import { GPU_OPTIONS, MODEL_OPTIONS } from "@/app/options";
import { Planner } from "@/components/planner/Planner";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";

export const metadata: Metadata = { title: { absolute: "Headroom: will fine-tuning CLIP fit?" } };

export default async function PlanPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const input = planInLink(queryOf(await searchParams));
  const [answer, cookieStore] = await Promise.all([estimateAction(input), cookies()]);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="sr-only">Plan a CLIP fine-tuning run</h1>
      <Planner
        initialInput={input}
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
