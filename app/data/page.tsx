import type { Metadata } from "next";
import { cookies } from "next/headers";
import { dataAction } from "@/app/actions";
import { queryOf, type SearchParams } from "@/app/link-input";
import { GPU_OPTIONS, MODEL_OPTIONS } from "@/app/options";
import { DataPlanner } from "@/components/data/DataPlanner";
import { type FilledIn, filledInBy } from "@/components/data/filled-in";
import { EXAMPLE_TEXTS, questionOf, textsIn } from "@/components/data/question";
import { UNIT_COOKIE, unitFromCookie } from "@/components/ui/unit-cookie";

export const metadata: Metadata = {
  title: "How much data",
  description:
    "How many labelled images a target accuracy takes, which way to fine-tune, and what a hyper-parameter search will cost.",
};

/** The task of the address: how much data, which strategy, what a search takes. */
export default async function DataPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { texts, isExample, unknown } = textsIn(queryOf(await searchParams));
  const [answer, cookieStore] = await Promise.all([dataAction(questionOf(texts)), cookies()]);
  return (
    <main id="main" className="mx-auto w-full max-w-[92rem] px-4 py-4 sm:px-6 sm:py-6">
      <h1 className="text-2xl font-semibold tracking-tight">How much data, and which way to use it</h1>
      <DataPlanner
        initialTexts={texts}
        isExample={isExample}
        unknown={unknown}
        initialAnswer={answer}
        defaults={answer.kind === "overview" ? {} : await defaults()}
        initialUnit={unitFromCookie(cookieStore.get(UNIT_COOKIE)?.value)}
        models={MODEL_OPTIONS}
        gpus={GPU_OPTIONS}
        ask={dataAction}
      />
    </main>
  );
}

/** What the form shows where nothing was given, for an address that cannot be answered. */
async function defaults(): Promise<FilledIn> {
  const answer = await dataAction(questionOf(EXAMPLE_TEXTS));
  if (answer.kind !== "overview") throw new Error(`the example is refused: ${JSON.stringify(answer)}`);
  // How many images follow is the example's own.
  const { images: _images, ...filled } = filledInBy(answer.overview);
  return filled;
}
