/** What can be sorted by, and the figures of every row as a file. */

import { unroundedUsd } from "@/lib/estimate/choose-among";
import type { Recommendation, RecommendationRow } from "@/lib/estimate/recommendation";
import { calibrationSentence } from "@/lib/export/calibration-sentence";
import { shortName } from "./words";

interface Column {
  readonly label: string;
  /** What rows are ordered by; null for a row without the figure, which then comes last either way. */
  readonly of: (row: RecommendationRow) => string | number | null;
  readonly isFigure: boolean;
}

const VERDICT_ORDER = { fits: 0, tight: 1, does_not_fit: 2 } as const;

export const COLUMNS = {
  gpu: { label: "GPU", of: (row) => shortName(row.gpuName), isFigure: false },
  verdict: {
    label: "Verdict and headroom",
    // More headroom first among equals; both parts in one number.
    of: (row) => VERDICT_ORDER[row.verdict] - row.headroomBytes / Number.MAX_SAFE_INTEGER,
    isFigure: false,
  },
  batch: { label: "Largest batch", of: (row) => row.largestBatchSize, isFigure: true },
  time: { label: "Whole run", of: (row) => row.totalSeconds?.likely ?? null, isFigure: true },
  cost: { label: "Cost", of: (row) => (row.cost === null ? null : unroundedUsd(row)), isFigure: true },
  limit: { label: "Waits for", of: (row) => row.limitedBy, isFigure: false },
} as const satisfies Record<string, Column>;

export type ColumnId = keyof typeof COLUMNS;

export interface Sorting {
  readonly column: ColumnId;
  readonly isDescending: boolean;
}

/** "cost" and "-cost" in the address; null for the order of the goal. */
export function sortingIn(text: string | undefined): Sorting | null {
  const isDescending = text?.startsWith("-") ?? false;
  const name = isDescending ? text?.slice(1) : text;
  const column = COLUMN_IDS.find((each) => each === name);
  return column === undefined ? null : { column, isDescending };
}

export function sortingText({ column, isDescending }: Sorting): string {
  return `${isDescending ? "-" : ""}${column}`;
}

/** Ascending, then descending, then the order of the goal again. */
export function nextSorting(present: Sorting | null, column: ColumnId): Sorting | null {
  if (present?.column !== column) return { column, isDescending: false };
  return present.isDescending ? null : { column, isDescending: true };
}

/** Equal rows keep the order they came in. */
export function sortRows(rows: readonly RecommendationRow[], sorting: Sorting | null): readonly RecommendationRow[] {
  if (sorting === null) return rows;
  const { of }: Column = COLUMNS[sorting.column];
  const sign = sorting.isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    if (typeof x === "string" && typeof y === "string") return sign * x.localeCompare(y, "en", { numeric: true });
    return sign * (Number(x) - Number(y));
  });
}

/** Rows of one card together, in the order in which the first of each comes. */
export function byCard(rows: readonly RecommendationRow[]): readonly (readonly RecommendationRow[])[] {
  const cards = new Map<string, RecommendationRow[]>();
  for (const row of rows) {
    const card = cards.get(row.gpuId);
    if (card === undefined) cards.set(row.gpuId, [row]);
    else card.push(row);
  }
  return [...cards.values()];
}

const FILE_COLUMNS: readonly (readonly [head: string, of: (row: RecommendationRow) => string | number | null])[] = [
  ["gpu_id", (row) => row.gpuId],
  ["gpu", (row) => row.gpuName],
  ["vendor", (row) => row.vendor],
  ["gpu_count", (row) => row.deviceCount],
  ["verdict", (row) => row.verdict],
  ["runtime", (row) => row.runtime],
  ["device_bytes_low", (row) => row.deviceBytes.low],
  ["device_bytes", (row) => row.deviceBytes.likely],
  ["device_bytes_high", (row) => row.deviceBytes.high],
  ["usable_bytes", (row) => row.usableBytes],
  ["headroom_bytes", (row) => row.headroomBytes],
  ["largest_batch_per_gpu", (row) => row.largestBatchSize],
  ["seconds_low", (row) => row.totalSeconds?.low ?? null],
  ["seconds", (row) => row.totalSeconds?.likely ?? null],
  ["seconds_high", (row) => row.totalSeconds?.high ?? null],
  ["samples_per_second", (row) => row.samplesPerSecond],
  ["waits_for", (row) => row.limitedBy],
  ["no_time", (row) => row.noTime?.reason ?? null],
  ["usd_low", (row) => row.cost?.usd.low ?? null],
  ["usd", (row) => row.cost?.usd.likely ?? null],
  ["usd_high", (row) => row.cost?.usd.high ?? null],
  ["usd_per_gpu_hour", (row) => row.cost?.usdPerGpuHour ?? null],
  ["billed_gpu_count", (row) => row.cost?.billedGpuCount ?? null],
  ["provider", (row) => row.cost?.offer?.provider ?? null],
  ["price_kind", (row) => row.cost?.offer?.kind ?? null],
  ["price_as_of", (row) => row.cost?.offer?.asOf ?? null],
  ["price_stale", (row) => row.cost?.offer?.stale ?? null],
  ["no_cost", (row) => row.noCost],
  ["nothing_beats_it", (row) => String(row.onFront)],
  ["in_chapter", (row) => String(row.inChapter)],
];

export const FILE_HEAD: readonly string[] = [...FILE_COLUMNS.map(([head]) => head), "calibrated_by"];

/**
 * Exact figures; an empty cell where there is none.
 *
 * @param calibration  what the rows of a measured card rest on
 */
export function fileRow(
  row: RecommendationRow,
  calibration: Recommendation["calibration"],
): readonly (string | number)[] {
  return [...FILE_COLUMNS.map(([, of]) => of(row) ?? ""), calibratedBy(row, calibration)];
}

/** What a row rests on, in words; empty where that is what is assumed. */
export function calibratedBy({ isMeasured }: RecommendationRow, calibration: Recommendation["calibration"]): string {
  return isMeasured === true && calibration !== undefined ? calibrationSentence(calibration) : "";
}

// `Object.keys` knows texts alone; these are the keys of the table above.
export const COLUMN_IDS = Object.keys(COLUMNS) as readonly ColumnId[];
