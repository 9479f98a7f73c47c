/** Figures of a validation that every view of it reads. */

import type { MeasuredStep, Measurement, Prediction, StepSeconds, ValidationRow } from "@/lib/profile/validation";

/** Predicted less measured, as a fraction of the measured; null where one of them is not known. */
export function errorOf(predicted: Prediction, measured: Measurement): number | null {
  if (predicted.kind !== "predicted" || measured.kind !== "measured" || measured.value === 0) return null;
  return predicted.value / measured.value - 1;
}

/** The median of a step's seconds, to stand where other measurements do. */
export function secondsOf(seconds: StepSeconds): Measurement {
  return seconds.kind === "measured" ? { kind: "measured", value: seconds.median } : seconds;
}

/** The row of the largest batch size whose memory was measured, whatever happened to it afterwards. */
export function largestMeasured(rows: readonly ValidationRow[]): ValidationRow | null {
  return rows.findLast(({ measured }) => measured.inUsePeakBytes.kind === "measured") ?? null;
}

/** The batch size at which it ended, where something kept it from being measured. */
export function stoppedAt(rows: readonly ValidationRow[]): ValidationRow | undefined {
  return rows.find(({ outcome }) => outcome !== "measured" && outcome !== "not_run");
}

/** Quantities that are told for each batch size. */
export const QUANTITIES = [
  { key: "inUsePeakBytes", label: "Peak in use", note: "by the runtime's own accounting", unit: "bytes" },
  { key: "requestedPeakBytes", label: "Peak asked for", note: "before rounding, without scratch", unit: "bytes" },
  { key: "arenaBytes", label: "Held from the system", note: "at the end", unit: "bytes" },
  { key: "residentPeakBytes", label: "The whole process", note: "runtime and model included", unit: "bytes" },
  { key: "deviceBytes", label: "On the GPU", note: "as its driver counts, context included", unit: "bytes" },
  { key: "stepSeconds", label: "One step", note: "slope between one step and three", unit: "seconds" },
] as const satisfies readonly {
  readonly key: keyof MeasuredStep;
  readonly label: string;
  readonly note: string;
  readonly unit: "bytes" | "seconds";
}[];

export type QuantityKey = (typeof QUANTITIES)[number]["key"];

export function measuredOf({ measured }: ValidationRow, key: QuantityKey): Measurement {
  return key === "stepSeconds" ? secondsOf(measured.stepSeconds) : measured[key];
}

export function predictedOf({ predicted }: ValidationRow, key: QuantityKey): Prediction {
  if (key === "residentPeakBytes")
    return predicted[key] ?? { kind: "not_predicted", why: "the runtime and its libraries are not modelled" };
  if (key === "deviceBytes")
    return predicted[key] ?? { kind: "not_predicted", why: "context and libraries differ by driver" };
  return predicted[key];
}
