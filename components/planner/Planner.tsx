"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Columns2, Package } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { Answer } from "@/components/answer/Answer";
import { Changes } from "@/components/answer/Changes";
import { spokenVerdict } from "@/components/answer/words";
import { ByteUnitProvider, UnitSwitch, useByteUnit } from "@/components/ui/ByteUnit";
import { Spoken } from "@/components/ui/Spoken";
import { useAddress } from "@/components/ui/use-address";
import type { Change, Estimate } from "@/lib/estimate/estimate";
import type { ByteUnit } from "@/lib/format";
import { decodeLink } from "@/lib/plan/link";
import type { Plan } from "@/lib/plan/plan";
import type { EstimateAnswer, Option, PlannerActions } from "./answers";
import { ExportCard } from "./ExportCard";
import { focusField } from "./focus-field";
import { fieldOf } from "./issues";
import { linkTo, linkToComparison } from "./links";
import { MeasuredControl } from "./MeasuredControl";
import {
  MEASURED_PARAMETERS,
  type Measured,
  type MeasuredOffer,
  measuredIn,
  measuredQuery,
  usedText,
} from "./measured";
import { PlanForm } from "./PlanForm";
import { PlanSheet } from "./PlanSheet";
import { isRecord, isSameInput, type PlanInput, valueAt, withChoice } from "./plan-input";
import { FailedCard, InvalidCard } from "./Refusal";
import { ShareBar } from "./ShareBar";
import { useAnswers } from "./use-answers";

interface PlannerProps {
  readonly initialInput: PlanInput;
  /** Measurements of a card that the address carries; null where it has none. */
  readonly initialMeasured: Measured | null;
  /** Measurements that this server keeps. */
  readonly offers: readonly MeasuredOffer[];
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

function PlannerPage({
  initialInput,
  initialMeasured,
  offers,
  initialAnswer,
  defaults,
  models,
  gpus,
  actions,
}: PlannerProps) {
  const [input, setInput] = useState(initialInput);
  const [measured, setMeasured] = useState(initialMeasured);
  const calibration = usedText(measured);
  const { answer, estimate, isWaiting, changes, retry } = useAnswers(input, initialAnswer, actions, calibration);
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const isAnswered = answer?.kind === "estimate" && !isWaiting;
  const planLink = answer?.kind === "estimate" ? linkTo(answer.estimate.plan) : null;
  const link = planLink === null ? null : `${planLink}${measuredQuery(measured)}`;
  const comparison =
    estimate === null ? null : linkToComparison(estimate.plan, estimate.plan, { a: measured, b: measured });
  const exportTitle = useRef<HTMLHeadingElement>(null);
  const restore = useCallback((present: PlanInput, itsMeasured: Measured | null) => {
    setInput(present);
    setMeasured(itsMeasured);
  }, []);
  useUrl(isAnswered ? link : null, { input: initialInput, measured: initialMeasured }, restore);

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
                  <ShareBar
                    input={input}
                    calibration={calibration}
                    link={link}
                    isAnswered={isAnswered}
                    save={actions.save}
                  >
                    <UnitSwitch />
                  </ShareBar>
                  <button type="button" className="button" onClick={() => exportTitle.current?.focus()}>
                    <Package aria-hidden="true" className="size-4" />
                    Take it with you
                  </button>
                  {planLink !== null && (
                    <a className="button" href={`/gpus${planLink.slice("/".length)}${measuredQuery(measured)}`}>
                      Which GPU?
                    </a>
                  )}
                  {planLink !== null && (
                    <a className="button" href={`/check${planLink.slice("/".length)}`}>
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
                <ExportCard
                  input={input}
                  calibration={calibration}
                  isAnswered={isAnswered}
                  exportPlan={actions.export}
                  ref={exportTitle}
                />
              }
              measured={
                <MeasuredControl estimate={estimate} measured={measured} offers={offers} onChange={setMeasured} />
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
function useUrl(
  link: string | null,
  initial: { readonly input: PlanInput; readonly measured: Measured | null },
  onRestore: (input: PlanInput, measured: Measured | null) => void,
) {
  const drawn = useRef(initial);
  useEffect(() => {
    // A page taken from the browser's memory was drawn for the address of its first visit, not for the present one.
    const present = inputOfAddress();
    const { input: first, measured } = drawn.current;
    const isOther = measuredQuery(measuredOfAddress()) !== measuredQuery(measured);
    if (present !== null && (isOther || !isSameInput(present, first))) onRestore(present, measuredOfAddress());
    function restore() {
      const input = inputOfAddress();
      if (input !== null) onRestore(input, measuredOfAddress());
    }
    window.addEventListener("popstate", restore);
    return () => window.removeEventListener("popstate", restore);
  }, [onRestore]);
  useAddress(link);
}

function inputOfAddress(): PlanInput | null {
  const query = new URLSearchParams(window.location.search);
  const given = window.location.search === "" ? null : decodeLink(query, MEASURED_PARAMETERS);
  return isRecord(given) ? given : null;
}

function measuredOfAddress(): Measured | null {
  return measuredIn(new URLSearchParams(window.location.search));
}

/** Reads the verdict out once it has come to rest. */
function SpokenVerdict({ estimate }: { estimate: Estimate | null }) {
  const unit = useByteUnit();
  return <Spoken text={estimate === null ? null : spokenVerdict(estimate, unit)} />;
}
