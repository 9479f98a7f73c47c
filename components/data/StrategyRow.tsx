"use client";

import { useState } from "react";
import { VerdictBadge } from "@/components/answer/VerdictIcon";
import { linkTo } from "@/components/planner/links";
import { Bytes } from "@/components/ui/ByteUnit";
import type { RankedStrategy, StrategyAnswer } from "@/lib/estimate/strategy/strategy-answer";
import { formatAccuracy, formatPoints, formatRoughSeconds } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { Source } from "./Source";
import { aboutUsd, capitalized, pointsRange } from "./words";

const EVIDENCE_WORDS = {
  compared: "compared on the same data",
  full_data: "trained on whole training sets",
  argued: "argued: nobody published a comparison",
} as const satisfies Record<RankedStrategy["evidence"], string>;

/** One strategy in its place: what it gains, what it takes, and why it stands there. */
export function StrategyRow({
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

function signed(fraction: number): string {
  return fraction > 0 ? `+${formatPoints(fraction)}` : formatPoints(fraction);
}
