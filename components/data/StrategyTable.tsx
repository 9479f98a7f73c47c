"use client";

import { useState } from "react";
import { VerdictBadge } from "@/components/answer/VerdictIcon";
import { linkTo } from "@/components/planner/links";
import { Bytes, UnitSwitch } from "@/components/ui/ByteUnit";
import type { DataOverview, TrainingImages } from "@/lib/api/data-overview";
import type { RankedStrategy, StrategyAnswer } from "@/lib/estimate/strategy/strategy-answer";
import { formatAccuracy, formatCount, formatPoints, formatRoughSeconds } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { Source } from "./Source";
import { aboutUsd, pointsRange } from "./words";

const FROM_WORDS = {
  given: "as you say",
  needed: "the likely need",
  next_round: "the next round",
  pilot: "your pilot",
} as const satisfies Record<TrainingImages["from"], string>;

const EVIDENCE_WORDS = {
  compared: "compared on the same data",
  full_data: "trained on whole training sets",
  argued: "argued: nobody published a comparison",
} as const satisfies Record<RankedStrategy["evidence"], string>;

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
                <Row
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

function Row({
  row,
  plan,
  groupSize,
  answer,
}: {
  row: RankedStrategy;
  plan: Plan;
  /** Of the place that this row begins; null inside it. */
  groupSize: number | null;
  answer: StrategyAnswer;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const { effort, gain, expectedAccuracy } = row;
  const link = effort === null ? null : linkTo({ ...plan, strategy: effort.planned });
  const isRecommended = row.strategy === answer.recommended;
  return (
    <tr className={`border-t border-line align-top ${isRecommended ? "bg-fits-soft" : ""}`}>
      <td className="min-w-28 px-3 py-2 font-semibold tabular-nums">
        {groupSize !== null && row.place}
        {groupSize !== null && groupSize > 1 && (
          <span className="block text-xs font-normal text-muted">too close to tell</span>
        )}
      </td>
      <th scope="row" className="max-w-80 min-w-52 px-3 py-2 text-left font-normal">
        <span className="font-medium">{capitalized(row.label)}</span>{" "}
        <button
          type="button"
          className="link ml-1 text-xs"
          aria-expanded={isOpen}
          aria-label={`Why ${row.label} stands here`}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? "Close" : "Why"}
        </button>
        <span className="block text-xs text-muted">{EVIDENCE_WORDS[row.evidence]}</span>
        {isOpen && (
          <span className="mt-1 block space-y-1 text-[0.8125rem]">
            <span className="block">{row.reason}</span>
            {effort?.note != null && <span className="block text-muted">{effort.note}</span>}
            {row.sources.map((id) => (
              <span key={id} className="block text-xs">
                <Source id={id} />
              </span>
            ))}
          </span>
        )}
      </th>
      <td className="px-3 py-2 whitespace-nowrap tabular-nums">
        {gain === null ? (
          <span className="text-muted">not published</span>
        ) : row.strategy === "zero_shot" ? (
          "–"
        ) : (
          <>
            {signed(gain.likely)}
            {gain.high > gain.low && (
              <span className="block text-xs text-muted">
                {signed(gain.low)} to {signed(gain.high)}
              </span>
            )}
          </>
        )}
      </td>
      <td className="px-3 py-2 whitespace-nowrap tabular-nums">
        {expectedAccuracy === null ? (
          <span className="text-muted">–</span>
        ) : (
          <>
            {formatAccuracy(expectedAccuracy.likely)}
            {expectedAccuracy.high > expectedAccuracy.low && (
              <span className="block text-xs text-muted">
                {pointsRange(expectedAccuracy.low, expectedAccuracy.high)}
              </span>
            )}
          </>
        )}
      </td>
      <td className="px-3 py-2 whitespace-nowrap">
        {effort === null ? (
          <span className="text-muted">nothing trains</span>
        ) : (
          <>
            <Bytes value={effort.memory.deviceBytes.likely} /> <VerdictBadge verdict={effort.memory.verdict} />
            {link !== null && (
              <a className="link block text-xs" href={link} aria-label={`Plan ${row.label}`}>
                Plan it
              </a>
            )}
          </>
        )}
      </td>
      <td className="px-3 py-2 whitespace-nowrap tabular-nums">
        {effort?.run == null ? (
          <span className="text-muted">{effort === null ? "none" : "not estimated"}</span>
        ) : (
          <>
            {formatRoughSeconds(effort.run.totalSeconds.likely)}
            <span className="block text-xs text-muted">
              {effort.run.costUsd === null ? "no price known" : aboutUsd(effort.run.costUsd.likely)}
            </span>
          </>
        )}
      </td>
    </tr>
  );
}

function capitalized(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}

function signed(fraction: number): string {
  return fraction > 0 ? `+${formatPoints(fraction)}` : formatPoints(fraction);
}
