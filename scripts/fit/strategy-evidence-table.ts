/** Derives the comparisons of strategies from published accuracies. Pure. */

import type {
  ComparedStrategy,
  FewShotEvidence,
  PairedComparison,
  Spread,
  StrategyEvidence,
} from "../../lib/catalogue/strategy-evidence";
import type { PublishedRow } from "../accuracy/data/published-curves";
import { quantile } from "../accuracy/statistics";
import { groupBy } from "../group-by";

/** Where LoRA was published dataset by dataset; between them one can interpolate. */
const SHOTS = [1, 4, 16] as const;

/** Means over biomedical datasets with BiomedCLIP: another kind of image and of model, kept apart. */
const BIOMEDICAL = "medical-average";

export const COMPARED = [
  "zero_shot",
  "linear_probe",
  "linear_probe_text",
  "prompt",
  "lora",
] as const satisfies readonly ComparedStrategy[];

/** LP++ starts its probe from the class texts and blends it with them; its rows are grouped as linear probes. */
const TEXT_PROBE_METHOD = "LP++";

export function strategyEvidence(rows: readonly PublishedRow[]): StrategyEvidence {
  return rounded({
    fewShot: Object.fromEntries(SHOTS.map((shots) => [shots, fewShotEvidence(rows, shots)])),
    fullData: fullData(rows),
    fullDataProbe: {
      zero_shot: accuracyOf(rows, "eva-clip", "ImageNet", "zero_shot"),
      linear_probe: accuracyOf(rows, "eva-clip", "ImageNet", "linear_probe"),
      full: accuracyOf(rows, "eva-clip", "ImageNet", "full_finetune"),
    },
  });
}

/** The same model on the same dataset: accuracy by strategy, the median of its methods. */
interface Setting {
  readonly accuracies: Readonly<Partial<Record<ComparedStrategy, number>>>;
}

function fewShotEvidence(rows: readonly PublishedRow[], shots: number): FewShotEvidence {
  const settings = settingsAt(rows, shots);
  const pairs: Record<string, PairedComparison> = {};
  const edges: Edge[] = [];
  for (const [index, first] of COMPARED.entries()) {
    for (const second of COMPARED.slice(index + 1)) {
      const found = differences(settings, first, second);
      if (found.length === 0) continue;
      const middle = quantile(found, 0.5);
      edges.push({ first, second, difference: middle, weight: found.length });
      const wins = found.filter((value) => value > 0).length;
      pairs[`${first}|${second}`] = { count: found.length, wins, median: middle };
      pairs[`${second}|${first}`] = {
        count: found.length,
        wins: found.filter((value) => value < 0).length,
        median: -middle,
      };
    }
  }
  return { scores: networkScores(edges), gains: gainsOver(settings), pairs };
}

function settingsAt(rows: readonly PublishedRow[], shots: number): Setting[] {
  const usable = rows.filter(
    ({ strategy, shotsPerClass, metric, domain }) =>
      ["top1", "meanTop1"].includes(metric) &&
      domain !== BIOMEDICAL &&
      (strategy === "zero_shot" || Number(shotsPerClass || 0) === shots),
  );
  return [...groupBy(usable, ({ dataset, model }) => `${dataset}|${model}`).values()].map((found) => {
    const byStrategy = groupBy(found, comparedStrategy);
    const accuracies: Partial<Record<ComparedStrategy, number>> = {};
    for (const strategy of COMPARED) {
      const values = (byStrategy.get(strategy) ?? []).map(({ accuracyPercent }) => Number(accuracyPercent) / 100);
      if (values.length > 0)
        accuracies[strategy] = quantile(
          [...values].sort((a, b) => a - b),
          0.5,
        );
    }
    return { accuracies };
  });
}

function comparedStrategy({ strategy, method }: PublishedRow): ComparedStrategy | null {
  if (strategy === "linear_probe") return method === TEXT_PROBE_METHOD ? "linear_probe_text" : "linear_probe";
  if (strategy === "prompt_tuning") return "prompt";
  return strategy === "lora" || strategy === "zero_shot" ? strategy : null;
}

function differences(settings: readonly Setting[], first: ComparedStrategy, second: ComparedStrategy): number[] {
  const found = settings.flatMap(({ accuracies }) => {
    const [a, b] = [accuracies[first], accuracies[second]];
    return a === undefined || b === undefined ? [] : [a - b];
  });
  return found.sort((a, b) => a - b);
}

function gainsOver(settings: readonly Setting[]): Record<string, Spread> {
  return Object.fromEntries(
    COMPARED.filter((strategy) => strategy !== "zero_shot").flatMap((strategy) => {
      const values = differences(settings, strategy, "zero_shot");
      if (values.length === 0) return [];
      const at = (fraction: number) => quantile(values, fraction);
      return [[strategy, { count: values.length, q10: at(0.1), median: at(0.5), q90: at(0.9) }]];
    }),
  );
}

interface Edge {
  readonly first: ComparedStrategy;
  readonly second: ComparedStrategy;
  readonly difference: number;
  readonly weight: number;
}

/** Scores whose differences come nearest to all compared ones, zero-shot at 0: weighted least squares, by relaxation. */
function networkScores(edges: readonly Edge[]): Record<ComparedStrategy, number> {
  const scores: Record<ComparedStrategy, number> = {
    zero_shot: 0,
    linear_probe: 0,
    linear_probe_text: 0,
    prompt: 0,
    lora: 0,
  };
  // Five strategies: a few hundred rounds settle every digit that is kept.
  for (let round = 0; round < 2000; round += 1) {
    for (const strategy of COMPARED) {
      if (strategy === "zero_shot") continue;
      const wanted = edges.flatMap(({ first, second, difference, weight }) => {
        if (first === strategy) return [{ value: scores[second] + difference, weight }];
        return second === strategy ? [{ value: scores[first] - difference, weight }] : [];
      });
      const total = wanted.reduce((sum, { weight }) => sum + weight, 0);
      if (total === 0) throw new Error(`${strategy} was compared with nothing`);
      scores[strategy] = wanted.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
    }
  }
  return scores;
}

function fullData(rows: readonly PublishedRow[]): StrategyEvidence["fullData"] {
  const source = "dive-imagenet";
  const shifted = [...new Set(rows.filter((row) => row.source === source).map(({ dataset }) => dataset))].filter(
    (dataset) => dataset !== "ImageNet",
  );
  const mean = (strategy: string) =>
    shifted.reduce((sum, dataset) => sum + accuracyOf(rows, source, dataset, strategy), 0) / shifted.length;
  const on = (strategy: string) => accuracyOf(rows, source, "ImageNet", strategy);
  return {
    shiftedSetCount: shifted.length,
    inDistribution: { zero_shot: on("zero_shot"), full: on("full_finetune"), lp_ft: on("lp_ft") },
    outOfDistribution: { zero_shot: mean("zero_shot"), full: mean("full_finetune"), lp_ft: mean("lp_ft") },
  };
}

function accuracyOf(rows: readonly PublishedRow[], source: string, dataset: string, strategy: string): number {
  const found = rows.find((row) => row.source === source && row.dataset === dataset && row.strategy === strategy);
  if (found === undefined) throw new Error(`${source} has no ${strategy} on ${dataset}`);
  return Number(found.accuracyPercent) / 100;
}

function rounded(evidence: StrategyEvidence): StrategyEvidence {
  const round = (_key: string, item: unknown) => (typeof item === "number" ? Math.round(item * 1e4) / 1e4 : item);
  // Its own value, gone through JSON only to be rounded.
  return JSON.parse(JSON.stringify(evidence, round));
}
