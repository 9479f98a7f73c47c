import type { Plan } from "@/lib/plan/plan";
import type { Device, Outcome, Validation, ValidationState } from "@/lib/profile/validation";
import { errorOf, largestMeasured, secondsOf, stoppedAt } from "./figures";

/** A validation in one line. */
export interface HistoryRow {
  readonly id: string;
  readonly createdAt: string;
  readonly state: ValidationState;
  readonly plan: Pick<Plan, "model" | "strategy" | "precision">;
  readonly device: Device;
  /** The processor or card; null before it ran. */
  readonly deviceName: string | null;
  readonly batchSizes: readonly number[];
  /** What kept a batch size from being measured, where something did. */
  readonly stopped: { readonly batchSize: number; readonly outcome: Outcome } | null;
  /** At the largest batch size that was measured; null where none was. */
  readonly largest: {
    readonly batchSize: number;
    /** Predicted less measured peak in use, as a fraction of the measured. */
    readonly memoryError: number | null;
    readonly stepSeconds: number | null;
    readonly secondsError: number | null;
  } | null;
}

export function historyRow(validation: Validation): HistoryRow {
  const { id, createdAt, state, plan, device, machine, batchSizes, rows } = validation;
  const row = largestMeasured(rows);
  const stopped = stoppedAt(rows);
  return {
    id,
    createdAt,
    state,
    plan: { model: plan.model, strategy: plan.strategy, precision: plan.precision },
    device,
    deviceName: machine === null ? null : device === "cuda" ? (machine.gpu?.name ?? null) : machine.cpuName,
    batchSizes,
    stopped: stopped === undefined ? null : { batchSize: stopped.batchSize, outcome: stopped.outcome },
    largest:
      row === null
        ? null
        : {
            batchSize: row.batchSize,
            memoryError: errorOf(row.predicted.inUsePeakBytes, row.measured.inUsePeakBytes),
            stepSeconds: row.measured.stepSeconds.kind === "measured" ? row.measured.stepSeconds.median : null,
            secondsError: errorOf(row.predicted.stepSeconds, secondsOf(row.measured.stepSeconds)),
          },
  };
}
