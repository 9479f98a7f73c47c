import type { Metadata } from "next";
import { cookies } from "next/headers";
import { changesAction, estimateAction, exportAction, savePlanAction } from "@/app/actions";
import { GPU_OPTIONS, MODEL_OPTIONS } from "@/app/options";
import { Planner } from "@/components/planner/Planner";
import { isRecord, type PlanInput } from "@/components/planner/plan-input";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";
import { decodeLink } from "@/lib/plan/link";
import { parsePlan } from "@/lib/plan/parse-plan";

export const metadata: Metadata = { title: { absolute: "Headroom: will fine-tuning CLIP fit?" } };

/** What a first visit sees: a run that many people try first, on a card that many have. */
const EXAMPLE: PlanInput = { model: "ViT-L-14", gpu: "rtx-4090" };

type SearchParams = Readonly<Record<string, string | string[] | undefined>>;

export default async function PlanPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const input = readLink(await searchParams);
  const [answer, cookieStore] = await Promise.all([estimateAction(input), cookies()]);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="sr-only">Plan a CLIP fine-tuning run</h1>
      <Planner
        initialInput={input}
        initialAnswer={answer}
        defaults={defaultPlan()}
        initialUnit={unitFromCookie(cookieStore.get(UNIT_COOKIE)?.value)}
        models={MODEL_OPTIONS}
        gpus={GPU_OPTIONS}
        actions={{ estimate: estimateAction, changes: changesAction, save: savePlanAction, export: exportAction }}
      />
    </main>
  );
}

function readLink(params: SearchParams): PlanInput {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(params)) {
    for (const value of [values ?? []].flat()) query.append(name, value);
  }
  const given = query.size === 0 ? EXAMPLE : decodeLink(query);
  return isRecord(given) ? given : EXAMPLE;
}

function defaultPlan() {
  const parsed = parsePlan(EXAMPLE);
  if (!parsed.ok) throw new Error(`the example plan is refused: ${JSON.stringify(parsed.issues)}`);
  return parsed.plan;
}
