import { percent, signedPercent, table } from "../print";
import type { TimeComparison } from "./comparisons";
import { TIME_FORMULAS } from "./formulas";
import type { TimeReport, TimeSummary } from "./time-report";

const HEADER = ["rows", "n", "median", "mean", "p90", "p95", "worst", "bias", "in interval"];

/** The report as text tables: groups, cards, models, formulas, interval. */
export function printTimeReport({ groups, byGpu, byModel, formulas, interval, pace }: TimeReport): string {
  const summaries = (title: string, parts: Readonly<Record<string, TimeSummary>>) =>
    table(
      title,
      HEADER,
      Object.entries(parts).map(([name, summary]) => [name, ...cells(summary)]),
    );
  const names = ["Headroom", ...TIME_FORMULAS] as const;
  return [
    summaries("Error of seconds, of published runs that of samples per second", groups),
    summaries("By card", byGpu),
    summaries("By model", byModel),
    table(
      "Median error of seconds beside formulas whose constants were fitted on the same fit rows",
      ["rows", ...names],
      Object.entries(formulas).map(([name, errors]) => [
        name,
        ...names.map((formula) => percent(errors[formula].median)),
      ]),
    ),
    [
      `Interval: ${interval.low} to ${interval.high} of the likely seconds (fit rows: ${interval.fittedLow.toFixed(3)} to ${interval.fittedHigh.toFixed(3)})`,
      `holds ${percent(interval.fitCoverage)} of the fit rows and ${percent(interval.checkCoverage)} of the check rows`,
      `The H100's host took ${(pace.hostSecondsPerKernel * 1e6).toFixed(1)} microseconds for a kernel; sharpness ${pace.sharpness.toFixed(2)}`,
    ].join("\n"),
  ].join("\n\n");
}

/** Runs on more cards than the limits are about: what the estimate is made of, and what of the measured step it leaves. */
export function printLargeRuns(comparisons: readonly TimeComparison[]): string {
  const rows = comparisons.flatMap(({ id, group, measuredSeconds, estimatedSeconds, cluster }) =>
    cluster === null || group !== "published, over 64 GPUs"
      ? []
      : [
          [
            id,
            String(cluster.gpuCount),
            ...[measuredSeconds, cluster.cardSeconds, cluster.eraSeconds, cluster.exposedSeconds].map((seconds) =>
              seconds.toFixed(3),
            ),
            signedPercent((measuredSeconds - estimatedSeconds) / measuredSeconds),
            cluster.loadingCores === null ? "" : cluster.loadingCores.toFixed(1),
          ],
        ],
  );
  return table(
    "Runs on over 64 GPUs, seconds of a step: measured; of the card, its software's era, the links; what is left of the measured; cores a GPU to load",
    ["rows", "GPUs", "measured", "card", "era", "links", "left", "cores"],
    rows,
  );
}

/** The rows that are furthest off, worst first. */
export function printWorstTimes(comparisons: readonly TimeComparison[], count: number): string {
  const rows = [...comparisons]
    .sort((a, b) => Math.abs(b.error) - Math.abs(a.error))
    .slice(0, count)
    .map(({ id, group, gpuId, modelFamily, error, measuredSeconds, estimatedSeconds }) => [
      `${group}: ${modelFamily} ${gpuId} ${id}`,
      signedPercent(error),
      measuredSeconds.toFixed(4),
      estimatedSeconds.toFixed(4),
    ]);
  return table(`The ${rows.length} rows that are furthest off`, ["rows", "error", "measured s", "estimated s"], rows);
}

function cells({ count, median, mean, p90, p95, worst, bias, coverage }: TimeSummary): string[] {
  return [String(count), ...[median, mean, p90, p95, worst].map(percent), signedPercent(bias), percent(coverage)];
}
