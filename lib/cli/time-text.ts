/** Time and money of an estimate as a person reads them in a terminal. */

import type { EstimateAnswer } from "../api/operations";
import type { Cost } from "../estimate/cost";
import type { Interval } from "../estimate/estimate";
import { formatCompactCount, formatDevices, formatPercent, formatSeconds, formatUsd } from "../format";
import { textTable } from "./text-table";

export function timeText({ time, noTime, cost, noCost, gpu, plan }: EstimateAnswer): string {
  if (time === null) {
    const wayOut = noTime === null || noTime.instead === null ? "" : ` Instead: ${noTime.instead}.`;
    return `Time: not estimated. ${noTime?.reason ?? ""}${wayOut}\n`;
  }
  const { totalSeconds, stepSeconds, samplesPerSecond, limit, stepParts, runParts, modelFlopsUtilization } = time;
  const share = (seconds: number, whole: number) => formatPercent(whole === 0 ? 0 : seconds / whole);
  const parts = [
    ...stepParts.map((part) => [
      `  ${part.label}`,
      formatSeconds(part.seconds),
      share(part.seconds, stepSeconds.likely),
      part.note,
    ]),
    ...runParts.map((part) => [
      `  ${part.label}`,
      formatSeconds(part.seconds),
      share(part.seconds, totalSeconds.likely),
      part.note,
    ]),
  ];
  const utilization =
    modelFlopsUtilization === null ? "" : `, ${formatPercent(modelFlopsUtilization)} of the peak for the model's FLOPs`;
  return [
    `Time: ${rangeText(totalSeconds)} on ${formatDevices(plan.deviceCount, gpu.name)}; a step takes ${rangeText(stepSeconds)},`,
    `${formatCompactCount(samplesPerSecond.likely)} samples/s${utilization}.`,
    limit,
    textTable(["  of a step, then of the run", ">time", ">share", ""], parts),
    costText(cost, noCost),
  ].join("\n");
}

function rangeText(seconds: Interval): string {
  return `${formatSeconds(seconds.likely)} (${formatSeconds(seconds.low)} to ${formatSeconds(seconds.high)})`;
}

function costText(cost: readonly Cost[], noCost: string | null): string {
  if (cost.length === 0) return `Cost: ${noCost ?? "not known"}.\n`;
  const rows = cost.map(({ offer, usd, usdPerGpuHour }) => [
    offer === null ? "  your own price" : `  ${offer.provider}, ${offer.kind.replace("_", " ")}`,
    formatUsd(usd.likely),
    `${formatUsd(usdPerGpuHour)} per GPU and hour`,
    offer === null ? "" : `${offer.asOf ?? "undated"}${offer.stale === null ? "" : `; ${offer.stale}`}`,
  ]);
  return textTable(["Cost", ">of the run", ">price", "as of"], rows);
}
