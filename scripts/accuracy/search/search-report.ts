/** The expected epochs of a search, held against searches that Optuna itself ran on simulated trainings. */

import { readFileSync } from "node:fs";
import { textTable } from "../../../lib/cli/text-table";
import type { Pruner } from "../../../lib/estimate/search/pruner";
import { searchEpochs } from "../../../lib/estimate/search/search-epochs";

/** Written by scripts/simulate/optuna_searches.py. */
export const SEARCHES_FILE = "truth/optuna-searches.json";

interface SimulatedSearches {
  readonly trialCount: number;
  readonly epochsPerTrial: number;
  readonly pruner: Pruner;
  readonly sampler: "random" | "tpe";
  /** Of each search, ascending. */
  readonly epochs: readonly number[];
}

/** Parts of the cap. */
export interface SearchComparison {
  readonly name: string;
  readonly sampler: "random" | "tpe";
  readonly simulated: number;
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

export function compareSearches(text: string = readFileSync(SEARCHES_FILE, "utf8")): SearchComparison[] {
  // The repository's own file; what is read of it is compared.
  const { rows }: { readonly rows: readonly SimulatedSearches[] } = JSON.parse(text);
  return rows.map((row) => {
    const { low, likely, high, cap } = searchEpochs(row);
    const mean = row.epochs.reduce((sum, epochs) => sum + epochs, 0) / row.epochs.length;
    return {
      name: `${row.trialCount} x ${row.epochsPerTrial}, ${prunerText(row.pruner)}`,
      sampler: row.sampler,
      simulated: mean / cap,
      low: low / cap,
      likely: likely / cap,
      high: high / cap,
    };
  });
}

/** The sampler that people use: the likely figure is meant for it. */
const TPE_TOLERANCE = 0.08;

/** One line for each mean outside its range, and for each search with Optuna's default sampler that is further off. */
export function brokenSearchLimits(comparisons: readonly SearchComparison[]): string[] {
  return comparisons.flatMap(({ name, sampler, simulated, low, likely, high }) => [
    ...(simulated < low || simulated > high
      ? [`${name}, ${sampler}: ${simulated.toFixed(3)} is not within ${low.toFixed(3)}..${high.toFixed(3)}`]
      : []),
    ...(sampler === "tpe" && Math.abs(simulated - likely) > TPE_TOLERANCE
      ? [`${name}, ${sampler}: ${simulated.toFixed(3)} is further than ${TPE_TOLERANCE} from ${likely.toFixed(3)}`]
      : []),
  ]);
}

export function printSearches(comparisons: readonly SearchComparison[]): string {
  const part = (value: number) => value.toFixed(3);
  return `Epochs as a part of trials x epochs\n${textTable(
    ["search", "sampler", ">Optuna", ">low", ">likely", ">high"],
    comparisons.map((row) => [
      row.name,
      row.sampler,
      part(row.simulated),
      part(row.low),
      part(row.likely),
      part(row.high),
    ]),
  )}`;
}

function prunerText(pruner: Pruner): string {
  switch (pruner.kind) {
    case "none":
      return "none";
    case "median":
      return `median after ${pruner.startupTrials}, warm-up ${pruner.warmupEpochs}`;
    case "halving":
      return `halving by ${pruner.reductionFactor} from ${pruner.minEpochs}`;
  }
}
