import type { SourceId } from "../../catalogue/sources";
import { formatCount, formatPercent } from "../../format";
import type { ParsedPlan } from "../../plan/parse-plan";
import type { Assumption, StrategyKind } from "../../plan/plan";
import { HOUR_SECONDS } from "../../units";
import type { Caveat, Interval } from "../estimate";
import { type FiguresOf, type PlanFigures, runOf } from "../strategy/strategy-effort";
import { type Term, term } from "../term";
import { optunaStudy } from "./optuna-study";
import type { Pruner } from "./pruner";
import { type SearchEpochs, searchEpochs } from "./search-epochs";
import { defaultSpace, largestBatch, type SearchParameter } from "./search-space";
import { judgeWinner, type Winner } from "./winner";

/** A search over hyper-parameters of a plan. */
export interface SearchRequest {
  readonly plan: ParsedPlan;
  readonly trialCount: number;
  readonly epochsPerTrial: number;
  readonly pruner: Pruner;
  /** Null: the default of the plan's strategy. */
  readonly space: readonly SearchParameter[] | null;
  /** Measured time of one epoch, validation included; null: estimated. */
  readonly epochSeconds: number | null;
  /** Price of all the plan's devices for an hour; null: the plan's own, or the cheapest offer. */
  readonly usdPerHour: number | null;
  /** Expected of a good trial, a fraction. */
  readonly accuracy: number;
  readonly smallestDifference: number;
}

export interface SearchAnswer {
  readonly schemaVersion: 1;
  readonly summary: string;
  readonly trialCount: number;
  readonly epochsPerTrial: number;
  readonly pruner: Pruner;
  readonly space: readonly SearchParameter[];
  readonly epochs: SearchEpochs;
  /** Null where neither a time was given nor could be estimated. */
  readonly seconds: Interval | null;
  readonly secondsTerm: Term | null;
  readonly costUsd: Interval | null;
  /** What the search without stopping would take at most. */
  readonly capSeconds: number | null;
  /** And cost. */
  readonly capUsd: number | null;
  readonly cheaper: readonly CheaperSearch[];
  readonly winner: Winner;
  /** A program for Optuna: the space, the pruner and the plan, to be given the user's training. */
  readonly optunaStudy: string;
  readonly sources: readonly SourceId[];
  readonly assumptions: readonly Assumption[];
  readonly caveats: readonly Caveat[];
}

/** A way to the same choice for less. */
export interface CheaperSearch {
  readonly id: string;
  readonly text: string;
  /** Epochs' worth of computing; null where it is not that kind of saving. */
  readonly epochs: Interval | null;
}

/** What a search will take, and what its winner will be worth. */
export function estimateSearch(
  request: SearchRequest,
  given: readonly Assumption[],
  figuresOf: FiguresOf,
): SearchAnswer {
  const { plan, trialCount, epochsPerTrial, pruner } = request;
  const strategy = plan.plan.strategy.kind;
  const space = request.space ?? defaultSpace(strategy);
  const epochs = searchEpochs({ trialCount, epochsPerTrial, pruner });
  const figures = figuresOf(plan);
  const epoch = epochOf(request, figures);
  const seconds = epoch === null ? null : product(epochs, epoch.seconds);
  const capSeconds = epoch === null ? null : epochs.cap * epoch.seconds.likely;
  const candidates = Math.max(1, Math.round(epochs.finishedTrials));
  return {
    schemaVersion: 1,
    summary: summaryOf(request, epochs),
    trialCount,
    epochsPerTrial,
    pruner,
    space,
    epochs,
    seconds,
    secondsTerm: epoch === null ? null : secondsTerm(epochs, epoch.seconds),
    costUsd: costOf(request, seconds, epoch),
    capSeconds,
    capUsd: usdOf(request, capSeconds, epoch),
    cheaper: cheaperSearches(strategy, epochs, request),
    winner: judgeWinner(request.accuracy, candidates, plan.plan.validationSampleCount, request.smallestDifference),
    optunaStudy: optunaStudy({ plan: plan.plan, trialCount, epochsPerTrial, pruner, space }),
    sources: ["optuna-pruners", "source-chapter"],
    assumptions: [...given, ...plan.assumptions],
    caveats: caveatsOf(request, space, figures, epoch === null),
  };
}

interface EpochEffort {
  readonly seconds: Interval;
  /** Of all GPUs that are paid for, at the plan's own price or the cheapest offer; null where there is none. */
  readonly usdPerHour: number | null;
}

/** The user's own measurement first, else a part of the plan's run. */
function epochOf({ plan, epochSeconds }: SearchRequest, figures: PlanFigures): EpochEffort | null {
  const run = runOf(figures);
  const usdPerHour = run?.usdPerHour ?? null;
  if (epochSeconds !== null) {
    const seconds = { low: epochSeconds, likely: epochSeconds, high: epochSeconds, reason: "as you measured it" };
    return { seconds, usdPerHour };
  }
  return run === null ? null : { seconds: scaled(run.totalSeconds, 1 / plan.plan.epochs), usdPerHour };
}

/** From seconds, not from the run's cost: a run's cents, times a hundred epochs, would be far off. */
function costOf(request: SearchRequest, seconds: Interval | null, epoch: EpochEffort | null): Interval | null {
  const usdPerHour = hourlyPrice(request, epoch);
  if (seconds === null || usdPerHour === null) return null;
  const reason =
    request.usdPerHour === null ? "at the plan's price, or the cheapest offer" : "at your price for an hour";
  return { ...scaled(seconds, usdPerHour / HOUR_SECONDS), reason };
}

