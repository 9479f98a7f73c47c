/** Runs a validation from start to end: its turn, then for each batch size the models, their predictions, and what they take. */

import { MILLISECOND } from "../../units";
import type { MeasuredValidation } from "../calibrate";
import { type SecondsAhead, secondsAhead } from "../predicted-seconds";
import { fitLine } from "../statistics";
import type {
  ValidationProgress,
  ValidationRequest,
  ValidationResult,
  ValidationRow,
  ValidationState,
} from "../validation";
import { unreachedRow } from "../validation-row";
import { takeTurn } from "./device-turn";
import { describeMachine } from "./machine";
import { BatchMeasurement, PARTS_PER_BATCH } from "./measure-batch";
import { turnName, waitingText } from "./turn-words";

export type FinalState = Extract<ValidationState, { readonly kind: "done" | "failed" | "cancelled" }>;

export interface RunOptions {
  readonly signal: AbortSignal;
  /** What others who want the device are told is measuring; null does not wait for others, nor let them wait. */
  readonly program: string | null;
  /** Validations whose measurements seconds are predicted from; those of other devices are left out. */
  readonly earlier?: () => Promise<readonly MeasuredValidation[]>;
  /** Told whenever something has been found out. */
  readonly onProgress?: (result: ValidationResult, progress: ValidationProgress) => void;
}

export interface RanValidation {
  readonly result: ValidationResult;
  readonly state: FinalState;
}

/**
 * Waits for its turn on the device, then measures. Never throws for what happens to a measurement: that is what the rows
 * say. The first batch size that cannot be measured ends it, since larger ones ask for more.
 */
export async function runValidation(request: ValidationRequest, options: RunOptions): Promise<RanValidation> {
  const { program, signal } = options;
  if (program === null) return measureAll(request, options);
  const partCount = partCountOf(request);
  const turn = await takeTurn(await turnName(request.device), {
    signal,
    program,
    onWait: (holder) => {
      const doing = waitingText(holder, request.device);
      options.onProgress?.(nothingMeasured(request), { doneCount: 0, partCount, doing, batchSize: null });
    },
  });
  if (turn === null) {
    const reason = "It was cancelled while it waited for its turn.";
    return { result: nothingMeasured(request), state: { kind: "cancelled", reason } };
  }
  try {
    return await measureAll(request, options);
  } finally {
    await turn.end();
  }
}

async function measureAll(request: ValidationRequest, options: RunOptions): Promise<RanValidation> {
  const started = performance.now();
  const elapsedSeconds = () => (performance.now() - started) * MILLISECOND;
  const rows = [...nothingMeasured(request).rows];
  const partCount = partCountOf(request);
  const machine = await describeMachine();
  let end: FinalState = { kind: "done" };
  let seconds: SecondsAhead | null = null;
  const resultNow = (wallSeconds: number | null): ValidationResult => ({
    machine,
    rows: [...rows],
    lines: linesThrough(rows),
    secondsFrom: seconds?.source ?? null,
    wallSeconds,
  });

  seconds = secondsAhead(request, machine, (await options.earlier?.()) ?? []);

  for (const [index, batchSize] of request.batchSizes.entries()) {
    let doneCount = index * PARTS_PER_BATCH;
    const report = (doing: string) => {
      options.onProgress?.(resultNow(null), { doneCount, partCount, doing: `batch ${batchSize}: ${doing}`, batchSize });
      doneCount++;
    };
    const measured = new BatchMeasurement(request, batchSize, machine, {
      report,
      signal: options.signal,
      ahead: seconds.of,
      secondsLeft: () => request.timeLimitSeconds - elapsedSeconds(),
    });
    const row = await measured.measure();
    rows[index] = row;
    if (row.outcome === "measured") continue;
    for (const [later, size] of request.batchSizes.entries()) {
      if (later > index)
        rows[later] = unreachedRow(size, `Batch ${batchSize} was not measured, so larger ones were not tried.`);
    }
    end = endOf(row);
    break;
  }
  return { result: resultNow(elapsedSeconds()), state: end };
}

function partCountOf({ batchSizes }: ValidationRequest): number {
  return batchSizes.length * PARTS_PER_BATCH;
}

function nothingMeasured({ batchSizes }: ValidationRequest): ValidationResult {
  const rows = batchSizes.map((batchSize) => unreachedRow(batchSize, "It has not been reached."));
  return { machine: null, rows, lines: linesThrough(rows), secondsFrom: null, wallSeconds: null };
}

function endOf({ batchSize, outcome, reason }: ValidationRow): FinalState {
  const said = `Batch ${batchSize}: ${reason ?? outcome}`;
  if (outcome === "cancelled") return { kind: "cancelled", reason: "It was cancelled while it ran." };
  return outcome === "failed" || outcome === "timed_out" ? { kind: "failed", reason: said } : { kind: "done" };
}

function linesThrough(rows: readonly ValidationRow[]): ValidationResult["lines"] {
  const points = (figure: "inUsePeakBytes" | "stepSeconds") =>
    rows.flatMap(({ batchSize, measured }) => {
      if (figure === "stepSeconds") {
        const { stepSeconds: seconds } = measured;
        return seconds.kind === "measured" ? [{ batchSize, value: seconds.median }] : [];
      }
      return measured.inUsePeakBytes.kind === "measured" ? [{ batchSize, value: measured.inUsePeakBytes.value }] : [];
    });
  return { inUsePeakBytes: fitLine(points("inUsePeakBytes")), stepSeconds: fitLine(points("stepSeconds")) };
}
