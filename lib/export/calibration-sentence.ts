import type { AppliedCalibration } from "../estimate/calibration";
import { formatCount, formatPercent } from "../format";

/** "Calibrated by 15 steps that were timed on NVIDIA H100 SXM5 80GB, the newest on 2026-11-27, …". */
export function calibrationSentence({
  gpu,
  measurementCount,
  measuredOn,
  spread,
}: Pick<AppliedCalibration, "gpu" | "measurementCount" | "measuredOn" | "spread">): string {
  const steps = measurementCount === 1 ? "1 step that was" : `${formatCount(measurementCount)} steps that were`;
  const day = measuredOn === undefined ? "on a day that nobody wrote down" : `the newest on ${measuredOn}`;
  return `Calibrated by ${steps} timed on ${gpu}, ${day}; predictions with them lie within ${formatPercent(spread)} of them in the median.`;
}
