/** Seconds of a training step in ONNX Runtime on the CPU, measured, against what its nodes predict after calibration. */

import { readFileSync } from "node:fs";
import { fitRates, type TimedLoad } from "../../lib/engine/onnxruntime/fit-rates";
import { CPU_EFFICIENCIES, CPU_RATES } from "../../lib/engine/onnxruntime/runtime-efficiencies";
import { type RuntimeRates, secondsOf, stepLoad } from "../../lib/engine/onnxruntime/step-load";
import { MILLISECOND } from "../../lib/units";
import { stepModel } from "../onnx/step-model";
import { relativeError, summarize } from "./statistics";

/** Rows that `scripts/onnx/run.mjs --seconds-only` wrote; a configuration measured again has several. */
export const SECONDS_TRUTH = "truth/seconds-onnxruntime-cpu.jsonl";

/** The two small configurations that stand for a calibration of the machine. All others are predicted with its rates. */
export const CALIBRATED_ON: ReadonlySet<string> = new Set(["small-vit-full-b8-fp32", "small-rn-full-b8-fp32"]);

interface RecordedRow {
  readonly key: string;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly precision: "fp32" | "fp16";
  readonly threads: number;
  /** Of all runs of one step and of three. */
  readonly runSecondsBySteps: Readonly<Record<"1" | "3", readonly number[]>>;
}

/** One configuration, all its measurements together. */
export interface SecondsRow extends Pick<RecordedRow, "key" | "plan" | "precision"> {
  /** Of one step: half of what the quickest run of three steps took longer than the quickest of one. */
  readonly seconds: number;
  /** The same of the medians, over the least: how restless the machine was. */
  readonly spread: number;
  /**
   * Whether a step is at least twice as long as what the runs of one step scatter by. Below that the difference of two
   * runs measures their scatter: such rows are shown, and no limit is held to them.
   */
  readonly isResolved: boolean;
}

export interface SecondsComparison {
  readonly row: SecondsRow;
  readonly load: TimedLoad["load"];
  readonly predictedSeconds: number;
  /** As a fraction of what was measured. */
  readonly error: number;
}

export interface SecondsReport {
  readonly rates: RuntimeRates;
  /** Of all configurations but those that were calibrated on. */
  readonly comparisons: readonly SecondsComparison[];
}

/** Largest errors allowed, as fractions. */
const LIMITS = { median: 0.15, p90: 0.3 };

export function readSecondsRows(file: string = SECONDS_TRUTH): SecondsRow[] {
  const byKey = new Map<string, RecordedRow[]>();
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    // A parse boundary: the rows are written by scripts/onnx/run.mjs and kept beside this program.
    const row = JSON.parse(line) as RecordedRow;
    byKey.set(row.key, [...(byKey.get(row.key) ?? []), row]);
  }
  return Array.from(byKey.values(), merged);
}

function merged(rows: readonly RecordedRow[]): SecondsRow {
  const [first] = rows;
  if (first === undefined) throw new Error("a configuration without rows");
  const runs = (steps: "1" | "3") => rows.flatMap(({ runSecondsBySteps }) => runSecondsBySteps[steps]);
  const seconds = (Math.min(...runs("3")) - Math.min(...runs("1"))) / 2;
  const ofMedians = (median(runs("3")) - median(runs("1"))) / 2;
  const scatter = median(runs("1")) - Math.min(...runs("1"));
  const { key, plan, precision } = first;
  return { key, plan, precision, seconds, spread: ofMedians / seconds - 1, isResolved: seconds >= 2 * scatter };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function secondsReport(rows: readonly SecondsRow[]): SecondsReport {
  const loads = rows.map((row) => ({ row, load: loadOf(row) }));
  const small = loads.filter(({ row }) => CALIBRATED_ON.has(row.key));
  if (small.length !== CALIBRATED_ON.size) throw new Error("the configurations to calibrate on were not measured");
  const rates = fitRates(
    small.map(({ row, load }) => ({ load, seconds: row.seconds })),
    CPU_RATES,
  );
  const comparisons = loads
    .filter(({ row }) => !CALIBRATED_ON.has(row.key))
    .map(({ row, load }) => {
      const predictedSeconds = secondsOf(load, rates);
      return { row, load, predictedSeconds, error: relativeError(predictedSeconds, row.seconds) };
    });
  return { rates, comparisons };
}

function loadOf({ plan, precision }: SecondsRow): TimedLoad["load"] {
  const [one, two] = [1, 2].map((stepCount) => stepModel(plan, precision, stepCount).model);
  if (one === undefined || two === undefined) throw new Error("a step was not written");
  return stepLoad(one, two, CPU_EFFICIENCIES);
}

export function brokenSecondsLimits(report: SecondsReport): string[] {
  const { median: middle, p90 } = summarize(resolved(report).map(({ error }) => error));
  return [
    ...(middle > LIMITS.median ? [`seconds: median ${percent(middle)} is above ${percent(LIMITS.median)}`] : []),
    ...(p90 > LIMITS.p90 ? [`seconds: p90 ${percent(p90)} is above ${percent(LIMITS.p90)}`] : []),
  ];
}

/** Those that the limits are held to. */
export function resolved({ comparisons }: SecondsReport): readonly SecondsComparison[] {
  return comparisons.filter(({ row }) => row.isResolved);
}

export function printSeconds(report: SecondsReport): string {
  const { comparisons } = report;
  const spreads = comparisons.map(({ row }) => row.spread).sort((a, b) => a - b);
  const lines = comparisons.map(({ row, predictedSeconds, error }) =>
    tableLine([
      row.key,
      milliseconds(row.seconds),
      milliseconds(predictedSeconds),
      percent(error),
      percent(row.spread),
      row.isResolved ? "" : "not resolved",
    ]),
  );
  return [
    tableLine(["seconds of a step, cpu", "measured", "predicted", "error", "spread"]),
    ...lines,
    "",
    `calibrated on ${[...CALIBRATED_ON].join(" and ")}`,
    `steps that the runs resolve: ${summaryOf(resolved(report))}`,
    `all: ${summaryOf(comparisons)}`,
    `spread: median run over quickest, ${percent(spreads[Math.floor(spreads.length / 2)] ?? Number.NaN)} in the median`,
  ].join("\n");
}

function summaryOf(comparisons: readonly SecondsComparison[]): string {
  const { count, median: middle, p90, p95, worst, bias } = summarize(comparisons.map(({ error }) => error));
  const figures = { median: middle, p90, p95, worst, bias };
  const texts = Object.entries(figures).map(([name, figure]) => `${name} ${percent(figure)}`);
  return `${count} rows, ${texts.join(", ")}`;
}

function milliseconds(seconds: number): string {
  return `${(seconds / MILLISECOND).toFixed(1)} ms`;
}

function tableLine([first = "", ...rest]: readonly string[]): string {
  return first.padEnd(30) + rest.map((cell) => cell.padStart(14)).join("");
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}
