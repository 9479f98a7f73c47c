import type { Metadata } from "next";
import { cookies } from "next/headers";
import { recommendAction } from "@/app/actions";
import { planInLink, queryOf, type SearchParams } from "@/app/link-input";
import { measuredOffers } from "@/app/measured-offers";
import { GPU_OPTIONS } from "@/app/options";
import type { RecommendAnswer } from "@/components/gpus/answers";
import { CHOICE_PARAMETERS, choicesIn } from "@/components/gpus/choices";
import { GpuChooser } from "@/components/gpus/GpuChooser";
import { MEASURED_PARAMETERS, measuredIn, usedText } from "@/components/planner/measured";
import { CannotCard } from "@/components/ui/CannotCard";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";

export const metadata: Metadata = {
  title: "Which GPU",
  description: "Every GPU for one plan: whether it fits, how long it takes, what it costs, and what nothing beats.",
};

/** The plan of the address on every GPU. */
export default async function GpusPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = queryOf(await searchParams);
  const input = planInLink(query, [...CHOICE_PARAMETERS, ...MEASURED_PARAMETERS]);
  const measured = measuredIn(query);
  const [answer, offers, cookieStore] = await Promise.all([
    recommendAction(input, {}, usedText(measured)),
    measuredOffers(),
    cookies(),
  ]);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="text-2xl font-semibold tracking-tight">Which GPU for this plan</h1>
      {answer.kind === "recommendation" ? (
        <GpuChooser
          initialChoices={choicesIn(query)}
          answer={answer}
          initialMeasured={measured}
          offers={offers}
          initialUnit={unitFromCookie(cookieStore.get(UNIT_COOKIE)?.value)}
          gpus={GPU_OPTIONS}
          ask={recommendAction}
        />
      ) : (
        <div className="mt-4">
          <NoRecommendation answer={answer} planQuery={withoutChoices(query).toString()} />
        </div>
      )}
    </main>
  );
}

/** What keeps the plan from being answered. The planner has the fields to correct it in. */
function NoRecommendation({
  answer,
  planQuery,
}: {
  answer: Exclude<RecommendAnswer, { kind: "recommendation" }>;
  planQuery: string;
}) {
  return (
    <CannotCard id="refused" title="This plan cannot be answered as it stands">
      {answer.kind === "failed" ? (
        <p className="mt-3 text-sm">{answer.message}</p>
      ) : (
        <ul className="mt-3 list-disc space-y-1.5 pl-5 text-sm wrap-anywhere">
          {answer.issues.map((issue) => (
            <li key={`${issue.path} ${issue.message}`}>{issue.message}</li>
          ))}
        </ul>
      )}
      <a className="button mt-4" href={`/?${planQuery}`}>
        Correct it in the planner
      </a>
    </CannotCard>
  );
}

function withoutChoices(query: URLSearchParams): URLSearchParams {
  const rest = new URLSearchParams(query);
  for (const name of CHOICE_PARAMETERS) rest.delete(name);
  return rest;
}
