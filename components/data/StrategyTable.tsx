"use client";

import { UnitSwitch } from "@/components/ui/ByteUnit";
import type { DataOverview, TrainingImages } from "@/lib/api/data-overview";
import type { RankedStrategy, StrategyAnswer } from "@/lib/estimate/strategy/strategy-answer";
import { formatCount, formatPoints } from "@/lib/format";
import { StrategyRow } from "./StrategyRow";
import { capitalized } from "./words";

const FROM_WORDS = {
  given: "as you say",
  needed: "the likely need",
  next_round: "the next round",
  pilot: "your pilot",
} as const satisfies Record<TrainingImages["from"], string>;

/** Ways to fine-tune, best first, each with its reason and what it takes on the card. */
export function StrategyTable({ overview, cardName }: { overview: DataOverview; cardName: string }) {
  const { ranking, noRanking, images, plan } = overview;
  if (ranking === null || images === null) {
    return (
      <section aria-labelledby="strategy-title" className="panel p-4 sm:p-6">
        <h3 id="strategy-title" className="text-lg font-semibold tracking-tight">
          Which strategy is not answered yet
        </h3>
        <p className="mt-1 text-sm text-muted">{noRanking}</p>
      </section>
    );
  }
  return (
    <section aria-labelledby="strategy-title" className="panel min-w-0 p-4 sm:p-6">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <h3 id="strategy-title" className="min-w-0 text-lg font-semibold tracking-tight text-pretty">
          {title(ranking)}
        </h3>
        <UnitSwitch />
      </div>
      <p className="mt-0.5 text-sm text-muted">
        At {formatCount(images.count)} training images ({FROM_WORDS[images.from]}),{" "}
        {formatCount(Math.round(ranking.shotsPerClass))} of each class. Memory, time and cost are those of{" "}
        {formatCount(plan.epochs)} epochs on {cardName}. Strategies in one place are too close to tell. Expected is what
        published datasets make of your zero-shot accuracy, whatever your pilot says.
      </p>
      <section
        aria-label="Strategies"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
        tabIndex={0}
        className="mt-3 overflow-x-auto rounded-lg border border-line"
      >
        <table className="w-full min-w-[46rem] border-collapse text-sm">
          <caption className="sr-only">Strategies, best first</caption>
          <thead>
            <tr className="bg-sunken text-left">
              {["Place", "Strategy", "Over zero-shot", "Expected", "Memory", "Time and cost"].map((head) => (
                <th key={head} scope="col" className="px-3 py-2 font-medium whitespace-nowrap">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          {places(ranking).map((group) => (
            <tbody key={group[0]?.place} className="border-t border-edge">
              {group.map((row, index) => (
                <StrategyRow
                  key={row.strategy}
                  row={row}
                  plan={plan}
                  groupSize={index === 0 ? group.length : null}
                  answer={ranking}
                />
              ))}
            </tbody>
          ))}
        </table>
      </section>
      <ul className="mt-3 list-disc space-y-1 pl-5 text-sm text-muted">
        {ranking.caveats.map(({ code, text }) => (
          <li key={code}>{text}</li>
        ))}
      </ul>
    </section>
  );
}

function title({ ranking, recommended }: StrategyAnswer): string {
  const best = ranking.find(({ strategy }) => strategy === recommended);
  if (best === undefined) return "Strategies";
  const ties = ranking.filter(({ strategy }) => best.tiedWith.includes(strategy)).length;
  const gain =
    best.gain === null || best.strategy === "zero_shot"
      ? ""
      : `, likely ${formatPoints(best.gain.likely)} over zero-shot`;
  const name = capitalized(best.label);
  return ties === 0
    ? `${name} comes first${gain}`
    : `${name} comes first${gain}; ${formatCount(ties)} ${ties === 1 ? "other is" : "others are"} too close to tell`;
}

function places({ ranking }: StrategyAnswer): RankedStrategy[][] {
  const groups: RankedStrategy[][] = [];
  for (const row of ranking) {
    const group = groups.at(-1);
    if (group?.[0]?.place === row.place) group.push(row);
    else groups.push([row]);
  }
  return groups;
}
