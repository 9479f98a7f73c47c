import type { Interval } from "../estimate";
import { type Pruner, runTrials } from "./pruner";
import { normalNumber, type RandomNumbers, randomNumbers } from "./random-numbers";

/** Epochs that a search trains in all. */
export interface SearchEpochs extends Interval {
  /** Without any stopping: trials × epochs. */
  readonly cap: number;
  /** The likely figure as a part of the cap. */
  readonly fraction: number;
  /** Trials that run to their last epoch, likely. */
  readonly finishedTrials: number;
}

export interface SearchSize {
  readonly trialCount: number;
  readonly epochsPerTrial: number;
  readonly pruner: Pruner;
}

/**
 * By how many standard deviations of a trial's quality a search improves from its first trial to its last. A random
 * sampler does not; one that learns does, and the better it learns the fewer trials fall below the median. Assumed.
 */
const IMPROVEMENT = { low: 0, likely: 1, high: 2 } as const;

/**
 * How much of a trial's standing carries over from one epoch to the next. Expected epochs hardly depend on it: between
 * 0.6 and 1 they move by less than a tenth.
 */
const PERSISTENCE = 0.9;

/** Enough for a mean that is steady to a percent of the cap, and bounded so that a large search is answered quickly. */
const MOST_SEARCHES = 200;
const FEWEST_SEARCHES = 10;
const MOST_VALUES = 600_000;

/**
 * Expected epochs by running the pruner's own rule over many searches of made-up trials. A pruner sees ranks only, so
 * nothing of the accuracies matters but how trials stand to each other: quality that persists from epoch to epoch, and a
 * sampler that improves.
 */
export function searchEpochs(size: SearchSize): SearchEpochs {
  const key = JSON.stringify(size);
  const epochs = known.get(key) ?? epochsOf(size);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, epochs);
  return epochs;
}

/** The same question gets the same answer, and a page asks it with every key: half of its time went into this. */
const known = new Map<string, SearchEpochs>();
const MOST_KNOWN = 200;

function epochsOf(size: SearchSize): SearchEpochs {
  const cap = size.trialCount * size.epochsPerTrial;
  if (size.pruner.kind === "none") {
    const reason = "nothing is stopped early";
    return { low: cap, likely: cap, high: cap, reason, cap, fraction: 1, finishedTrials: size.trialCount };
  }
  const [low, likely, high] = [IMPROVEMENT.low, IMPROVEMENT.likely, IMPROVEMENT.high].map((improvement) =>
    simulate(size, improvement),
  );
  if (low === undefined || likely === undefined || high === undefined) throw new Error("a scenario was not simulated");
  const mean = likely.epochs.reduce((sum, epochs) => sum + epochs, 0) / likely.epochs.length;
  return {
    low: low.epochs[Math.floor(low.epochs.length * 0.1)] ?? mean,
    likely: mean,
    high: high.epochs[Math.floor(high.epochs.length * 0.9)] ?? mean,
    reason: "from a lucky search with a random sampler to an unlucky one whose sampler improves much",
    cap,
    fraction: mean / cap,
    finishedTrials: likely.finishedTrials,
  };
}

interface Simulated {
  /** Of each search, ascending. */
  readonly epochs: readonly number[];
  readonly finishedTrials: number;
}

function simulate({ trialCount, epochsPerTrial, pruner }: SearchSize, improvement: number): Simulated {
  const affordable = Math.floor(MOST_VALUES / (trialCount * epochsPerTrial));
  const searchCount = Math.min(MOST_SEARCHES, Math.max(FEWEST_SEARCHES, affordable));
  const next = randomNumbers(1);
  const epochs: number[] = [];
  let finished = 0;
  for (let search = 0; search < searchCount; search += 1) {
    const trials = Array.from({ length: trialCount }, (_, trial) =>
      trialValues(epochsPerTrial, (improvement * trial) / trialCount, next),
    );
    const ran = runTrials(pruner, trials);
    epochs.push(ran.reduce((sum, count) => sum + count, 0));
    finished += ran.filter((count) => count === epochsPerTrial).length;
  }
  return { epochs: epochs.sort((a, b) => a - b), finishedTrials: finished / searchCount };
}

/** A common rise from epoch to epoch, as trainings show. Pruners that take the best so far notice it. */
const RISE_PER_EPOCH = 1;

function trialValues(epochCount: number, offset: number, next: RandomNumbers): number[] {
  const noise = Math.sqrt(1 - PERSISTENCE ** 2);
  let standing = normalNumber(next);
  return Array.from({ length: epochCount }, (_, epoch) => {
    if (epoch > 0) standing = PERSISTENCE * standing + noise * normalNumber(next);
    return standing + offset + RISE_PER_EPOCH * epoch;
  });
}
