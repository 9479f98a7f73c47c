"use client";

import { keepPreviousData, QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { planQuery } from "@/components/gpus/plan-link";
import type { PlanInput } from "@/components/planner/plan-input";
import { ByteUnitProvider, UnitSwitch } from "@/components/ui/ByteUnit";
import { Spoken } from "@/components/ui/Spoken";
import { useAddress } from "@/components/ui/use-address";
import { useLast } from "@/components/ui/use-last";
import { useRested } from "@/components/ui/use-rested";
import type { ByteUnit } from "@/lib/format";
import type { Issue, Plan } from "@/lib/plan/plan";
import { AccessCard } from "./AccessCard";
import { AskFields } from "./AskFields";
import type { CheckActions, HistoryAnswer, PreviewAnswer } from "./answers";
import { type Asked, askedQuery, questionOf, withAsked } from "./asked";
import { HistoryTable } from "./HistoryTable";
import { InvalidPlanCard } from "./InvalidPlanCard";
import { NoGpuCard } from "./NoGpuCard";
import { RefusedCard } from "./RefusedCard";
import { useToken } from "./use-token";
import { WhatRuns } from "./WhatRuns";
import { batchesText } from "./words";

/** How long the fields must rest before the server works it out anew. */
const REST_MILLISECONDS = 400;
/** How often the history is asked for while something in it goes on. */
const HISTORY_MILLISECONDS = 4000;

interface CheckFormProps {
  readonly initialPlan: PlanInput;
  readonly initialAsked: Asked;
  /** The planner with the plan of the address. */
  readonly plannerHref: string;
  /** What the server could say at once, without the predictions. */
  readonly outline: PreviewAnswer;
  readonly initialHistory: HistoryAnswer;
  readonly initialUnit: ByteUnit;
  readonly actions: CheckActions;
}

/** What to check beside what will run; below it what ran before. Plan and choices live in the address. */
export function CheckForm(props: CheckFormProps) {
  const [client] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={client}>
      <ByteUnitProvider initial={props.initialUnit}>
        <Form {...props} />
      </ByteUnitProvider>
    </QueryClientProvider>
  );
}

