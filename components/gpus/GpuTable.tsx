"use client";

import { ArrowDown, ArrowUp, ArrowUpDown, Download } from "lucide-react";
import { memo, useCallback, useDeferredValue, useMemo, useState } from "react";
import { downloadCsv, toCsv } from "@/components/charts/csv";
import type { FittingChange, Recommendation, RecommendationRow } from "@/lib/estimate/recommendation";
import { formatCount } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import {
  byCard,
  COLUMN_IDS,
  COLUMNS,
  type ColumnId,
  FILE_HEAD,
  fileRow,
  nextSorting,
  type Sorting,
  sortRows,
} from "./columns";
import { GpuRow } from "./GpuRow";

/** Every card that is left, its best count first; the other counts open below it. */
export const GpuTable = memo(function GpuTable({
  rows,
  sorting,
  onSort,
  fittingChanges,
  plan,
  calibration,
}: {
  /** Best first by the goal. */
  rows: readonly RecommendationRow[];
  /** Null: in the order of the goal. */
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
  fittingChanges: readonly FittingChange[];
  plan: Plan;
  /** What the rows of a measured card rest on. */
  calibration: Recommendation["calibration"];
}) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const openFurtherDown = useDeferredValue(open);
  const sorted = useMemo(() => sortRows(rows, sorting), [rows, sorting]);
  const cards = useMemo(() => byCard(sorted), [sorted]);
  const isAllOpen = cards.length > 0 && cards.every(([row]) => row === undefined || open.has(row.gpuId));

  const toggle = useCallback((gpuId: string) => {
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(gpuId)) next.add(gpuId);
      return next;
    });
  }, []);

  return (
    <section aria-labelledby="table-title" className="panel min-w-0 p-4 sm:p-6">
      <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div>
          <h3 id="table-title" className="text-lg font-semibold tracking-tight">
            {formatCount(cards.length)} {cards.length === 1 ? "GPU" : "GPUs"}, {formatCount(rows.length)} ways to use
            them
          </h3>
          <p className="mt-0.5 text-sm text-muted">
            Each with the number of GPUs that comes first in this order. ◆ marks the cards of the chapter.
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <button
            type="button"
            className="button text-sm"
            aria-pressed={isAllOpen}
            onClick={() => setOpen(new Set(isAllOpen ? [] : rows.map(({ gpuId }) => gpuId)))}
          >
            {isAllOpen ? "One row per GPU" : "Every number of GPUs"}
          </button>
          <button
            type="button"
            className="button text-sm"
            onClick={() =>
              downloadCsv(
                "headroom-gpus.csv",
                toCsv(
                  FILE_HEAD,
                  sorted.map((row) => fileRow(row, calibration)),
                ),
              )
            }
          >
            <Download aria-hidden="true" className="size-4" />
            CSV, all {formatCount(rows.length)} rows
          </button>
        </div>
      </div>
      <section
        aria-label="GPUs for this plan"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
        tabIndex={0}
        className="relative mt-4 max-h-[min(52rem,82dvh)] overflow-auto rounded-lg border border-line"
      >
        {/* Columns of fixed width: the browser need not measure every cell when rows change. */}
        <table className="w-full min-w-[60rem] table-fixed border-separate border-spacing-0 text-sm">
          <caption className="sr-only">
            GPUs for this plan, {sorting === null ? "best first" : `sorted by ${COLUMNS[sorting.column].label}`}
          </caption>
          <colgroup>
            {COLUMN_IDS.map((column) => (
              <col key={column} className={COLUMN_WIDTHS[column]} />
            ))}
            <col className="w-[4.5rem]" />
          </colgroup>
          <thead>
            <tr>
              {COLUMN_IDS.map((column) => (
                <SortHead key={column} column={column} sorting={sorting} onSort={onSort} />
              ))}
              <th scope="col" className="sticky top-0 z-10 border-b border-line bg-sunken px-3 py-2">
                <span className="sr-only">Plan with it</span>
              </th>
            </tr>
          </thead>
          {cards.map((card, place) => {
            const [first] = card;
            if (first === undefined) return null;
            const isOpen = (place < CARDS_IN_SIGHT ? open : openFurtherDown).has(first.gpuId);
            return (
              <tbody key={first.gpuId}>
                {(isOpen ? card : [first]).map((row, index) => (
                  <GpuRow
                    key={row.deviceCount}
                    row={row}
                    plan={plan}
                    change={
                      fittingChanges.find((each) => each.gpuId === row.gpuId && each.deviceCount === row.deviceCount)
                        ?.change ?? null
                    }
                    otherCount={index === 0 ? card.length - 1 : null}
                    isOpen={isOpen}
                    onToggle={toggle}
                  />
                ))}
              </tbody>
            );
          })}
        </table>
        {rows.length === 0 && <p className="p-6 text-center">No GPU passes the filters.</p>}
      </section>
    </section>
  );
});

/** More than are in sight at once: where hundreds of rows open, these are drawn first. */
const CARDS_IN_SIGHT = 24;

const COLUMN_WIDTHS = {
  gpu: "w-[10.5rem] sm:w-[11.75rem]",
  verdict: "w-[11rem]",
  batch: "w-[5.25rem]",
  time: "w-[10.75rem]",
  cost: "w-[11.75rem]",
  limit: "w-[6.25rem]",
} as const satisfies Record<ColumnId, string>;

function SortHead({
  column,
  sorting,
  onSort,
}: {
  column: ColumnId;
  sorting: Sorting | null;
  onSort: (sorting: Sorting | null) => void;
}) {
  const { label, isFigure } = COLUMNS[column];
  const isSorted = sorting?.column === column;
  const Icon = !isSorted ? ArrowUpDown : sorting.isDescending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={!isSorted ? "none" : sorting.isDescending ? "descending" : "ascending"}
      className={`sticky top-0 border-b border-line bg-sunken p-0 font-medium ${column === "gpu" ? "left-0 z-20" : "z-10"}`}
    >
      <button
        type="button"
        className={`flex w-full items-center gap-1 px-3 py-2 -outline-offset-2 hover:text-accent ${isFigure ? "justify-end text-right" : "text-left"}`}
        onClick={() => onSort(nextSorting(sorting, column))}
      >
        {label}
        <Icon aria-hidden="true" className={`size-3.5 shrink-0 ${isSorted ? "text-accent" : "text-muted"}`} />
      </button>
    </th>
  );
}
