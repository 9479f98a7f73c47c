import { formatBytes, formatBytesChange, formatCount } from "../../lib/format";
import { BASELINES, type Comparison } from "./comparison";
import { type AccuracyReport, PARTITIONED, type PartitionedQuantity } from "./report";
import type { ErrorSummary } from "./statistics";
import { describeRow, QUANTITIES } from "./truth-rows";

const LABELS = {
  allocatedPeakBytes: "Peak allocated",
  reservedPeakBytes: "Peak reserved",
  savedActivationBytes: "Saved activations",
} as const satisfies Record<PartitionedQuantity, string>;

const SUMMARY_HEADER = ["n", "median", "p90", "p95", "worst", "bias"];

/** The report as text tables: quantities, partitions, verdicts, formulas. */
export function printReport(report: AccuracyReport): string {
  return [
    quantityTable(report),
    ...PARTITIONED.map((quantity) => partitionTable(report, quantity)),
    verdictTable(report),
    baselineTable(report),
  ].join("\n\n");
}

/** The rows whose allocated peak is furthest off, worst first. */
export function printWorst(comparisons: readonly Comparison[], count: number): string {
  const errorOf = ({ errors }: Comparison) => errors.allocatedPeakBytes ?? 0;
  const rows = [...comparisons]
    .sort((a, b) => Math.abs(errorOf(b)) - Math.abs(errorOf(a)))
    .slice(0, count)
    .map((comparison) => {
      const measured = comparison.row.measured.allocatedPeakBytes ?? 0;
      const estimated = comparison.estimated.allocatedPeakBytes;
      return [
        signedPercent(errorOf(comparison)),
        formatBytesChange(estimated - measured, "MiB"),
        formatBytes(measured, "MiB"),
        peakPhase(comparison),
        describeRow(comparison.row),
      ];
    });
  return table(
    `The ${rows.length} rows whose peak allocated is furthest off`,
    ["error", "difference", "measured", "phase", "row"],
    rows,
  );
}

/** Error of each phase's own peak, to show which part of the step is off. */
function peakPhase({ errors }: Comparison): string {
  const phases = [errors.forwardPeakBytes, errors.backwardPeakBytes, errors.optimizerPeakBytes];
  return phases.map((error) => (error === undefined ? "–" : signedPercent(error))).join(" / ");
}

function quantityTable({ quantities, rowCount }: AccuracyReport): string {
  const rows = QUANTITIES.flatMap((quantity) => {
    const summary = quantities[quantity];
    return summary === undefined ? [] : [[quantity, formatCount(summary.exactCount), ...summaryCells(summary)]];
  });
  return table(`Every quantity, ${formatCount(rowCount)} rows`, ["quantity", "exact", ...SUMMARY_HEADER], rows);
}

function partitionTable({ partitions }: AccuracyReport, quantity: PartitionedQuantity): string {
  const rows = Object.entries(partitions).flatMap(([name, summaries]) => {
    const summary = summaries[quantity];
    return summary === undefined ? [] : [[name, ...summaryCells(summary)]];
  });
  return table(`${LABELS[quantity]}, by partition`, ["partition", ...SUMMARY_HEADER], rows);
}

function verdictTable({ outOfMemory }: AccuracyReport): string {
  const rows = Object.entries(outOfMemory).map(([name, rates]) => [
    name,
    formatCount(rates.exceedingCount),
    percent(rates.missed),
    formatCount(rates.fittingCount),
    percent(rates.falseAlarms),
  ]);
  return table(
    "Held against cards of 8, 12, 16, 24, 40, 48 and 80 GiB",
    ["estimate", "ran out", "missed", "fitted", "false"],
    rows,
  );
}

function baselineTable({ baselines }: AccuracyReport): string {
  const rows = BASELINES.flatMap((name) => {
    const summary = baselines[name];
    return summary === undefined ? [] : [[name, ...summaryCells(summary)]];
  });
  return table("Formulas in use, against the peak allocated", ["formula", ...SUMMARY_HEADER], rows);
}

function summaryCells({ count, median, p90, p95, worst, bias }: ErrorSummary): string[] {
  return [formatCount(count), percent(median), percent(p90), percent(p95), percent(worst), signedPercent(bias)];
}

/** More digits than a person needs on a page: here a hundredth of a percent is a finding. */
export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(3)} %`;
}

export function signedPercent(fraction: number): string {
  return `${fraction > 0 ? "+" : ""}${percent(fraction)}`;
}

export function table(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        isText(column, header) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [title, line(header), ...rows.map(line)].join("\n");
}

function isText(column: number, header: readonly string[]): boolean {
  return ["quantity", "partition", "estimate", "formula", "row", "rows"].includes(header[column] ?? "");
}
