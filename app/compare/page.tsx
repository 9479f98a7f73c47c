import type { Metadata } from "next";
import { cookies } from "next/headers";
import { estimateAction } from "@/app/actions";
import { EXAMPLE, examplePlan, queryOf, type SearchParams } from "@/app/link-input";
import { measuredOffers } from "@/app/measured-offers";
import { GPU_OPTIONS, MODEL_OPTIONS } from "@/app/options";
import { Comparison } from "@/components/compare/Comparison";
import { measuredOfSide, planOfSide } from "@/components/planner/links";
import { usedText } from "@/components/planner/measured";
import { isRecord, type PlanInput } from "@/components/planner/plan-input";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";

export const metadata: Metadata = { title: "Compare two plans" };

/** Two plans side by side, each as a link within the link; a side that is missing starts as a copy of the other. */
export default async function ComparePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = queryOf(await searchParams);
  const [givenA, givenB] = [inputOf(query, "a"), inputOf(query, "b")];
  const a = givenA ?? givenB ?? EXAMPLE;
  const b = givenB ?? a;
  const measuredA = measuredOfSide(query, givenA === null ? "b" : "a");
  const measuredB = measuredOfSide(query, givenB === null ? "a" : "b");
  const [answerA, answerB, offers, cookieStore] = await Promise.all([
    estimateAction(a, usedText(measuredA)),
    estimateAction(b, usedText(measuredB)),
    measuredOffers(),
    cookies(),
  ]);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="sr-only">Compare two plans</h1>
      <Comparison
        initial={{
          a: { input: a, measured: measuredA, answer: answerA },
          b: { input: b, measured: measuredB, answer: answerB },
        }}
        offers={offers}
        defaults={examplePlan()}
        initialUnit={unitFromCookie(cookieStore.get(UNIT_COOKIE)?.value)}
        models={MODEL_OPTIONS}
        gpus={GPU_OPTIONS}
        estimate={estimateAction}
      />
    </main>
  );
}

function inputOf(query: URLSearchParams, side: "a" | "b"): PlanInput | null {
  const plan = planOfSide(query, side);
  return isRecord(plan) ? plan : null;
}