function Form({ initialPlan, initialAsked, plannerHref, outline, initialHistory, actions }: CheckFormProps) {
  const token = useToken();
  const [plan, setPlan] = useState(initialPlan);
  const [asked, setAsked] = useState(initialAsked);
  const [start, setStart] = useState<{ isUnderWay: boolean; problem: string | null }>(NOT_STARTED);
  const question = useMemo(() => questionOf(plan, asked), [plan, asked]);
  const rested = useRested(question, question, REST_MILLISECONDS);
  const preview = useQuery({
    queryKey: ["preview", rested, token],
    queryFn: () => actions.preview(rested, token ?? null),
    enabled: token !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const history = useHistory(actions.history, token, initialHistory);

  const answer: PreviewAnswer = preview.isError ? UNREACHABLE : (preview.data ?? outline);
  const isWaiting = rested !== question || preview.isFetching;
  useAddress(addressOf(answer, asked));
  // A slip in a field does not take away what will run.
  const shownAnswer = useLast(answer.kind === "preview" ? answer : null);

  async function begin() {
    if (answer.kind !== "preview") return;
    setStart({ isUnderWay: true, problem: null });
    const started = await actions.start(answer.request, token ?? null).catch(() => UNREACHABLE);
    if (started.kind === "started") {
      window.location.assign(`/check/${started.id}`);
      return;
    }
    setStart({ isUnderWay: false, problem: problemText(started) });
  }

  if (answer.kind === "no_access") {
    // Until the browser has said whether it knows a token, nothing is asked for.
    return token === undefined && answer.needs === "token" ? null : (
      <AccessCard access={answer} token={token ?? null} />
    );
  }
  const fieldIssues = answer.kind === "invalid" ? answer.issues.filter((issue) => !isOfPlan(issue)) : [];
  const planIssues = answer.kind === "invalid" ? answer.issues.filter(isOfPlan) : [];
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[20.5rem_minmax(0,1fr)]">
      {answer.kind !== "failed" && (
        <aside aria-label="What to check" className="panel p-4 sm:p-5 lg:sticky lg:top-4">
          <AskFields
            asked={asked}
            machine={answer.machine}
            chosen={shownAnswer?.request ?? null}
            measured={shownAnswer?.seconds.measured ?? null}
            issues={fieldIssues}
            onChange={(name, text) => setAsked((old) => withAsked(old, name, text))}
          />
        </aside>
      )}
      <div className="grid min-w-0 gap-4 *:min-w-0">
        <div className="flex justify-end">
          <UnitSwitch />
        </div>
        {answer.kind === "failed" && (
          <section aria-labelledby="no-answer" className="panel border-over p-4 sm:p-6">
            <h2 id="no-answer" className="text-xl font-semibold tracking-tight">
              No answer came
            </h2>
            <p className="mt-2 text-sm">{answer.message}</p>
            <button type="button" className="button mt-3" onClick={() => void preview.refetch()}>
              Try again
            </button>
          </section>
        )}
        {planIssues.length > 0 && <InvalidPlanCard issues={planIssues} plannerHref={plannerHref} />}
        {answer.kind === "refused" && (
          <RefusedCard refused={answer} onUse={(nearest) => setPlan({ ...nearest } satisfies PlanInput)} />
        )}
        {shownAnswer === null && fieldIssues.length > 0 && planIssues.length === 0 && (
          <p className="panel p-4 text-sm sm:p-6">
            What will run stands here once the fields that are marked have been corrected.
          </p>
        )}
        {shownAnswer !== null && answer.kind !== "refused" && planIssues.length === 0 && (
          <div className="answer" data-waiting={isWaiting && shownAnswer.rows !== null}>
            {shownAnswer.request.device === "cuda" && shownAnswer.machine.gpu === null ? (
              <NoGpuCard
                why={shownAnswer.machine.noGpu ?? "its driver does not answer"}
                onUseCpu={() => setAsked((old) => withAsked(old, "device", "cpu"))}
                onLookAgain={() => void preview.refetch()}
              />
            ) : (
              <WhatRuns
                preview={shownAnswer}
                isWaiting={isWaiting || answer.kind !== "preview"}
                isStarting={start.isUnderWay}
                problem={start.problem}
                onStart={() => void begin()}
                onLookAgain={() => void preview.refetch()}
              />
            )}
          </div>
        )}
        {history.kind !== "no_access" && <HistoryTable answer={history} title="Checks before" />}
        <Spoken text={isWaiting ? null : spoken(answer)} />
      </div>
    </div>
  );
}

const NOT_STARTED = { isUnderWay: false, problem: null };
const UNREACHABLE = {
  kind: "failed",
  message: "The server could not be reached. Nothing is lost; try again.",
} as const;

function isOfPlan({ path }: Issue): boolean {
  return path === "plan" || path.startsWith("plan.");
}

function problemText(answer: Exclude<Awaited<ReturnType<CheckActions["start"]>>, { kind: "started" }>): string {
  if (answer.kind === "failed") return answer.message;
  if (answer.kind === "no_access") return "this server no longer lets you run anything; load the page again.";
  return answer.issues.map(({ message }) => message).join("; ");
}

function spoken(answer: PreviewAnswer): string {
  if (answer.kind === "preview") return `What will run: ${batchesText(answer.request.batchSizes)}.`;
  return answer.kind === "refused" ? "This plan cannot run here as it stands." : "Something must be corrected first.";
}

function useHistory(ask: CheckActions["history"], token: string | null | undefined, initial: HistoryAnswer) {
  const query = useQuery({
    queryKey: ["history", token],
    queryFn: () => ask(token ?? null),
    enabled: token !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.kind === "history" &&
      state.data.rows.some(({ state: { kind } }) => kind === "queued" || kind === "running")
        ? HISTORY_MILLISECONDS
        : false,
    retry: false,
  });
  return query.data ?? initial;
}

function addressOf(answer: PreviewAnswer, asked: Asked): string | null {
  const plan = planOf(answer);
  const query = plan === null ? null : planQuery(plan);
  const more = askedQuery(asked);
  return query === null ? null : `/check?${query}${more === "" ? "" : `&${more}`}`;
}

function planOf(answer: PreviewAnswer): Plan | null {
  if (answer.kind === "refused") return answer.plan;
  return answer.kind === "preview" ? { ...answer.request.plan, precision: answer.plannedPrecision } : null;
}
