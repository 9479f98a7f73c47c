"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Columns2, Package } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { Answer } from "@/components/answer/Answer";
import { Changes } from "@/components/answer/Changes";
import { spokenVerdict } from "@/components/answer/words";
import { ByteUnitProvider, UnitSwitch, useByteUnit } from "@/components/ui/ByteUnit";
import { Spoken } from "@/components/ui/Spoken";
import type { Change, Estimate } from "@/lib/estimate/estimate";
import type { ByteUnit } from "@/lib/format";
import { decodeLink } from "@/lib/plan/link";
import type { Plan } from "@/lib/plan/plan";
import type { EstimateAnswer, Option, PlannerActions } from "./answers";
import { ExportCard } from "./ExportCard";
import { focusField } from "./focus-field";
import { fieldOf } from "./issues";
import { linkTo, linkToComparison } from "./links";
import { PlanForm } from "./PlanForm";
import { PlanSheet } from "./PlanSheet";
import { isRecord, isSameInput, type PlanInput, valueAt, withChoice } from "./plan-input";
import { FailedCard, InvalidCard } from "./Refusal";
import { ShareBar } from "./ShareBar";
import { useAnswers } from "./use-answers";

interface PlannerProps {
  readonly initialInput: PlanInput;
  /** Worked out on the server, so that the first page already answers. */
  readonly initialAnswer: EstimateAnswer;
  /** What is filled in where nothing was given and nothing was answered yet. */
  readonly defaults: Plan;
  readonly initialUnit: ByteUnit;
  readonly models: readonly Option[];
  readonly gpus: readonly Option[];
  readonly actions: PlannerActions;
}

/** Form and answer side by side. The plan lives in the URL. */
export function Planner(props: PlannerProps) {
  const [client] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={client}>
      <ByteUnitProvider initial={props.initialUnit}>
        <PlannerPage {...props} />
      </ByteUnitProvider>
    </QueryClientProvider>
  );
}

function PlannerPage({ initialInput, initialAnswer, defaults, models, gpus, actions }: PlannerProps) {
  const [input, setInput] = useState(initialInput);
  const { answer, estimate, isWaiting, changes, retry } = useAnswers(input, initialAnswer, actions);
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const isAnswered = answer?.kind === "estimate" && !isWaiting;
  const link = answer?.kind === "estimate" ? linkTo(answer.estimate.plan) : null;
  const comparison = estimate === null ? null : linkToComparison(estimate.plan, estimate.plan);
  const exportTitle = useRef<HTMLHeadingElement>(null);
  useUrl(isAnswered ? link : null, initialInput, setInput);

  const change = useCallback((path: string, value: unknown) => setInput((old) => withChoice(old, path, value)), []);
  const plan = estimate?.plan ?? defaults;
  const issues = answer?.kind === "invalid" ? answer.issues : [];

  const shape = {
    strategy: valueAt(input, "strategy.kind") ?? plan.strategy.kind,
    hasOwnGpu: isRecord(input.gpu ?? plan.gpu),
  };
  const fieldFor = (path: string) => fieldOf(path, shape);

  function goTo(elementId: string) {
    setIsSheetOpen(true);
    focusField(elementId);
  }

  return (
    <div className="grid items-start gap-6 lg:grid-cols-[23.5rem_minmax(0,1fr)]">
      <PlanSheet isOpen={isSheetOpen} onOpen={setIsSheetOpen}>
        <PlanForm
          input={input}
          plan={plan}
          issues={issues}
          models={models}
          gpus={gpus}
          largestThatFits={estimate?.memory.largestBatch.batchSize ?? null}
          onChange={change}
        />
      </PlanSheet>

      <div className="min-w-0 max-lg:pb-20">
        {answer?.kind === "invalid" && (
          <InvalidCard
            invalid={answer}
            hasLast={estimate !== null}
            fieldFor={fieldFor}
            isStray={(path) =>
              path !== "schemaVersion" && fieldFor(path) !== path && valueAt(input, path) !== undefined
            }
            onFix={goTo}
            onUse={change}
          />
        )}
        {answer?.kind === "failed" && <FailedCard failed={answer} onRetry={retry} />}
        {estimate !== null && (
          <div className="answer" data-waiting={isWaiting || answer?.kind !== "estimate"}>
            <Answer
              estimate={estimate}
              onChange={change}
              actions={
                <div className="flex flex-wrap items-center gap-2">
                  <ShareBar input={input} link={link} isAnswered={isAnswered} save={actions.save}>
                    <UnitSwitch />
                  </ShareBar>
                  <button type="button" className="button" onClick={() => exportTitle.current?.focus()}>
                    <Package aria-hidden="true" className="size-4" />
                    Take it with you
                  </button>
                  {link !== null && (
                    <a className="button" href={`/gpus${link.slice("/".length)}`}>
                      Which GPU?
                    </a>
                  )}
                  {link !== null && (
                    <a className="button" href={`/check${link.slice("/".length)}`}>
                      Check on this machine
                    </a>
                  )}
                  {comparison !== null && (
                    <a className="button" href={comparison}>
                      <Columns2 aria-hidden="true" className="size-4" />
                      Compare with…
                    </a>
                  )}
                </div>
              }
              exports={
                <ExportCard input={input} isAnswered={isAnswered} exportPlan={actions.export} ref={exportTitle} />
              }
              changes={
                <Changes
                  changes={changes}
                  verdict={estimate.memory.verdict}
                  onApply={({ set }: Change) => setInput((old) => ({ ...old, ...set }))}
                />
              }
            />
            <SpokenVerdict estimate={isAnswered ? estimate : null} />
          </div>
        )}
      </div>
    </div>
  );
}

/** Keeps the address the plan's own: writes what was answered, and reads what the browser's history brings back. */
function useUrl(link: string | null, initialInput: PlanInput, onInput: (input: PlanInput) => void) {
  const drawn = useRef(initialInput);
  useEffect(() => {
    // A page taken from the browser's memory was drawn for the address of its first visit, not for the present one.
    const present = inputOfAddress();
    if (present !== null && !isSameInput(present, drawn.current)) onInput(present);
    function restore() {
      const input = inputOfAddress();
      if (input !== null) onInput(input);
    }
    window.addEventListener("popstate", restore);
    return () => window.removeEventListener("popstate", restore);
  }, [onInput]);
  useEffect(() => {
    if (link !== null && link !== `${window.location.pathname}${window.location.search}`) {
      window.history.replaceState(null, "", link);
    }
  }, [link]);
}

function inputOfAddress(): PlanInput | null {
  const given = window.location.search === "" ? null : decodeLink(new URLSearchParams(window.location.search));
  return isRecord(given) ? given : null;
}

/** Reads the verdict out once it has come to rest. */
function SpokenVerdict({ estimate }: { estimate: Estimate | null }) {
  const unit = useByteUnit();
  return <Spoken text={estimate === null ? null : spokenVerdict(estimate, unit)} />;
}
