/** Runs a validation from start to end: for each batch size the models, their predictions, and what they really take. */

import { parsePlan } from "../../plan/parse-plan";
import { MILLISECOND } from "../../units";
import type { MeasuredValidation } from "../calibrate";
import { type SecondsAhead, secondsAhead } from "../predicted-seconds";
import { fitLine } from "../statistics";
import { stepGraph } from "../step-model";
import type {
  ValidationProgress,
  ValidationRequest,
  ValidationResult,
  ValidationRow,
  ValidationState,
} from "../validation";
import { unreachedRow } from "../validation-row";
import { describeMachine } from "./machine";
import { BatchMeasurement, PARTS_PER_BATCH } from "./measure-batch";

export type FinalState = Extract<ValidationState, { readonly kind: "done" | "failed" | "cancelled" }>;

export interface RunOptions {
  readonly signal: AbortSignal;
  /** Validations whose measurements seconds are predicted from; those of other devices are left out. */
  readonly earlier?: () => Promise<readonly MeasuredValidation[]>;
  /** Told whenever something has been found out. */
  readonly onProgress?: (result: ValidationResult, progress: ValidationProgress) => void;
}

/**
 * Never throws for what happens to a measurement: that is what the rows say. The first batch size that cannot be
 * measured ends it, since larger ones ask for more.
 */
export async function runValidation(
  request: ValidationRequest,
  options: RunOptions,
): Promise<{ readonly result: ValidationResult; readonly state: FinalState }> {
  const started = performance.now();
  const elapsedSeconds = () => (performance.now() - started) * MILLISECOND;
  const rows = request.batchSizes.map((batchSize) => unreachedRow(batchSize, "It has not been reached."));
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

  const parsed = parsePlan(request.plan);
  if (!parsed.ok) {
    const reason = `The plan cannot be read: ${parsed.issues.map(({ message }) => message).join("; ")}`;
    return { result: resultNow(elapsedSeconds()), state: { kind: "failed", reason } };
  }
  const graph = stepGraph(parsed);
  seconds = secondsAhead(request, machine, (await options.earlier?.()) ?? []);

  for (const [index, batchSize] of request.batchSizes.entries()) {
    let doneCount = index * PARTS_PER_BATCH;
    const report = (doing: string) => {
      const partCount = request.batchSizes.length * PARTS_PER_BATCH;
      options.onProgress?.(resultNow(null), { doneCount, partCount, doing: `batch ${batchSize}: ${doing}`, batchSize });
      doneCount++;
    };
    const measured = new BatchMeasurement(request, graph, batchSize, machine, {
      report,
      signal: options.signal,
      secondsOf: seconds.of,
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