function usdOf(request: SearchRequest, seconds: number | null, epoch: EpochEffort | null): number | null {
  const usdPerHour = hourlyPrice(request, epoch);
  return seconds === null || usdPerHour === null ? null : (seconds * usdPerHour) / HOUR_SECONDS;
}

function hourlyPrice({ usdPerHour }: SearchRequest, epoch: EpochEffort | null): number | null {
  return usdPerHour ?? epoch?.usdPerHour ?? null;
}

function secondsTerm(epochs: SearchEpochs, epochSeconds: Interval): Term {
  return term("search", "Search", "seconds", [
    { name: "trials × epochs", value: epochs.cap, unit: "epochs" },
    { name: "part that is not stopped early", value: epochs.fraction, unit: "", source: "optuna-pruners" },
    { name: "time of one epoch", value: epochSeconds.likely, unit: "seconds" },
  ]);
}

function summaryOf(
  { trialCount, epochsPerTrial, pruner }: SearchRequest,
  { likely, low, high, cap, fraction }: SearchEpochs,
): string {
  const size = `${counted(trialCount, "trial")} of ${counted(epochsPerTrial, "epoch")}`;
  const verb = trialCount === 1 ? "trains" : "train";
  if (pruner.kind === "none") return `${size} ${verb} ${counted(cap, "epoch")}: nothing is stopped early.`;
  if (low === cap)
    return `${size} ${verb} ${counted(cap, "epoch")}: with these settings nothing comes to be stopped early.`;
  return (
    `${size} ${verb} about ${formatCount(Math.round(likely))} epochs (${formatCount(Math.round(low))} to ${formatCount(Math.round(high))}), ` +
    `${formatPercent(fraction)} of the ${formatCount(cap)} that they would without stopping early.`
  );
}

function counted(count: number, what: "trial" | "epoch"): string {
  return `${formatCount(count)} ${count === 1 ? what : `${what}s`}`;
}

function cheaperSearches(
  strategy: StrategyKind,
  epochs: SearchEpochs,
  { epochsPerTrial }: SearchRequest,
): CheaperSearch[] {
  const found: CheaperSearch[] = [];
  if (strategy === "linear_probe") {
    found.push({
      id: "cached_features",
      text:
        "The image tower is frozen: encode every image once, keep the features, and train heads on them. The whole search then costs " +
        "about one epoch, as long as images are not augmented anew each time.",
      epochs: { low: 1, likely: 1, high: 1, reason: "one pass over the images; heads on kept features take seconds" },
    });
  }
  if (strategy === "prompt") {
    found.push({
      id: "cached_image_features",
      text:
        "The image tower is frozen: its features can be kept after one pass, as long as images are not augmented anew each time. The text tower still " +
        "runs for every class at every step.",
      epochs: null,
    });
  }
  if (epochsPerTrial > 1) {
    found.push({
      id: "learning_rate_first",
      text: "Search the learning rate alone with a handful of trials first and keep what it gives: every dimension less makes the rest smaller.",
      epochs: null,
    });
  }
  if (epochs.fraction === 1) {
    const median = { kind: "median", startupTrials: 5, warmupEpochs: 0 } as const;
    const pruned = searchEpochs({ trialCount: epochs.cap / epochsPerTrial, epochsPerTrial, pruner: median });
    if (pruned.likely < epochs.likely) {
      const { low, likely, high } = pruned;
      found.push({
        id: "median_pruner",
        text: "Stop trials that fall below the median of finished ones.",
        epochs: { low, likely, high, reason: "with five trials before the first is stopped" },
      });
    }
  }
  return found;
}

function caveatsOf(
  request: SearchRequest,
  space: readonly SearchParameter[],
  figures: PlanFigures,
  hasNoTime: boolean,
): Caveat[] {
  const caveats: Caveat[] = [];
  const say = (code: string, text: string) => caveats.push({ code, text });
  const batch = largestBatch(space);
  const fits = figures.memory.largestBatch.batchSize;
  if (batch !== null && batch > fits) {
    say(
      "batch_does_not_fit",
      `The space tries batches up to ${formatCount(batch)} per GPU, and ${formatCount(fits)} is the largest that fits: such trials would fail.`,
    );
  }
  if (hasNoTime) {
    say(
      "hours_not_estimated",
      "Hours and cost are not part of this answer: give the seconds of an epoch that you measured.",
    );
  }
  say(
    "one_process",
    "Trials run one after another. Several at once see fewer finished trials, stop fewer, and train more epochs.",
  );
  if (request.pruner.kind !== "none") {
    say(
      "early_epochs",
      "A pruner judges by early epochs. With a learning-rate schedule that reaches over all of them, slow starters are stopped too.",
    );
  }
  return caveats;
}

function product(a: Interval, b: Interval): Interval {
  return {
    low: a.low * b.low,
    likely: a.likely * b.likely,
    high: a.high * b.high,
    reason: "the range of the epochs times that of one epoch",
  };
}

function scaled({ low, likely, high }: Interval, factor: number): Interval {
  return { low: low * factor, likely: likely * factor, high: high * factor };
}
