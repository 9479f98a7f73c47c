"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { EstimateAnswer, Option, PlannerActions } from "@/components/planner/answers";
import { focusField } from "@/components/planner/focus-field";
import { fieldOf } from "@/components/planner/issues";
import { linkToComparison, type MeasuredSides } from "@/components/planner/links";
import { type Measured, type MeasuredOffer, usedText } from "@/components/planner/measured";
import { PlanForm } from "@/components/planner/PlanForm";
import { PlanSheet } from "@/components/planner/PlanSheet";
import { isRecord, type PlanInput, valueAt, withChoice } from "@/components/planner/plan-input";
import { FailedCard, InvalidCard } from "@/components/planner/Refusal";
import { type EstimateState, useEstimate } from "@/components/planner/use-answers";
import { ByteUnitProvider } from "@/components/ui/ByteUnit";
import { Segments } from "@/components/ui/Choices";
import { useAddress } from "@/components/ui/use-address";
import type { ByteUnit } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { CompareBar } from "./CompareBar";
import { SIDES, type Side } from "./sides";
import { TwoAnswers } from "./TwoAnswers";

interface SideStart {
  readonly input: PlanInput;
  /** Measurements of its card that the address carries; null where it has none. */
  readonly measured: Measured | null;
  readonly answer: EstimateAnswer;
}

interface ComparisonProps {
  /** Worked out on the server, so that the first page already answers. */
  readonly initial: Readonly<Record<Side, SideStart>>;
  /** Measurements that this server keeps. */
  readonly offers: readonly MeasuredOffer[];
  /** What is filled in where nothing was given and nothing was answered yet. */
  readonly defaults: Plan;
  readonly initialUnit: ByteUnit;
  readonly models: readonly Option[];
  readonly gpus: readonly Option[];
  readonly estimate: PlannerActions["estimate"];
}

/** Two plans and what sets them apart. Both live in the URL; the form changes one of them at a time. */
export function Comparison(props: ComparisonProps) {
  const [client] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={client}>
      <ByteUnitProvider initial={props.initialUnit}>
        <ComparisonPage {...props} />
      </ByteUnitProvider>
    </QueryClientProvider>
  );
}

function ComparisonPage({ initial, offers, defaults, models, gpus, estimate }: ComparisonProps) {
  const [inputs, setInputs] = useState({ a: initial.a.input, b: initial.b.input });
  const [measured, setMeasured] = useState({ a: initial.a.measured, b: initial.b.measured });
  const states = {
    a: useEstimate(inputs.a, initial.a.answer, estimate, usedText(measured.a)),
    b: useEstimate(inputs.b, initial.b.answer, estimate, usedText(measured.b)),
  };
  // Whoever comes from the planner has plan A and wants another.
  const [edited, setEdited] = useState<Side>("b");
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const link = linkOf(states.a, states.b, measured);
  useAddress(link);

  const change = useCallback(
    (side: Side, path: string, value: unknown) =>
      setInputs((old) => ({ ...old, [side]: withChoice(old[side], path, value) })),
    [],
  );
  const swap = useCallback(() => {
    setInputs(({ a, b }) => ({ a: b, b: a }));
    setMeasured(({ a, b }) => ({ a: b, b: a }));
  }, []);
  const changeEdited = useCallback((path: string, value: unknown) => change(edited, path, value), [change, edited]);
  const state = states[edited];
  const isWaiting = SIDES.some((side) => states[side].isWaiting || states[side].answer?.kind !== "estimate");

  return (
    <div className="grid items-start gap-6 lg:grid-cols-[23.5rem_minmax(0,1fr)]">
      <PlanSheet isOpen={isSheetOpen} onOpen={setIsSheetOpen} label={`Change plan ${edited.toUpperCase()}`}>
        <fieldset className="sticky top-0 z-10 border-b border-line bg-panel px-5 py-3">
          <legend className="sr-only">Which plan the form changes</legend>
          <Segments
            name="edited-side"
            choices={[
              { value: "a", label: "Plan A" },
              { value: "b", label: "Plan B" },
            ]}
            value={edited}
            onChoose={(value) => setEdited(value === "a" ? "a" : "b")}
          />
        </fieldset>
        <PlanForm
          // Half-typed figures of one plan are none of the other's.
          key={edited}
          input={inputs[edited]}
          plan={state.estimate?.plan ?? defaults}
          issues={state.answer?.kind === "invalid" ? state.answer.issues : []}
          models={models}
          gpus={gpus}
          largestThatFits={state.estimate?.memory.largestBatch.batchSize ?? null}
          onChange={changeEdited}
        />
      </PlanSheet>

      <div className="min-w-0 max-lg:pb-20">
        {SIDES.map((side) => (
          <Refusals
            key={side}
            side={side}
            input={inputs[side]}
            state={states[side]}
            defaults={defaults}
            onChange={change}
            onFix={(elementId) => {
              setEdited(side);
              setIsSheetOpen(true);
              focusField(elementId);
            }}
          />
        ))}
        {states.a.estimate !== null && states.b.estimate !== null && (
          <div className="answer" data-waiting={isWaiting}>
            <TwoAnswers
              a={states.a.estimate}
              b={states.b.estimate}
              edited={edited}
              isWaiting={isWaiting}
              onEdit={(side) => {
                setEdited(side);
                setIsSheetOpen(true);
              }}
              measured={measured}
              offers={offers}
              onMeasured={(side, its) => setMeasured((old) => ({ ...old, [side]: its }))}
              bar={<CompareBar link={link} onSwap={swap} />}
            />
          </div>
        )}
      </div>
    </div>
  );
}

/** What keeps one of the plans from being answered. */
function Refusals({
  side,
  input,
  state: { answer, estimate, retry },
  defaults,
  onChange,
  onFix,
}: {
  side: Side;
  input: PlanInput;
  state: EstimateState;
  defaults: Plan;
  onChange: (side: Side, path: string, value: unknown) => void;
  onFix: (elementId: string) => void;
}) {
  if (answer?.kind === "failed") return <FailedCard failed={answer} onRetry={retry} />;
  if (answer?.kind !== "invalid") return null;
  const plan = estimate?.plan ?? defaults;
  const shape = {
    strategy: valueAt(input, "strategy.kind") ?? plan.strategy.kind,
    hasOwnGpu: isRecord(input.gpu ?? plan.gpu),
  };
  const fieldFor = (path: string) => fieldOf(path, shape);
  return (
    <InvalidCard
      invalid={answer}
      of={`plan ${side.toUpperCase()}`}
      hasLast={estimate !== null}
      fieldFor={fieldFor}
      isStray={(path) => path !== "schemaVersion" && fieldFor(path) !== path && valueAt(input, path) !== undefined}
      onFix={onFix}
      onUse={(path, value) => onChange(side, path, value)}
    />
  );
}

function linkOf(a: EstimateState, b: EstimateState, measured: MeasuredSides): string | null {
  if (a.isWaiting || b.isWaiting || a.answer?.kind !== "estimate" || b.answer?.kind !== "estimate") return null;
  return linkToComparison(a.answer.estimate.plan, b.answer.estimate.plan, measured);
}
