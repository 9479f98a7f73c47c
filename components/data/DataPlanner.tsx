"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import type { Option } from "@/components/planner/answers";
import { focusField } from "@/components/planner/focus-field";
import { PlanSheet } from "@/components/planner/PlanSheet";
import { FailedCard } from "@/components/planner/Refusal";
import { ByteUnitProvider } from "@/components/ui/ByteUnit";
import { Spoken } from "@/components/ui/Spoken";
import { useAddress } from "@/components/ui/use-address";
import type { DataOverview } from "@/lib/api/data-overview";
import type { DatasetReport } from "@/lib/datasets/dataset-report";
import type { ByteUnit } from "@/lib/format";
import type { AskOverview, OverviewAnswer } from "./answers";
import { ChapterCard } from "./ChapterCard";
import { CurveChart } from "./CurveChart";
import { DataForm } from "./DataForm";
import { DatasetCard } from "./DatasetCard";
import { DatasetField } from "./DatasetField";
import { type DataParameter, dataFieldId } from "./fields";
import type { FilledIn } from "./filled-in";
import { InvalidQuestion } from "./InvalidQuestion";
import { LabellingCard } from "./LabellingCard";
import { NextCard } from "./NextCard";
import { type DataTexts, queryOfTexts, textsIn, textsOfDataset, withText } from "./question";
import { RestsOn } from "./RestsOn";
import { SearchCard } from "./SearchCard";
import { ShareQuestion } from "./ShareQuestion";
import { SplitCard } from "./SplitCard";
import { StrategyTable } from "./StrategyTable";
import { useInspection } from "./use-inspection";
import { useOverview } from "./use-overview";
import { Verdict } from "./Verdict";
import { headline } from "./words";

interface DataPlannerProps {
  readonly initialTexts: DataTexts;
  readonly isExample: boolean;
  /** Parameters of the address that no field has. */
  readonly unknown: readonly string[];
  readonly initialAnswer: OverviewAnswer;
  /** What is filled in where nothing was given and nothing was answered yet. */
  readonly defaults: FilledIn;
  readonly initialUnit: ByteUnit;
  readonly models: readonly Option[];
  readonly gpus: readonly Option[];
  readonly ask: AskOverview;
}

/** What is known of a task beside how much data, which strategy and what search it takes. The address holds the form. */
export function DataPlanner(props: DataPlannerProps) {
  const [client] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={client}>
      <ByteUnitProvider initial={props.initialUnit}>
        <DataPage {...props} />
      </ByteUnitProvider>
    </QueryClientProvider>
  );
}

function DataPage({ initialTexts, isExample, unknown, initialAnswer, defaults, models, gpus, ask }: DataPlannerProps) {
  const [texts, setTexts] = useState(initialTexts);
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const { answer, overview, isWaiting, retry } = useOverview(texts, initialAnswer, ask);
  useAddress(`/data?${queryOfTexts(texts)}`);
  useHistory(setTexts);
  const change = useCallback(
    (name: DataParameter, text: string | undefined) => setTexts((old) => withText(old, name, text)),
    [],
  );
  const reading = useInspection(
    useCallback((report: DatasetReport) => setTexts((old) => ({ ...old, ...textsOfDataset(report) })), []),
  );
  const isAnswered = answer?.kind === "overview" && !isWaiting;
  const issues = answer?.kind === "invalid" ? answer.issues : [];

  function goTo(name: DataParameter) {
    setIsSheetOpen(true);
    focusField(dataFieldId(name));
  }

  return (
    <div className="mt-4 grid items-start gap-6 lg:grid-cols-[23.5rem_minmax(0,1fr)]">
      <PlanSheet isOpen={isSheetOpen} onOpen={setIsSheetOpen} label="Change the task">
        <DataForm
          texts={texts}
          overview={overview}
          defaults={defaults}
          issues={issues}
          models={models}
          gpus={gpus}
          onChange={change}
          dataset={<DatasetField {...reading} />}
        />
      </PlanSheet>
      <div className="min-w-0 max-lg:pb-20">
        {unknown.length > 0 && (
          <p className="mb-4 rounded-md bg-tight-soft px-3 py-2 text-sm wrap-anywhere">
            The address also says {unknown.map((name) => `“${name.slice(0, 40)}”`).join(", ")}, which no field here has:
            it changes nothing.
          </p>
        )}
        {answer?.kind === "invalid" && (
          <InvalidQuestion invalid={answer} texts={texts} hasLast={overview !== null} onFix={goTo} />
        )}
        {reading.inspection.kind === "report" && (
          <div className="mb-4">
            <DatasetCard {...reading.inspection} onClose={reading.cancel} />
          </div>
        )}
        {answer?.kind === "failed" && <FailedCard failed={answer} onRetry={retry} />}
        {overview !== null && (
          <div className="answer grid gap-4 *:min-w-0" data-waiting={isWaiting || answer?.kind !== "overview"}>
            {isExample && texts === initialTexts && (
              <p className="text-sm text-muted">An example: put your own task and pilot in its place.</p>
            )}
            <Answer overview={overview} gpus={gpus} share={<ShareQuestion texts={texts} isAnswered={isAnswered} />} />
            <Spoken text={isAnswered ? `${headline(overview)}.` : null} />
          </div>
        )}
      </div>
    </div>
  );
}

function Answer({
  overview,
  gpus,
  share,
}: {
  overview: DataOverview;
  gpus: readonly Option[];
  share: React.ReactNode;
}) {
  const { requirement, plan } = overview;
  const card = typeof plan.gpu === "string" ? plan.gpu : plan.gpu.name;
  return (
    <>
      <Verdict overview={overview} actions={share} />
      <NextCard overview={overview} />
      <CurveChart requirement={requirement} />
      <div className="grid items-start gap-4 *:min-w-0 xl:grid-cols-2">
        <SplitCard requirement={requirement} />
        <LabellingCard requirement={requirement} loading={overview.loading} />
      </div>
      <StrategyTable overview={overview} cardName={gpus.find(({ value }) => value === card)?.label ?? card} />
      <SearchCard overview={overview} />
      <ChapterCard overview={overview} />
      <RestsOn overview={overview} />
    </>
  );
}

/** Reads what the browser's history brings back. */
function useHistory(onTexts: (texts: DataTexts) => void) {
  useEffect(() => {
    const restore = () => onTexts(textsIn(new URLSearchParams(window.location.search)).texts);
    window.addEventListener("popstate", restore);
    return () => window.removeEventListener("popstate", restore);
  }, [onTexts]);
}
