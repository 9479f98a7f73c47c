/** Seconds of a training step in ONNX Runtime on the CPU, measured, against what its nodes predict after calibration. */

import { readFileSync } from "node:fs";
import { RATE_NAMES, type TimedLoad } from "../../lib/engine/onnxruntime/fit-rates";
import { CPU_EFFICIENCIES, CPU_RATES } from "../../lib/engine/onnxruntime/runtime-efficiencies";
import { stepLoad } from "../../lib/engine/onnxruntime/step-load";
import { type JudgedRates, judgeRates, type SecondsRange, secondsRange } from "../../lib/profile/judge-rates";
import { MILLISECOND } from "../../lib/units";
import { groupBy } from "../group-by";
import { stepModel } from "../onnx/step-model";
import { quantile, relativeError, summarize } from "./statistics";

/** Rows that `scripts/onnx/time-in-turns.mjs` wrote. */
export const SECONDS_TRUTH = "truth/seconds-onnxruntime-cpu.jsonl";

/** The two small configurations that calibrate the machine, in every session. All others are predicted with their rates. */
export const CALIBRATED_ON: ReadonlySet<string> = new Set(["small-vit-full-b8-fp32", "small-rn-full-b8-fp32"]);

interface RecordedRow {
  readonly key: string;
  /** When the process began in which this and others were timed in turns. */
  readonly session: string;
  readonly plan: Readonly<Record<string, unknown>>;
  readonly precision: "fp32" | "fp16";
  /** All runs, of one step and of several. */
  readonly runSecondsBySteps: Readonly<Record<string, readonly number[]>>;
}

/** One configuration in one session. */
export interface SecondsRow extends Pick<RecordedRow, "key" | "session" | "plan" | "precision"> {
  /** Of one step: what the quickest run of several took longer than the quickest of one, for each step more. */
  readonly seconds: number;
  /** The same of the medians, over the least: how restless the machine was. */
  readonly spread: number;
}

/** One configuration against all its sessions. */
export interface SecondsComparison {
  readonly key: string;
  readonly sessionCount: number;
  /** Geometric means over the sessions, each predicted with its own rates. */
  readonly measuredSeconds: number;
  readonly predictedSeconds: number;
  /** As a fraction of what was measured. */
  readonly error: number;
  /** Median of the sessions' spreads. */
  readonly spread: number;
  /** Predicted over measured of the session where it is most, over that where it is least, less one. */
  readonly spreadOfSessions: number;
  /** Of its sessions, those in which it took what the predicted range of nine in ten holds. */
  readonly withinCount: number;
}

export interface SecondsReport {
  /** Of all configurations but those that calibrate. */
  readonly comparisons: readonly SecondsComparison[];
  readonly sessionCount: number;
  /** Standard deviation of ln(predicted/measured) over all rows. */
  readonly deviation: number;
  /** Of each calibrating configuration, what it took in the slowest session over the quickest, less one. */
  readonly moods: Readonly<Record<string, number>>;
}

/** Largest errors allowed, as fractions. */
const LIMITS = { median: 0.15, p90: 0.3 };

export function readSecondsRows(file: string = SECONDS_TRUTH): SecondsRow[] {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  // A parse boundary: the rows are written by scripts/onnx/time-in-turns.mjs and kept beside this program.
  return lines.map((line) => timed(JSON.parse(line) as RecordedRow));
}

function timed({ key, session, plan, precision, runSecondsBySteps }: RecordedRow): SecondsRow {
  const [short, long] = Object.entries(runSecondsBySteps)
    .map(([steps, runs]) => ({ steps: Number(steps), runs }))
    .sort((a, b) => a.steps - b.steps);
  if (short === undefined || long === undefined) throw new Error(`${key} was not timed with two numbers of steps`);
  const slope = (of: (runs: readonly number[]) => number) =>
    (of(long.runs) - of(short.runs)) / (long.steps - short.steps);
  const seconds = slope((runs) => Math.min(...runs));
  return { key, session, plan, precision, seconds, spread: slope(median) / seconds - 1 };
}

export function secondsReport(rows: readonly SecondsRow[]): SecondsReport {
  const loads = new Map(Array.from(groupBy(rows, keyOf), ([key, [row]]) => [key, row && loadOf(row)]));
  const timedLoad = ({ key, seconds, spread }: SecondsRow): TimedLoad => {
    const load = loads.get(key);
    if (load === undefined) throw new Error(`${key} has no load`);
    return { load, seconds, error: Math.abs(spread), plan: key };
  };
  const rates = new Map(
    Array.from(groupBy(rows, sessionOf), ([session, own]) => [
      session,
      ratesOf(session, own.filter(calibrates).map(timedLoad)),
    ]),
  );
  const predicted = (row: SecondsRow): SecondsRange => {
    const own = rates.get(row.session);
    if (own === undefined) throw new Error(`${row.session} has no rates`);
    return secondsRange(timedLoad(row).load, own);
  };
  const unseen = rows.filter((row) => !calibrates(row));
  return {
    comparisons: Array.from(groupBy(unseen, keyOf), ([key, own]) => compare(key, own, own.map(predicted))),
    sessionCount: rates.size,
    deviation: deviationOf(unseen.map((row) => Math.log(predicted(row).likely / row.seconds))),
    moods: Object.fromEntries(
      Array.from(groupBy(rows.filter(calibrates), keyOf), ([key, own]) => [
        key,
        range(own.map(({ seconds }) => seconds)),
      ]),
    ),
  };
}

