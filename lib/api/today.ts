/** Holds the figures of a stored plan against what today's estimator says. */

import { readCalibration } from "../estimate/calibration-text";
import type { Estimate } from "../estimate/estimate";
import { MODEL_VERSION } from "../estimate/model-version";
import { estimatePlan } from "../estimate/plan";
import { parsePlan } from "../plan/parse-plan";
import type { Difference, Figure, Today } from "./operations";

/**
 * Measurements that the figures were saved with stand behind today's as well.
 *
 * @param plan      as saved, of any schema version up to today's
 * @param estimate  as saved, of any shape
 * @param date      such as "2026-11-27"
 */
export function todayOf(plan: unknown, estimate: unknown, date: string): Today {
  const parsed = parsePlan(plan);
  if (!parsed.ok) return { status: "not_answered", modelVersion: MODEL_VERSION, issues: parsed.issues };
  const used = readCalibration(
    String(isRecord(estimate) && isRecord(estimate.calibration) ? estimate.calibration.text : ""),
  );
  const today = estimatePlan(parsed, { today: date, ...(used.ok ? { calibration: used.calibration } : {}) });
  const differences = figuresThatDiffer(estimate, today);
  return differences.length === 0
    ? { status: "same", modelVersion: MODEL_VERSION }
    : { status: "differs", modelVersion: MODEL_VERSION, differences, estimate: today };
}

/** The figures that a person would act on, in the order they are shown; wording and pictures do not count. */
const FIGURES = [
  "memory.verdict",
  "memory.allocatedPeakBytes.low",
  "memory.allocatedPeakBytes.likely",
  "memory.allocatedPeakBytes.high",
  "memory.reservedPeakBytes.low",
  "memory.reservedPeakBytes.likely",
  "memory.reservedPeakBytes.high",
  "memory.deviceBytes.low",
  "memory.deviceBytes.likely",
  "memory.deviceBytes.high",
  "memory.usableBytes",
  "memory.headroomBytes",
  "memory.savedActivationBytes",
  "memory.largestBatch.batchSize",
  "memory.largestBatch.limitedBy",
  "time.stepSeconds.low",
  "time.stepSeconds.likely",
  "time.stepSeconds.high",
  "time.totalSeconds.likely",
  "time.limitedBy",
  "parameters.total",
  "parameters.trainable",
  "flops.forwardPerSample",
  "flops.step",
  "globalBatchSize",
  "negativesPerExample",
] as const;

export function figuresThatDiffer(saved: unknown, today: Estimate): Difference[] {
  return FIGURES.map((figure) => ({ figure, saved: figureAt(saved, figure), today: figureAt(today, figure) })).filter(
    (difference) => difference.saved !== difference.today,
  );
}

function figureAt(estimate: unknown, path: string): Figure {
  const value = path.split(".").reduce<unknown>((part, step) => (isRecord(part) ? part[step] : undefined), estimate);
  return typeof value === "number" || typeof value === "string" ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
