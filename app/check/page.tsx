import type { Metadata } from "next";
import { cookies } from "next/headers";
import { historyAction, outlineCheckAction, previewCheckAction, startCheckAction } from "@/app/check-actions";
import { planInLink, queryOf, type SearchParams } from "@/app/link-input";
import { ASKED_PARAMETERS, askedIn, questionOf } from "@/components/check/asked";
import { CheckForm } from "@/components/check/CheckForm";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";

export const metadata: Metadata = {
  title: "Check on this machine",
  description: "Run the training step of a plan for real, and see what was predicted beside what it takes.",
};

/** The plan of the address, to be run for a few steps on the machine that serves this page. */
export default async function CheckPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = queryOf(await searchParams);
  const plan = planInLink(query, ASKED_PARAMETERS);
  const asked = askedIn(query);
  const [outline, history, cookieStore] = await Promise.all([
    outlineCheckAction(questionOf(plan, asked), null),
    historyAction(null),
    cookies(),
  ]);
  for (const name of ASKED_PARAMETERS) query.delete(name);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="text-2xl font-semibold tracking-tight">Check on this machine</h1>
      <p className="mt-1 mb-4 max-w-3xl text-sm text-muted">
        The training step that a plan’s figures are read from runs here for real, for a few steps, and what it takes
        stands beside what was predicted.
      </p>
      <CheckForm
        initialPlan={plan}
        initialAsked={asked}
        plannerHref={`/?${query}`}
        outline={outline}
        initialHistory={history}
        initialUnit={unitFromCookie(cookieStore.get(UNIT_COOKIE)?.value)}
        actions={{ preview: previewCheckAction, start: startCheckAction, history: historyAction }}
      />
    </main>
  );
}
