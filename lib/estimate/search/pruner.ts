/** What stops a trial early. Names follow Optuna's pruners, whose rules these are. */
export type Pruner =
  | { readonly kind: "none" }
  | {
      readonly kind: "median";
      /** Trials that must have finished before any is stopped. */
      readonly startupTrials: number;
      /** Epochs of a trial in which it is never stopped. */
      readonly warmupEpochs: number;
    }
  | {
      readonly kind: "halving";
      /** Epochs before the first decision. */
      readonly minEpochs: number;
      /** One of so many goes on at each decision; the next comes so many times later. */
      readonly reductionFactor: number;
    };

/** What a pruner has seen of earlier trials. */
export interface SearchHistory {
  /** Whether a trial with these values, one for each epoch so far, is to be stopped now. Higher is better. */
  readonly shouldStop: (values: readonly number[]) => boolean;
  /** Tells that the trial ran to its last epoch without being stopped. */
  readonly finish: (values: readonly number[]) => void;
}

/**
 * @returns a history without trials. It remembers what the pruner asks of earlier trials, in the order in which one
 *   process runs them.
 * @source Optuna: MedianPruner, SuccessiveHalvingPruner with minimum early-stopping rate and bootstrap count of 0
 */
export function startSearch(pruner: Pruner): SearchHistory {
  switch (pruner.kind) {
    case "none":
      return { shouldStop: () => false, finish: () => {} };
    case "median":
      return medianHistory(pruner.startupTrials, pruner.warmupEpochs);
    case "halving":
      return halvingHistory(pruner.minEpochs, pruner.reductionFactor);
  }
}

/** Stops a trial whose best value so far is below the median of finished trials at the same epoch. */
function medianHistory(startupTrials: number, warmupEpochs: number): SearchHistory {
  // By epoch, ascending.
  const finished: number[][] = [];
  let finishedCount = 0;
  return {
    shouldStop: (values) => {
      const epoch = values.length - 1;
      if (finishedCount === 0 || finishedCount < startupTrials || epoch < warmupEpochs) return false;
      return Math.max(...values) < median(finished[epoch] ?? []);
    },
    finish: (values) => {
      finishedCount += 1;
      for (const [epoch, value] of values.entries()) {
        const sorted = finished[epoch] ?? [];
        insert(sorted, value);
        finished[epoch] = sorted;
      }
    },
  };
}

/** At each rung lets a trial go on if it is among the best one in `reductionFactor` that came so far. */
function halvingHistory(minEpochs: number, reductionFactor: number): SearchHistory {
  // By rung, ascending.
  const rungs: number[][] = [];
  let rung = 0;
  return {
    shouldStop: (values) => {
      const epochCount = values.length;
      if (epochCount === 1) rung = 0;
      const value = values[epochCount - 1] ?? Number.NEGATIVE_INFINITY;
      while (epochCount >= minEpochs * reductionFactor ** rung) {
        const competing = rungs[rung] ?? [];
        rungs[rung] = competing;
        insert(competing, value);
        rung += 1;
        // The best alone goes on while there are fewer than the factor.
        const promoted = Math.max(1, Math.floor(competing.length / reductionFactor));
        if (value < (competing[competing.length - promoted] ?? value)) return true;
      }
      return false;
    },
    finish: () => {},
  };
}

function insert(ascending: number[], value: number): void {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  ascending.splice(low, 0, value);
}

function median(ascending: readonly number[]): number {
  const middle = (ascending.length - 1) / 2;
  const [below, above] = [ascending[Math.floor(middle)], ascending[Math.ceil(middle)]];
  if (below === undefined || above === undefined) throw new RangeError("no finished trial has a value at this epoch");
  return (below + above) / 2;
}

/** @returns epochs that each trial ran, given the values it would show epoch by epoch */
export function runTrials(pruner: Pruner, trials: readonly (readonly number[])[]): number[] {
  const history = startSearch(pruner);
  return trials.map((values) => {
    const seen: number[] = [];
    for (const value of values) {
      seen.push(value);
      if (history.shouldStop(seen)) return seen.length;
    }
    history.finish(values);
    return seen.length;
  });
}
