/** What measurements changed of an estimate, as a person reads it in a terminal. */

import type { EstimateAnswer } from "../api/operations";
import type { CalibratedFigure } from "../estimate/calibration";
import type { Interval } from "../estimate/estimate";
import { type ByteUnit, formatBytes, formatCount, formatFlops, formatPercent, formatSeconds } from "../format";
import { textTable } from "./text-table";

/** Nothing where no measurements were asked for. */
export function calibrationSection(
  { calibration, noCalibration }: Pick<EstimateAnswer, "calibration" | "noCalibration">,
  unit: ByteUnit,
): string[] {
  if (noCalibration !== undefined) return [`Measurements: none were used: ${noCalibration}.\n`];
  if (calibration === undefined) return [];
  const { gpu, measurementCount, spread, figures, notMeasured, stepSeconds, deviceBytes } = calibration;
  const interval = (label: string, { before, after }: Change, show: (value: number) => string) => [
    label,
    show(before.likely),
    show(after.likely),
    "",
  ];
  const rows = [
    ...(stepSeconds === null ? [] : [interval("  one step", stepSeconds, formatSeconds)]),
    interval("  on the device", deviceBytes, (bytes) => formatBytes(bytes, unit)),
    ...figures.map((figure) => [
      `  ${figure.field}`,
      figureText(figure, figure.before, unit),
      figureText(figure, figure.after, unit),
      formatCount(figure.measurementCount),
    ]),
  ];
  const lead = `Measurements: ${formatCount(measurementCount)} steps timed on ${gpu}, within ${formatPercent(spread)} of the calibrated prediction in the median.`;
  const kept = notMeasured.map((text) => `  As assumed: ${text}\n`).join("");
  return [`${lead}\n${textTable(["  likely", ">before", ">after", ">measurements"], rows)}${kept}`];
}

interface Change {
  readonly before: Interval;
  readonly after: Interval;
}

function figureText({ unit }: CalibratedFigure, value: number, bytes: ByteUnit): string {
  if (unit === "FLOP/s") return `${formatFlops(value)}/s`;
  if (unit === "seconds") return formatSeconds(value);
  return unit === "bytes" ? formatBytes(value, bytes) : `${formatBytes(value, "GB")}/s`;
}
