/** One question of the page about data, answered by three estimators that hang together. */

import type { DataRequirement } from "../estimate/data/data-requirement";
import { DATA_STRATEGIES } from "../estimate/data/data-strategies";
import type { SearchAnswer } from "../estimate/search/search-answer";
import type { StrategyAnswer } from "../estimate/strategy/strategy-answer";
import { plannedKind } from "../estimate/strategy/strategy-effort";
import type { Issue, Plan } from "../plan/plan";
import {
  answerDataRequirement,
  answerSearchBudget,
  answerStrategyRanking,
  createDataRequirement,
  createSearchBudget,
  createStrategyRanking,
} from "./data-operations";
import { checkBody } from "./parse-body";
import { ProblemError } from "./problem";

/** Each part is what the operation of the same name takes; the plans of the last two are made here. */
export interface DataQuestion {
  /** What `createDataRequirement` takes. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Fields of a plan: model, card, batch; neither strategy nor counts. A model in `data` outranks its own. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** Training images that strategies are compared at; absent: those that the answer about data gives. */
  readonly images?: unknown;
  /** What `createStrategyRanking` takes beside the plan. */
  readonly ranking: Readonly<Record<string, unknown>>;
  /** What `createSearchBudget` takes beside the plan. */
  readonly search: Readonly<Record<string, unknown>>;
}

export interface DataOverview {
  readonly requirement: DataRequirement;
  /** Training images that ranking, hours and search are for; null when they follow from nothing. */
  readonly images: TrainingImages | null;
  /** Null with `noRanking` saying why. */
  readonly ranking: StrategyAnswer | null;
  readonly noRanking: string | null;
  /** Null with `noSearch` saying why. */
  readonly search: SearchAnswer | null;
  readonly noSearch: string | null;
  /** What the disk must give while training; null where no speed was given or estimated. */
  readonly loading: LoadingRate | null;
  /** The plan that hours and memory are for, complete. */
  readonly plan: Plan;
}

export interface LoadingRate {
  readonly samplesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly from: "given" | "estimated";
}

export interface TrainingImages {
  readonly count: number;
  readonly from: "given" | "needed" | "next_round" | "pilot";
}

/**
 * The need first; strategies and the search are for the images that follow from it, unless the user says how many.
 *
 * @throws {ProblemError} 422 with every issue of all three questions
 */
export function answerDataOverview(question: DataQuestion, today: string): DataOverview {
  const { data } = question;
  const checked = checkBody(createDataRequirement.body, data);
  const issues: Issue[] = checked.ok ? [] : [...checked.issues];
  const requirement = checked.ok ? answerDataRequirement(checked) : null;
  const images = question.images === undefined ? followingImages(requirement) : null;
  const common = {
    ...question.plan,
    ...(data.model === undefined ? {} : { model: data.model }),
    ...given("classCount", data.classCount),
    ...given("averageImageBytes", data.averageImageBytes),
    ...given("validationSampleCount", requirement?.split?.validationSampleCount ?? undefined),
    ...given("trainSampleCount", question.images ?? images?.count),
  };
  const kind = requirement === null ? null : plannedKind(requirement.request.strategy);
  const plan = kind === null ? common : { ...common, strategy: { kind } };
  const ranking = checkBody(createStrategyRanking.body, {
    ...question.ranking,
    ...given("zeroShotAccuracy", data.zeroShotAccuracy),
    plan,
  });
  const accuracy = requirement?.request.targetAccuracy ?? requirement?.split?.accuracy;
  const search = checkBody(createSearchBudget.body, { ...question.search, ...given("accuracy", accuracy), plan });
  for (const other of [ranking, search]) if (!other.ok) issues.push(...other.issues.map(withoutPlan));
  if (requirement === null || !ranking.ok || !search.ok) throw ProblemError.invalid(distinct(issues));
  const { request } = requirement;
  const count = question.images === undefined ? images : trainingImages(ranking.request.plan.plan.trainSampleCount);
  const noCount =
    count === null ? "The number of images is open: give it, or a target or a pilot it follows from." : null;
  const noRanking =
    request.classCount === null
      ? "Strategies are compared by images of each class: give the number of classes."
      : noCount;
  const noSearch =
    kind === null
      ? `With the strategy “${DATA_STRATEGIES[request.strategy].label}” there is no training here that a search could tune.`
      : noCount;
  const rankingAnswer = noRanking === null ? answerStrategyRanking(ranking, today) : null;
  return {
    requirement,
    images: count,
    loading: loadingRate(requirement, rankingAnswer),
    ranking: rankingAnswer,
    noRanking,
    search: noSearch === null ? answerSearchBudget(search, today) : null,
    noSearch,
    plan: ranking.request.plan.plan,
  };
}

/** At the user's own speed, else at that of their strategy on their card. */
function loadingRate({ request }: DataRequirement, ranking: StrategyAnswer | null): LoadingRate | null {
  const kind = plannedKind(request.strategy);
  const planned = ranking?.ranking.find(({ effort }) => effort !== null && effort.planned.kind === kind);
  const samplesPerSecond = request.samplesPerSecond ?? planned?.effort?.run?.samplesPerSecond ?? null;
  if (samplesPerSecond === null) return null;
  return {
    samplesPerSecond,
    bytesPerSecond: samplesPerSecond * request.averageImageBytes,
    from: request.samplesPerSecond === null ? "estimated" : "given",
  };
}

/** The images that the answer about data makes one train on. */
function followingImages(requirement: DataRequirement | null): TrainingImages | null {
  if (requirement === null) return null;
  const { imagesNeeded, needStatus, nextRound, request } = requirement;
  const likely = imagesNeeded?.likely ?? null;
  if (likely !== null && likely > 0 && needStatus !== "beyond_prediction") return { count: likely, from: "needed" };
  if (nextRound.images !== null) return { count: nextRound.images, from: "next_round" };
  const largest = Math.max(0, ...request.pilot.map(({ size }) => size));
  const perSize = request.unit === "images" ? 1 : request.classCount;
  return largest === 0 || perSize === null ? null : { count: Math.ceil(largest * perSize), from: "pilot" };
}

function trainingImages(count: number): TrainingImages {
  return { count, from: "given" };
}

/** An absent entry where there is nothing to say. */
function given(field: string, value: unknown): Readonly<Record<string, unknown>> {
  return value === undefined ? {} : { [field]: value };
}

/** The page has one field for what two questions call by different paths. */
function withoutPlan(issue: Issue): Issue {
  return { ...issue, path: issue.path.replace(/^plan\./, "") };
}

function distinct(issues: readonly Issue[]): Issue[] {
  return [...new Map(issues.toReversed().map((issue) => [issue.path, issue])).values()].toReversed();
}
