import { quantile } from "../statistics";
import type { TimeComparison } from "./comparisons";

export const TIME_FORMULAS = ["one utilization", "peak rate", "bandwidth", "chapter"] as const;

export type TimeFormula = (typeof TIME_FORMULAS)[number];

/** What a formula takes as proportional to the seconds of a step. */
const PROPORTIONAL: Readonly<Record<TimeFormula, (row: TimeComparison) => number>> = {
  "one utilization": ({ flops, peakFlopsPerSecond }) => flops / peakFlopsPerSecond,
  "peak rate": ({ flops, peakFlopsPerSecond }) => flops / peakFlopsPerSecond,
  bandwidth: ({ flops, bandwidthBytesPerSecond }) => flops / bandwidthBytesPerSecond,
  // Hours per epoch are parameters times a constant over the batch, so those of a step are parameters times another.
  chapter: ({ parameterCount }) => parameterCount,
};

/**
 * Seconds by formulas in use, each with its constant fitted on the rows of role fit: one for all in `one utilization` and
 * `chapter`, which names neither card nor data; one for each group of rows where a formula scales a known run.
 */
export function formulaSeconds(rows: readonly TimeComparison[]): (row: TimeComparison) => Record<TimeFormula, number> {
  const fit = rows.filter(({ role }) => role === "fit");
  const constant = (formula: TimeFormula, part: readonly TimeComparison[]) => {
    const ratios = part.map((row) => row.measuredSeconds / PROPORTIONAL[formula](row)).sort((a, b) => a - b);
    return quantile(ratios, 0.5);
  };
  const overall = { "one utilization": constant("one utilization", fit), chapter: constant("chapter", fit) };
  return (row) => {
    const group = fit.filter((other) => other.group === row.group);
    const known = group.length > 0 ? group : fit;
    return {
      "one utilization": overall["one utilization"] * PROPORTIONAL["one utilization"](row),
      "peak rate": constant("peak rate", known) * PROPORTIONAL["peak rate"](row),
      bandwidth: constant("bandwidth", known) * PROPORTIONAL.bandwidth(row),
      chapter: overall.chapter * PROPORTIONAL.chapter(row),
    };
  };
}