function keyOf({ key }: SecondsRow): string {
  return key;
}

function sessionOf({ session }: SecondsRow): string {
  return session;
}

function calibrates({ key }: SecondsRow): boolean {
  return CALIBRATED_ON.has(key);
}

function ratesOf(session: string, timedLoads: readonly TimedLoad[]): JudgedRates {
  if (timedLoads.length !== CALIBRATED_ON.size)
    throw new Error(`session ${session} did not time the steps that calibrate`);
  const judgement = judgeRates(timedLoads, CPU_RATES, RATE_NAMES);
  if (judgement.kind === "contradictory") throw new Error(`the steps that calibrate ${session} contradict each other`);
  return judgement.judged;
}

function compare(key: string, rows: readonly SecondsRow[], ranges: readonly SecondsRange[]): SecondsComparison {
  const measuredSeconds = geometricMean(rows.map(({ seconds }) => seconds));
  const predicted = ranges.map(({ likely }) => likely);
  const predictedSeconds = geometricMean(predicted);
  return {
    key,
    sessionCount: rows.length,
    measuredSeconds,
    predictedSeconds,
    error: relativeError(predictedSeconds, measuredSeconds),
    spread: median(rows.map(({ spread }) => spread)),
    spreadOfSessions: range(rows.map(({ seconds }, i) => (predicted[i] ?? Number.NaN) / seconds)),
    withinCount: rows.filter(({ seconds }, i) => {
      const { low = Number.NaN, high = Number.NaN } = ranges[i] ?? {};
      return low <= seconds && seconds <= high;
    }).length,
  };
}

function loadOf({ plan, precision }: SecondsRow): TimedLoad["load"] {
  const model = (stepCount: number) => stepModel(plan, precision, stepCount).model;
  return stepLoad(model(1), model(2), CPU_EFFICIENCIES);
}

export function brokenSecondsLimits({ comparisons }: Pick<SecondsReport, "comparisons">): string[] {
  const { median: middle, p90 } = summarize(comparisons.map(({ error }) => error));
  return [
    ...(middle > LIMITS.median ? [`seconds: median ${percent(middle)} is above ${percent(LIMITS.median)}`] : []),
    ...(p90 > LIMITS.p90 ? [`seconds: p90 ${percent(p90)} is above ${percent(LIMITS.p90)}`] : []),
  ];
}

export function printSeconds({ comparisons, sessionCount, deviation, moods }: SecondsReport): string {
  const lines = comparisons.map((comparison) =>
    tableLine([
      comparison.key,
      milliseconds(comparison.measuredSeconds),
      milliseconds(comparison.predictedSeconds),
      percent(comparison.error),
      percent(comparison.spread),
      String(comparison.sessionCount),
      comparison.sessionCount > 1 ? percent(comparison.spreadOfSessions) : "",
    ]),
  );
  const { count, ...figures } = summarize(comparisons.map(({ error }) => error));
  const texts = Object.entries(figures).map(([name, figure]) => `${name} ${percent(figure)}`);
  const moodTexts = Object.entries(moods).map(([key, mood]) => `${key} ${percent(mood)}`);
  const again = comparisons.filter((comparison) => comparison.sessionCount > 1);
  return [
    tableLine(["seconds of a step, cpu", "measured", "predicted", "error", "spread", "sessions", "between them"]),
    ...lines,
    "",
    `${count} rows in ${sessionCount} sessions, ${texts.join(", ")}`,
    `within the predicted range: ${sum(comparisons, "withinCount")} of ${sum(comparisons, "sessionCount")} measurements; ln(predicted/measured) deviates by ${deviation.toFixed(3)}`,
    `slowest session over quickest, of what calibrates: ${moodTexts.join(", ")}`,
    `spread in a session, medians over least: ${percent(median(comparisons.map(({ spread }) => spread)))} in the median`,
    ...(again.length === 0
      ? []
      : [
          `predicted over measured between sessions, of ${again.length} rows: ${percent(median(again.map(({ spreadOfSessions }) => spreadOfSessions)))} apart in the median`,
        ]),
  ].join("\n");
}

function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

function sum(comparisons: readonly SecondsComparison[], count: "withinCount" | "sessionCount"): number {
  return comparisons.reduce((total, comparison) => total + comparison[count], 0);
}

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length);
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The most over the least, less one. */
function range(values: readonly number[]): number {
  return Math.max(...values) / Math.min(...values) - 1;
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
