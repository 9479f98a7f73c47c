"use client";

import { ChevronRight } from "lucide-react";
import { memo, type ReactNode } from "react";
import { VerdictBadge } from "@/components/answer/VerdictIcon";
import { useByteUnit } from "@/components/ui/ByteUnit";
import { StatusBadge } from "@/components/ui/StatusBadge";
import { shownUsd } from "@/lib/estimate/choose-among";
import type { Change } from "@/lib/estimate/estimate";
import type { RecommendationRow } from "@/lib/estimate/recommendation";
import { formatCount, formatUsd } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { usePlanLink } from "./use-plan-link";
import {
  billedText,
  devicesText,
  headroomText,
  hourlyText,
  LIMIT_WORDS,
  precisionsText,
  priceDateText,
  runtimeText,
  sellerText,
  shortName,
  timeRangeText,
  timeText,
} from "./words";

/** One card in one number. What is missing says why. Most rows outlast a change of goal or filter, and are not drawn anew. */
export const GpuRow = memo(function GpuRow({
  row,
  plan,
  change,
  otherCount,
  isOpen,
  onToggle,
}: {
  row: RecommendationRow;
  plan: Plan;
  /** The single change with which the plan would fit this card. */
  change: Change | null;
  /** How many other numbers of the card there are; null on their own rows. */
  otherCount: number | null;
  isOpen: boolean;
  onToggle: (gpuId: string) => void;
}) {
  const unit = useByteUnit();
  const link = usePlanLink()(plan, row);
  return (
    <tr className="group align-top">
      <th
        scope="row"
        className="sticky left-0 z-[5] border-b border-line bg-panel py-2 pr-3 pl-1.5 text-left font-medium group-hover:bg-sunken"
      >
        <div className={`flex items-start gap-1 ${otherCount === null ? "pl-7" : ""}`}>
          {otherCount !== null && otherCount > 0 && (
            <button
              type="button"
              className="rounded-md p-1 text-muted hover:bg-accent-soft"
              aria-expanded={isOpen}
              aria-label={`Other numbers of ${row.gpuName}`}
              onClick={() => onToggle(row.gpuId)}
            >
              <ChevronRight aria-hidden="true" className={`size-4 ${isOpen ? "rotate-90" : ""}`} />
            </button>
          )}
          <div className={`min-w-0 ${otherCount === 0 ? "pl-6" : ""}`}>
            <span className="text-muted tabular-nums">{formatCount(row.deviceCount)} ×</span> {shortName(row.gpuName)}
            {row.inChapter && (
              <span title="A card of the chapter" className="ml-1 text-accent">
                <span aria-hidden="true">◆</span>
                <span className="sr-only">, a card of the chapter</span>
              </span>
            )}
            {row.onFront && <Note>nothing beats it</Note>}
            {row.isMeasured === true && <StatusBadge status="calibrated" />}
          </div>
        </div>
      </th>
      <Cell>
        <VerdictBadge verdict={row.verdict} />
        <Note>
          <span className="whitespace-nowrap">{headroomText(row, unit)}</span>
        </Note>
        {row.runtime !== "cuda" && <Note>as under CUDA: {runtimeText(row.runtime)} allocates differently</Note>}
        {row.verdict === "does_not_fit" && <WayOut row={row} change={change} plan={plan} />}
      </Cell>
      <Cell isFigure>
        {row.largestBatchSize === 0 ? <Note>not even one pair</Note> : formatCount(row.largestBatchSize)}
      </Cell>
      {row.noTime !== null ? (
        <td colSpan={3} className="border-b border-line px-3 py-2 group-hover:bg-sunken">
          <span className="text-[0.8125rem] leading-snug text-muted">
            No time and no cost: {row.noTime.reason}
            {row.noTime.precisions.length > 0 && (
              <> Use the precision {precisionsText(row.noTime.precisions)} instead.</>
            )}
          </span>
        </td>
      ) : (
        <>
          <Cell isFigure>
            <span className="whitespace-nowrap">{timeText(row)}</span>
            <Note>
              <span className="whitespace-nowrap">{timeRangeText(row)}</span>
            </Note>
          </Cell>
          <Cell isFigure>
            <CostText row={row} />
          </Cell>
          <Cell>{row.limitedBy === null ? "" : LIMIT_WORDS[row.limitedBy]}</Cell>
        </>
      )}
      <td className="border-b border-line px-3 py-2 text-right group-hover:bg-sunken">
        {link !== null && (
          <a className="button min-h-8 text-[0.8125rem]" href={link} aria-label={`Plan with ${devicesText(row)}`}>
            Plan
          </a>
        )}
      </td>
    </tr>
  );
});

function CostText({ row }: { row: RecommendationRow }) {
  const { cost, noCost } = row;
  if (cost === null) return <Note>{noCost}</Note>;
  const { offer } = cost;
  const billed = billedText(row);
  return (
    <>
      {formatUsd(shownUsd(row))}
      <Note>
        <span className="whitespace-nowrap">{hourlyText(cost)}</span> ·{" "}
        <span className="whitespace-nowrap">{offer === null ? "your own price" : sellerText(offer)}</span>
      </Note>
      {billed !== null && <Note>{billed}</Note>}
      {offer !== null && (
        <span
          title={offer.stale ?? undefined}
          className={`block text-[0.8125rem] whitespace-nowrap ${offer.stale === null ? "text-muted" : "text-tight"}`}
        >
          {offer.stale !== null && <span className="sr-only">Old price: </span>}
          {priceDateText(offer)}
        </span>
      )}
    </>
  );
}

/** What would make the plan fit: the one change that was worked out, or else the batch that would. */
function WayOut({ row, change, plan }: { row: RecommendationRow; change: Change | null; plan: Plan }) {
  const planLink = usePlanLink();
  if (change !== null) {
    const link = planLink({ ...plan, ...change.set }, row);
    return (
      <Note>
        Would fit with:{" "}
        {link === null ? (
          change.label
        ) : (
          <a className="link" href={link}>
            {change.label}
          </a>
        )}
      </Note>
    );
  }
  if (row.largestBatchSize === 0) return null;
  const link = planLink({ ...plan, perDeviceBatchSize: row.largestBatchSize }, row);
  return (
    <Note>
      Would fit with{" "}
      {link === null ? (
        `batch ${formatCount(row.largestBatchSize)}`
      ) : (
        <a className="link" href={link}>
          batch {formatCount(row.largestBatchSize)}
        </a>
      )}
    </Note>
  );
}

function Cell({ isFigure = false, children }: { isFigure?: boolean; children: ReactNode }) {
  return (
    <td className={`border-b border-line px-3 py-2 group-hover:bg-sunken ${isFigure ? "text-right" : ""}`}>
      {children}
    </td>
  );
}

function Note({ children }: { children: ReactNode }) {
  return <span className="block text-[0.8125rem] leading-snug font-normal text-muted">{children}</span>;
}
