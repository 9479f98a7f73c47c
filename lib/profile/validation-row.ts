/** Rows of a validation from what is known so far. */

import type { PredictedMemory } from "../engine/onnxruntime/predict-memory";
import type { MeasuredStep, Measurement, Outcome, PredictedStep, Prediction, ValidationRow } from "./validation";

/** A row that was not reached, for the reason given. */
export function unreachedRow(batchSize: number, reason: string): ValidationRow {
  return {
    batchSize,
    outcome: "not_run",
    reason,
    predicted: unpredictedStep("the model was not written"),
    measured: unmeasuredStep("it was not run"),
    nodeCount: null,
    modelBytes: null,
    providers: null,
    losses: null,
    load: null,
    others: { cpuFraction: { kind: "not_measured", why: "it was not timed" }, gpuUsers: null },
  };
}

/** The row ends here: what is known stays, with what ended it. */
export function endedRow(row: ValidationRow, outcome: Outcome, reason: string): ValidationRow {
  return { ...row, outcome, reason };
}

export function predictedStep(
  memory: Omit<PredictedMemory, "timeline">,
  { stepSeconds, ...whole }: Pick<PredictedStep, "stepSeconds" | "residentPeakBytes" | "deviceBytes">,
): PredictedStep {
  return {
    ...whole,
    inUsePeakBytes: predicted(memory.inUsePeakBytes),
    requestedPeakBytes: predicted(memory.requestedPeakBytes),
    arenaBytes: predicted(memory.arenaBytes),
    stepSeconds,
  };
}

export function unmeasuredStep(why: string): MeasuredStep {
  const none: Measurement = { kind: "not_measured", why };
  return {
    inUsePeakBytes: none,
    requestedPeakBytes: none,
    arenaBytes: none,
    residentPeakBytes: none,
    deviceBytes: none,
    stepSeconds: { kind: "not_measured", why },
  };
}

/** @param value null or undefined: not measured, for the reason given */
export function measurement(value: number | null | undefined, why: string): Measurement {
  return value === null || value === undefined ? { kind: "not_measured", why } : { kind: "measured", value };
}

function unpredictedStep(why: string): PredictedStep {
  const none: Prediction = { kind: "not_predicted", why };
  return { inUsePeakBytes: none, requestedPeakBytes: none, arenaBytes: none, stepSeconds: none };
}

function predicted(value: number): Prediction {
  return { kind: "predicted", value };
}
