import { readFileSync } from "node:fs";
import { type Pruner, runTrials } from "../../../lib/estimate/search/pruner";

interface Case {
  readonly pruner: Pruner;
  readonly trials: readonly (readonly number[])[];
  readonly epochs: readonly number[];
}

// Written by scripts/fixtures/optuna_pruners.py with Optuna itself.
const { cases }: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync("__tests__/fixtures/optuna-pruners.json", "utf8"),
);

test.each(cases)("$pruner stops each trial at the epoch at which Optuna does", ({ pruner, trials, epochs }) => {
  expect(runTrials(pruner, trials)).toEqual(epochs);
});

test("without a pruner every trial runs to its end", () => {
  expect(runTrials({ kind: "none" }, [[3, 2], [1]])).toEqual([2, 1]);
});

test("a median is that of finished trials, so that ten startups of two epochs stop the eleventh that is worst", () => {
  const startups = Array.from({ length: 10 }, (_, index) => [index, index]);
  const pruner: Pruner = { kind: "median", startupTrials: 10, warmupEpochs: 0 };
  // The median of 0..9 is 4.5.
  expect(runTrials(pruner, [...startups, [4, 9], [5, 5], [4.6, 4.6]]).slice(10)).toEqual([1, 2, 1]);
});
