/** ONNX Runtime's own accounting of a training step against what the engine predicts for the same nodes. */

import { readFileSync } from "node:fs";
import { predictMemory } from "../../lib/engine/onnxruntime/predict-memory";
import { formatBytes } from "../../lib/format";
import { stepModel } from "../onnx/step-model";
import { relativeError, summarize } from "./statistics";

/** Rows that `scripts/onnx/run.mjs` wrote. */
export const RUNTIME_TRUTH = "truth/memory-onnxruntime.jsonl";

export interface RuntimeRow {
  readonly key: string;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly precision: "fp32" | "fp16";
  readonly threads: number;
  readonly memory: {
    readonly inUsePeakBytes: number;
    readonly requestedBytes: number;
    readonly arenaBytes: number;
  };
}

export interface RuntimeComparison {
  readonly row: RuntimeRow;
  readonly predicted: RuntimeRow["memory"];
  /** Of the peak in use, as a fraction of what was measured. */
  readonly error: number;
}

/** Largest errors allowed, as fractions. */
const LIMITS = { median: 0.02, worst: 0.08 };

export function readRuntimeRows(file: string): RuntimeRow[] {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  // A parse boundary: the rows are written by scripts/onnx/run.mjs and kept beside this program.
  return lines.map((line) => JSON.parse(line) as RuntimeRow);
}

export function compareRuntimeRow(row: RuntimeRow): RuntimeComparison {
  const { model } = stepModel(row.plan, row.precision, 1);
  const { inUsePeakBytes, requestedPeakBytes, arenaBytes } = predictMemory(model, row.threads);
  return {
    row,
    predicted: { inUsePeakBytes, requestedBytes: requestedPeakBytes, arenaBytes },
    error: relativeError(inUsePeakBytes, row.memory.inUsePeakBytes),
  };
}

export function brokenRuntimeLimits(comparisons: readonly RuntimeComparison[]): string[] {
  const { median, worst } = summarize(comparisons.map(({ error }) => error));
  return [
    ...(median > LIMITS.median ? [`median ${percent(median)} is above ${percent(LIMITS.median)}`] : []),
    ...(worst > LIMITS.worst ? [`worst ${percent(worst)} is above ${percent(LIMITS.worst)}`] : []),
  ];
}

export function printRuntime(comparisons: readonly RuntimeComparison[]): string {
  const errors = comparisons.map(({ error }) => error);
  const { median, worst, count } = summarize(errors);
  const exact = comparisons.filter(({ row, predicted }) => predicted.inUsePeakBytes === row.memory.inUsePeakBytes);
  const lines = comparisons.map(({ row, predicted, error }) => {
    const [measured, expected] = [row.memory.inUsePeakBytes, predicted.inUsePeakBytes].map((bytes) =>
      formatBytes(bytes, "MiB").padStart(14),
    );
    return `${row.key.padEnd(28)}${measured}${expected}${percent(error).padStart(10)}`;
  });
  const header = `${"peak in use".padEnd(28)}${"measured".padStart(14)}${"predicted".padStart(14)}${"error".padStart(10)}`;
  const summary = `${count} rows: median ${percent(median)}, worst ${percent(worst)}, ${exact.length} to the byte`;
  return [header, ...lines, "", summary].join("\n");
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}
