/** ONNX Runtime's own accounting of a training step against what the engine predicts for the same nodes. */

import { readFileSync } from "node:fs";
import type { Provider } from "../../lib/engine/onnxruntime/kernels";
import { predictMemory } from "../../lib/engine/onnxruntime/predict-memory";
import { formatBytes } from "../../lib/format";
import { stepModel } from "../onnx/step-model";
import { relativeError, summarize } from "./statistics";

/** Rows that `scripts/onnx/run.mjs` wrote. */
export const RUNTIME_TRUTH = ["truth/memory-onnxruntime.jsonl", "truth/onnxruntime-h100.jsonl"] as const;

export interface RuntimeRow {
  readonly key: string;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly precision: "fp32" | "fp16";
  readonly provider: Provider;
  /** Kernels by the provider that ran them. */
  readonly providers: Readonly<Record<string, number>>;
  readonly nodes: number;
  readonly threads?: number;
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

export function readRuntimeRows(files: readonly string[] = RUNTIME_TRUTH): RuntimeRow[] {
  const lines = files.flatMap((file) => readFileSync(file, "utf8").split("\n").filter(Boolean));
  // A parse boundary: the rows are written by scripts/onnx/run.mjs and kept beside this program.
  return lines.map((line) => JSON.parse(line) as RuntimeRow);
}

export function compareRuntimeRow(row: RuntimeRow): RuntimeComparison {
  const { model } = stepModel(row.plan, row.precision, 1);
  const { inUsePeakBytes, requestedPeakBytes, arenaBytes } = predictMemory(model, row.provider, row.threads ?? 1);
  return {
    row,
    predicted: { inUsePeakBytes, requestedBytes: requestedPeakBytes, arenaBytes },
    error: relativeError(inUsePeakBytes, row.memory.inUsePeakBytes),
  };
}

/** The limits hold on each provider by itself. */
export function brokenRuntimeLimits(comparisons: readonly RuntimeComparison[]): string[] {
  return byProvider(comparisons).flatMap(([provider, own]) => {
    const { median, worst } = summarize(own.map(({ error }) => error));
    return [
      ...(median > LIMITS.median ? [`${provider}: median ${percent(median)} is above ${percent(LIMITS.median)}`] : []),
      ...(worst > LIMITS.worst ? [`${provider}: worst ${percent(worst)} is above ${percent(LIMITS.worst)}`] : []),
    ];
  });
}

export function printRuntime(comparisons: readonly RuntimeComparison[]): string {
  return byProvider(comparisons)
    .map(([provider, own]) => {
      const lines = own.map(({ row, predicted, error }) => {
        const bytes = [row.memory.inUsePeakBytes, predicted.inUsePeakBytes].map((value) => formatBytes(value, "MiB"));
        return tableLine([row.key, ...bytes, percent(error)]);
      });
      return [
        tableLine([`peak in use, ${provider}`, "measured", "predicted", "error"]),
        ...lines,
        "",
        summaryOf(own),
      ].join("\n");
    })
    .join("\n\n");
}

function summaryOf(comparisons: readonly RuntimeComparison[]): string {
  const { median, worst, count } = summarize(comparisons.map(({ error }) => error));
  const exact = (quantity: keyof RuntimeRow["memory"]) =>
    comparisons.filter(({ row, predicted }) => predicted[quantity] === row.memory[quantity]).length;
  const toTheByte = `${exact("inUsePeakBytes")} to the byte, of the bytes asked for ${exact("requestedBytes")}`;
  return `${count} rows: median ${percent(median)}, worst ${percent(worst)}, ${toTheByte}`;
}

function byProvider(comparisons: readonly RuntimeComparison[]): [Provider, RuntimeComparison[]][] {
  const providers = new Set(comparisons.map(({ row }) => row.provider));
  return Array.from(providers, (provider) => [provider, comparisons.filter(({ row }) => row.provider === provider)]);
}

function tableLine([first = "", ...rest]: readonly string[]): string {
  return first.padEnd(30) + rest.map((cell) => cell.padStart(14)).join("");
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}
