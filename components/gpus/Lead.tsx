import { CircleHelp } from "lucide-react";
import type { FittingChange, Goal, Recommendation, RecommendationRow } from "@/lib/estimate/recommendation";
import { formatCount } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { usePlanLink } from "./use-plan-link";
import { devicesText, GOAL_WORDS, shortName, timeAndMoney } from "./words";

/** More than these few are in the table. */
const CHANGES_SHOWN = 3;

/** The answer in one sentence: the goal that was chosen, then the others. */
export function Lead({
  goal,
  bests,
  rows,
  fittingChanges,
  plan,
}: {
  goal: Goal;
  bests: Readonly<Record<Goal, Recommendation["best"]>>;
  /** What the filters leave. */
  rows: readonly RecommendationRow[];
  fittingChanges: readonly FittingChange[];
  plan: Plan;
}) {
  const found = ordered(goal).flatMap((each) => {
    const best = bests[each];
    return best === null ? [] : [{ goal: each, row: best.row }];
  });
  if (found.length === 0) return <NoAnswer rows={rows} fittingChanges={fittingChanges} plan={plan} />;
  return (
    <div className="rounded-xl border border-line bg-fits-soft px-4 py-4 sm:px-6 sm:py-5">
      <h2 id="lead" className="text-lg leading-snug font-semibold tracking-tight text-pretty sm:text-xl">
        {found.map(({ goal: each, row }, index) => (
          <span key={each} className={index === 0 ? "" : "font-normal text-[0.9em]"}>
            {index === 0 ? "" : "; "}
            {index === 0 ? capitalized(GOAL_WORDS[each].sentence) : GOAL_WORDS[each].sentence}:{" "}
            <Choice row={row} plan={plan} /> — {timeAndMoney(row)}
          </span>
        ))}
        .
      </h2>
      {bests[goal] === null && (
        <p className="mt-2 text-sm">No price is known for anything that fits, so that only the time can be compared.</p>
      )}
    </div>
  );
}

/** An honest no, and the nearest thing that can be had. */
function NoAnswer({
  rows,
  fittingChanges,
  plan,
}: {
  rows: readonly RecommendationRow[];
  fittingChanges: readonly FittingChange[];
  plan: Plan;
}) {
  const planLink = usePlanLink();
  const fitting = rows.filter(({ verdict }) => verdict === "fits").length;
  const tight = rows.filter(({ verdict }) => verdict === "tight").length;
  return (
    <div className="rounded-xl border border-line bg-tight-soft px-4 py-4 sm:px-6 sm:py-5">
      <h2 id="lead" className="flex items-start gap-2.5 text-lg leading-snug font-semibold tracking-tight sm:text-xl">
        <CircleHelp aria-hidden="true" className="mt-0.5 size-6 shrink-0 text-tight" />
        {rows.length === 0
          ? "No GPU passes the filters"
          : fitting > 0
            ? "It fits, but neither a time nor a price is known for these GPUs"
            : tight > 0
              ? "Nothing surely fits: on some it is tight"
              : "The plan as it stands fits none of these GPUs"}
      </h2>
      {rows.length === 0 && <p className="mt-2 text-sm">Take one of the filters back, or start over without any.</p>}
      {fitting === 0 && fittingChanges.length > 0 && (
        <>
          <p className="mt-2 text-sm">One change of the plan would do:</p>
          <ul className="mt-1 list-disc space-y-1 pl-5 text-sm">
            {fittingChanges.slice(0, CHANGES_SHOWN).map(({ gpuId, deviceCount, change }) => {
              const link = planLink({ ...plan, ...change.set }, { gpuId, deviceCount });
              const name = shortName(rows.find((row) => row.gpuId === gpuId)?.gpuName ?? gpuId);
              return (
                <li key={gpuId}>
                  {deviceCount === 1 ? name : `${formatCount(deviceCount)} × ${name}`}:{" "}
                  {link === null ? (
                    change.label
                  ) : (
                    <a className="link" href={link}>
                      {change.label}
                    </a>
                  )}
                  . <span className="text-muted">{change.note}</span>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </div>
  );
}

function Choice({ row, plan }: { row: RecommendationRow; plan: Plan }) {
  const planLink = usePlanLink();
  const link = planLink(plan, row);
  return link === null ? (
    devicesText(row)
  ) : (
    <a className="link" href={link}>
      {devicesText(row)}
    </a>
  );
}

function ordered(goal: Goal): readonly Goal[] {
  const goals: readonly Goal[] = ["cheapest", "fastest", "best_value"];
  return [goal, ...goals.filter((each) => each !== goal)];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
