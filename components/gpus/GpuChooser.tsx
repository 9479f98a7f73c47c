"use client";

import { keepPreviousData, QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { SlidersHorizontal } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import type { Option } from "@/components/planner/answers";
import { type Measured, type MeasuredOffer, measuredIn, measuredQuery, usedText } from "@/components/planner/measured";
import { ByteUnitProvider, UnitSwitch } from "@/components/ui/ByteUnit";
import { useAddress } from "@/components/ui/use-address";
import { useRested } from "@/components/ui/use-rested";
import { chooseAmong } from "@/lib/estimate/choose-among";
import { DEVICE_COUNTS, type FittingChange, type RecommendationRow } from "@/lib/estimate/recommendation";
import type { ByteUnit } from "@/lib/format";
import type { AskRecommendation, Recommended } from "./answers";
import { CHOICE_PARAMETERS, type Choices, choicesIn, choicesQuery, readChoices, withChoice } from "./choices";
import { type Sorting, sortingIn, sortingText } from "./columns";
import { Filters, GoalPicker } from "./Filters";
import { GpuTable } from "./GpuTable";
import { Lead } from "./Lead";
import { MeasuredNote } from "./MeasuredNote";
import { ParetoChart } from "./ParetoChart";
import { PlanLine } from "./PlanLine";
import { planQuery } from "./plan-link";
import { MeasuredContext } from "./use-plan-link";

/** How long the filters must rest before the server is asked what would make the plan fit cards that are too small. */
const REST_MILLISECONDS = 600;
const NO_CHANGES: readonly FittingChange[] = [];

interface GpuChooserProps {
  readonly initialChoices: Choices;
  /** For every GPU, without any filter: goals and filters then answer at once, without the server. */
  readonly answer: Recommended;
  /** Measurements of a card that the address carries; null where it has none. */
  readonly initialMeasured: Measured | null;
  /** Measurements that this server keeps. */
  readonly offers: readonly MeasuredOffer[];
  readonly initialUnit: ByteUnit;
  readonly gpus: readonly Option[];
  readonly ask: AskRecommendation;
}

/** Goal and filters beside the answer: sentence, picture, table. Plan, goal, filters and order live in the address. */
export function GpuChooser(props: GpuChooserProps) {
  const [client] = useState(() => new QueryClient());
  return (
    <QueryClientProvider client={client}>
      <ByteUnitProvider initial={props.initialUnit}>
        <Chooser {...props} />
      </ByteUnitProvider>
    </QueryClientProvider>
  );
}

function Chooser({ initialChoices, answer, initialMeasured, offers, gpus, ask }: GpuChooserProps) {
  const { plan } = answer;
  const [measured, setMeasured] = useState(initialMeasured);
  const { recommendation, isAsking } = useRecommendation(answer, usedText(initialMeasured), usedText(measured), ask);
  const all = recommendation.rows;
  const [choices, setChoices] = useState(initialChoices);
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  useAddress(addressOf(planQuery(plan), choices, measured));
  useHistory(setChoices, setMeasured);

  const known = useMemo(
    () => ({
      gpuIds: new Set(all.map(({ gpuId }) => gpuId)),
      vendors: [...new Set(all.map(({ vendor }) => vendor))].sort(),
    }),
    [all],
  );
  const { problems } = readChoices(choices, known);
  // Fields answer to every key; the answer follows as fast as the machine can draw it.
  const settled = useDeferredValue(choices);
  const { goal, filter } = useMemo(() => readChoices(settled, known), [settled, known]);
  const { rows, bests } = useMemo(() => {
    const chosen = chooseAmong(all, goal, filter);
    const best = (other: typeof goal) => (other === goal ? chosen.best : chooseAmong(chosen.rows, other, {}).best);
    return {
      rows: chosen.rows,
      bests: { cheapest: best("cheapest"), fastest: best("fastest"), best_value: best("best_value") },
    };
  }, [all, goal, filter]);

  const { deviceCounts } = filter;
  const question = useMemo(() => changesQuestion(all, deviceCounts), [all, deviceCounts]);
  const lastRested = useRested(question, null, REST_MILLISECONDS);
  const rested = question === null ? null : lastRested;
  const changes = useQuery({
    queryKey: ["fitting changes", rested, usedText(measured)],
    queryFn: () => ask(plan, rested, usedText(measured)),
    enabled: rested !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const told = question !== null && changes.data?.kind === "recommendation" ? changes.data : null;
  const fittingChanges = useMemo(
    () =>
      told?.recommendation.fittingChanges.filter(({ gpuId }) => rows.some((row) => row.gpuId === gpuId)) ?? NO_CHANGES,
    [told, rows],
  );

  const change = useCallback(
    (name: (typeof CHOICE_PARAMETERS)[number], text: string | undefined) =>
      setChoices((old) => withChoice(old, name, text)),
    [],
  );
  // What follows a change of the answer alone is the same while a field is typed into, and then not drawn anew.
  const sorting = useMemo(() => sortingIn(settled.sort), [settled.sort]);
  const sort = useCallback(
    (next: Sorting | null) => change("sort", next === null ? undefined : sortingText(next)),
    [change],
  );
  const filterCount = CHOICE_PARAMETERS.filter(
    (name) => name !== "goal" && name !== "sort" && choices[name] !== undefined,
  ).length;

  return (
    <MeasuredContext value={measured}>
      <PlanLine plan={plan} measured={measured} />
      <div className="mt-4 grid items-start gap-6 lg:grid-cols-[20.5rem_minmax(0,1fr)]">
        <aside
          aria-label="Goal and filters"
          className="panel p-4 sm:p-5 lg:sticky lg:top-4 lg:max-h-[calc(100dvh-2rem)] lg:overflow-y-auto"
        >
          <GoalPicker goal={goal} problem={problems.goal} onChoose={(chosen) => change("goal", chosen)} />
          <button
            type="button"
            className="button mt-4 w-full lg:hidden"
            aria-expanded={isSheetOpen}
            aria-controls="filters"
            onClick={() => setIsSheetOpen(!isSheetOpen)}
          >
            <SlidersHorizontal aria-hidden="true" className="size-4" />
            {isSheetOpen ? "Close the filters" : filterCount === 0 ? "Filters" : `Filters (${filterCount} set)`}
          </button>
          <div id="filters" className={`mt-5 ${isSheetOpen ? "" : "max-lg:hidden"}`}>
            <Filters choices={choices} problems={problems} onChange={change} gpus={gpus} vendors={known.vendors} />
            {filterCount > 0 && (
              <button
                type="button"
                className="button mt-5 w-full"
                onClick={() => setChoices(({ goal: kept, sort }) => withoutUndefined({ goal: kept, sort }))}
              >
                Take every filter back
              </button>
            )}
          </div>
        </aside>
        <div className="answer grid min-w-0 gap-4 *:min-w-0" data-waiting={settled !== choices || isAsking}>
          <Lead goal={goal} bests={bests} rows={rows} fittingChanges={fittingChanges} plan={plan} />
          <MeasuredNote recommendation={recommendation} measured={measured} offers={offers} onChange={setMeasured} />
          <div className="flex justify-end">
            <UnitSwitch />
          </div>
          <ParetoChart rows={rows} plan={plan} calibration={recommendation.calibration} />
          <GpuTable
            rows={rows}
            sorting={sorting}
            onSort={sort}
            fittingChanges={fittingChanges}
            plan={plan}
            calibration={recommendation.calibration}
          />
          <p role="status" className="sr-only">
            {bests[goal]?.reason ?? "Nothing that is left fits and has the figures for this."}
          </p>
        </div>
      </div>
    </MeasuredContext>
  );
}

/** Every row, with measurements of a card or without; what is in sight stays until others have come. */
function useRecommendation(
  { plan, recommendation }: Recommended,
  first: string | null,
  calibration: string | null,
  ask: AskRecommendation,
) {
  const query = useQuery({
    queryKey: ["recommendation", calibration],
    queryFn: async () => {
      const answer = await ask(plan, {}, calibration);
      if (answer.kind !== "recommendation") throw new Error("a plan that was answered is refused");
      return answer.recommendation;
    },
    initialData: calibration === first ? recommendation : undefined,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });
  return { recommendation: query.data ?? recommendation, isAsking: query.isFetching };
}

/** Which cards are too small in the fewest that are looked at: what would make the plan fit them is worked out apart. */
function changesQuestion(all: readonly RecommendationRow[], deviceCounts: readonly number[] | undefined) {
  const fewest = Math.min(...(deviceCounts ?? DEVICE_COUNTS));
  const tooSmall = all.filter(({ deviceCount, verdict }) => deviceCount === fewest && verdict !== "fits");
  if (tooSmall.length === 0) return null;
  const owned = tooSmall.map(({ gpuId }) => gpuId);
  return { filter: { owned, deviceCounts: [fewest] }, changes: true };
}

function withoutUndefined(choices: Readonly<Record<"goal" | "sort", string | undefined>>): Choices {
  return Object.fromEntries(Object.entries(choices).filter(([, text]) => text !== undefined));
}

/** Reads what the browser's history brings back. */
function useHistory(onChoices: (choices: Choices) => void, onMeasured: (measured: Measured | null) => void) {
  useEffect(() => {
    const restore = () => {
      const query = new URLSearchParams(window.location.search);
      onChoices(choicesIn(query));
      onMeasured(measuredIn(query));
    };
    window.addEventListener("popstate", restore);
    return () => window.removeEventListener("popstate", restore);
  }, [onChoices, onMeasured]);
}

/** Null for a plan too long for a link: it came here by none, so that there is nothing to keep. */
function addressOf(plan: string | null, choices: Choices, measured: Measured | null): string | null {
  const chosen = choicesQuery(choices);
  return plan === null ? null : `/gpus?${plan}${chosen === "" ? "" : `&${chosen}`}${measuredQuery(measured)}`;
}
