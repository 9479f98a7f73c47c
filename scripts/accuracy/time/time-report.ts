import { TIME_ERROR_HIGH, TIME_ERROR_LOW } from "../../../lib/catalogue/kernel-efficiencies";
import { type ErrorSummary, quantile, relativeError, summarize } from "../statistics";
import type { Role } from "../truth-rows";
import { GROUPS, type Pace, type TimeComparison, type TimeComparisons, type TimeGroup } from "./comparisons";
import { formulaSeconds, TIME_FORMULAS, type TimeFormula } from "./formulas";

export interface TimeSummary extends ErrorSummary {
  readonly mean: number;
  /** Share of rows whose measured seconds lie inside the interval around the estimate. */
  readonly coverage: number;
}

export interface TimeReport {
  /** By group and role, such as `timm training, check`; `all` for both. */
  readonly groups: Readonly<Record<string, TimeSummary>>;
  /** By group and card, and by group and model. */
  readonly byGpu: Readonly<Record<string, TimeSummary>>;
  readonly byModel: Readonly<Record<string, TimeSummary>>;
  /** Of all groups by the clock; what the interval's constants are and what they should be by the fit rows. */
  readonly interval: {
    readonly low: number;
    readonly high: number;
    readonly fittedLow: number;
    readonly fittedHigh: number;
    readonly fitCoverage: number;
    readonly checkCoverage: number;
  };
  /** Formulas in use beside the model, on the same rows. */
  readonly formulas: Readonly<Record<string, Readonly<Record<TimeFormula | "Headroom", ErrorSummary>>>>;
  readonly pace: Pace;
}

/** Groups that the interval is fitted and checked on: times by the clock, of what an estimate promises. */
const INTERVAL_GROUPS: readonly TimeGroup[] = [
  "H100, steps by the clock",
  "timm training",
  "Lambda BERT, one card left out",
  "published, up to 64 GPUs",
];

const [LOWEST, HIGHEST] = [0.1, 0.9] as const;

export function timeReport({ comparisons, pace }: TimeComparisons): TimeReport {
  const ofInterval = comparisons.filter(({ group }) => INTERVAL_GROUPS.includes(group));
  const of = (role: Role) => ofInterval.filter((row) => row.role === role);
  const bounds = widestBounds(of("fit"));
  return {
    groups: partition(comparisons, ({ group, role }) => [`${group}, all`, `${group}, ${role}`]),
    byGpu: partition(comparisons, ({ group, gpuId }) => [`${group}: ${gpuId}`]),
    byModel: partition(comparisons, ({ group, modelFamily }) => [`${group}: ${modelFamily}`]),
    interval: {
      low: TIME_ERROR_LOW,
      high: TIME_ERROR_HIGH,
      fittedLow: bounds.low,
      fittedHigh: bounds.high,
      fitCoverage: coverage(of("fit")),
      checkCoverage: coverage(of("check")),
    },
    formulas: compareFormulas(comparisons),
    pace,
  };
}

/** A group of fewer rows has no tenths. */
const FEWEST_ROWS = 10;

/** Of measured over estimated seconds the lowest tenth and the highest of any group, so that no group is left half outside. */
function widestBounds(rows: readonly TimeComparison[]): { readonly low: number; readonly high: number } {
  let [low, high] = [1, 1];
  for (const group of INTERVAL_GROUPS) {
    const ratios = rows
      .filter((row) => row.group === group)
      .map(({ measuredSeconds, estimatedSeconds }) => measuredSeconds / estimatedSeconds)
      .sort((a, b) => a - b);
    if (ratios.length < FEWEST_ROWS) continue;
    low = Math.min(low, quantile(ratios, LOWEST));
    high = Math.max(high, quantile(ratios, HIGHEST));
  }
  return { low, high };
}

function partition(
  rows: readonly TimeComparison[],
  keysOf: (row: TimeComparison) => readonly string[],
): Record<string, TimeSummary> {
  const parts = new Map<string, TimeComparison[]>();
  const inOrder = [...rows].sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group));
  for (const row of inOrder) for (const key of keysOf(row)) parts.set(key, [...(parts.get(key) ?? []), row]);
  return Object.fromEntries([...parts].map(([key, part]) => [key, summarizeTimes(part)]));
}

function summarizeTimes(rows: readonly TimeComparison[]): TimeSummary {
  const errors = rows.map(({ error }) => error);
  const mean = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
  return { ...summarize(errors), mean, coverage: coverage(rows) };
}

function coverage(rows: readonly TimeComparison[]): number {
  const inside = rows.filter(({ measuredSeconds, estimatedSeconds }) => {
    const ratio = measuredSeconds / estimatedSeconds;
    return TIME_ERROR_LOW <= ratio && ratio <= TIME_ERROR_HIGH;
  });
  return inside.length / rows.length;
}

function compareFormulas(rows: readonly TimeComparison[]): TimeReport["formulas"] {
  const training = rows.filter(({ group }) => group !== "timm inference" && group !== "H100, card at work");
  const seconds = formulaSeconds(training);
  const named = GROUPS.filter((group) => training.some((row) => row.group === group));
  return Object.fromEntries(
    named.map((group) => {
      const part = training.filter((row) => row.group === group);
      const errorsOf = (formula: TimeFormula) =>
        summarize(part.map((row) => relativeError(seconds(row)[formula], row.measuredSeconds)));
      const own = summarize(part.map((row) => relativeError(row.estimatedSeconds, row.measuredSeconds)));
      const [utilization, peak, bandwidth, chapter] = TIME_FORMULAS.map(errorsOf);
      if (utilization === undefined || peak === undefined || bandwidth === undefined || chapter === undefined)
        throw new Error("a formula has no errors");
      return [group, { Headroom: own, "one utilization": utilization, "peak rate": peak, bandwidth, chapter }];
    }),
  );
}
