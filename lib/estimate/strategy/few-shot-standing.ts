import { type ComparedStrategy, type FewShotEvidence, STRATEGY_EVIDENCE } from "../../catalogue/strategy-evidence";
import { regularizedBeta } from "../data/binomial";
import type { DataStrategy } from "../data/data-strategies";

/** Sizes at which strategies were compared dataset by dataset. */
const COMPARED_SHOTS = [1, 4, 16] as const;

const COMPARED = {
  zero_shot: true,
  linear_probe: true,
  linear_probe_text: true,
  prompt: true,
  lora: true,
} as const satisfies Record<ComparedStrategy, true>;

export function isCompared(strategy: DataStrategy): strategy is ComparedStrategy {
  return Object.hasOwn(COMPARED, strategy);
}

/** Where a strategy stands at some shots per class, relative to zero-shot. Fractions: 0.01 is one point. */
export interface Standing {
  readonly score: number;
  /** Range over datasets, where the strategy was tried beside zero-shot. */
  readonly range: { readonly low: number; readonly high: number; readonly count: number } | null;
}

/** Straight in ln(shots) between published sizes; from the largest on, that of the largest. */
export function standingAt(strategy: ComparedStrategy, shots: number): Standing {
  const { from, to, part } = between(shots);
  const mix = (a: number, b: number) => a + (b - a) * part;
  const [near, far] = [from.gains[strategy], to.gains[strategy]];
  return {
    score: mix(from.scores[strategy], to.scores[strategy]),
    range:
      near === undefined || far === undefined
        ? null
        : { low: mix(near.q10, far.q10), high: mix(near.q90, far.q90), count: Math.min(near.count, far.count) },
  };
}

/** How two strategies compare at the nearest published size. */
export interface Contest {
  /** Whether the first may be called better. */
  readonly isDecided: boolean;
  readonly count: number;
  readonly wins: number;
  readonly median: number;
}

/** Fewer direct comparisons decide nothing by themselves. */
const FEWEST_COMPARISONS = 5;
/** Chance that equal strategies would win as often. */
const LUCK = 0.1;
/** Half a point: less is not worth a name. */
const SMALLEST_DIFFERENCE = 0.005;
/** What scores must differ by where comparisons are few. */
const CLEAR_SCORE = 0.02;

/** By a sign test where there are comparisons enough, else by a clear difference of scores. */
export function contest(first: ComparedStrategy, second: ComparedStrategy, shots: number): Contest {
  const pair = nearest(shots).pairs[`${first}|${second}`];
  const scoreGap = standingAt(first, shots).score - standingAt(second, shots).score;
  if (pair === undefined) return { isDecided: scoreGap >= CLEAR_SCORE, count: 0, wins: 0, median: scoreGap };
  const { count, wins, median } = pair;
  const isDecided =
    count < FEWEST_COMPARISONS
      ? scoreGap >= CLEAR_SCORE
      : median >= SMALLEST_DIFFERENCE && chanceOfWins(wins, count) <= LUCK;
  return { isDecided, count, wins, median };
}

/** P(at least so many wins of so many even contests). */
function chanceOfWins(wins: number, count: number): number {
  return wins === 0 ? 1 : regularizedBeta(0.5, wins, count - wins + 1);
}

function evidenceAt(shots: number): FewShotEvidence {
  const found = STRATEGY_EVIDENCE.fewShot[String(shots)];
  if (found === undefined) throw new Error(`no comparisons at ${shots} shots`);
  return found;
}

function nearest(shots: number): FewShotEvidence {
  const distance = (size: number) => Math.abs(Math.log(size / shots));
  return evidenceAt(COMPARED_SHOTS.reduce((best, size) => (distance(size) < distance(best) ? size : best)));
}

function between(shots: number): { from: FewShotEvidence; to: FewShotEvidence; part: number } {
  const [one, four, sixteen] = COMPARED_SHOTS;
  if (shots <= one) return { from: evidenceAt(one), to: evidenceAt(one), part: 0 };
  if (shots >= sixteen) return { from: evidenceAt(sixteen), to: evidenceAt(sixteen), part: 0 };
  const [from, to] = shots < four ? [one, four] : [four, sixteen];
  return { from: evidenceAt(from), to: evidenceAt(to), part: Math.log(shots / from) / Math.log(to / from) };
}
