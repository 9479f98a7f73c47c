import { formatPoints } from "../../format";
import type { ParsedPlan } from "../../plan/parse-plan";
import type { Assumption } from "../../plan/plan";
import {
  type ChapterStrategy,
  type ComputeBudget,
  chapterStrategy,
  type TargetPerformance,
} from "../baselines/chapter-strategy";
import { DATA_STRATEGIES, type DataStrategy } from "../data/data-strategies";
import { expectFromZeroShot } from "../data/expected-accuracy";
import type { Caveat, Interval } from "../estimate";
import { BIOMEDICAL_NOTE, fewShotGroups, imagesOfEachClass } from "./few-shot-ranking";
import { isCompared } from "./few-shot-standing";
import { largeGroups } from "./large-ranking";
import { type EvidenceGroup, FEW_SHOTS, type Placed, type Priority, type Regime, regimeOf } from "./ranking";
import { type FiguresOf, type StrategyEffort, strategyEfforts } from "./strategy-effort";

/** A plan whose strategy is still open, and what the user wants of it. */
export interface StrategyRequest {
  /** Model, card, batch, images and classes; its strategy gives the settings of that kind. */
  readonly plan: ParsedPlan;
  readonly priority: Priority;
  readonly zeroShotAccuracy: number | null;
  /** What the chapter's rule asks for. */
  readonly taskSimilarity: number;
  readonly budget: ComputeBudget;
  readonly target: TargetPerformance;
}

export interface RankedStrategy extends Placed {
  /** From 1; strategies that are too close to tell share a place. */
  readonly place: number;
  readonly label: string;
  readonly tiedWith: readonly DataStrategy[];
  /** With the user's zero-shot accuracy, where published experiments of the strategy reach; fractions. */
  readonly expectedAccuracy: Interval | null;
  readonly effort: StrategyEffort | null;
  /** Whether it can be run on the user's card, at least at the likely figure. */
  readonly isFeasible: boolean;
}

export interface StrategyAnswer {
  readonly schemaVersion: 1;
  readonly summary: string;
  readonly regime: Regime;
  readonly shotsPerClass: number;
  readonly imageCount: number;
  readonly priority: Priority;
  /** Best first; among equals those that do not fit the card last. */
  readonly ranking: readonly RankedStrategy[];
  /** First of the ranking that the card can run. */
  readonly recommended: DataStrategy;
  readonly chapterBaseline: ChapterStrategy & { readonly agrees: boolean };
  readonly assumptions: readonly Assumption[];
  readonly caveats: readonly Caveat[];
}

/** Which way to fine-tune, by what was published at this number of images, with what each way takes on the user's card. */
export function rankStrategies(
  request: StrategyRequest,
  given: readonly Assumption[],
  figuresOf: FiguresOf,
): StrategyAnswer {
  const { plan, priority } = request;
  const imageCount = plan.plan.trainSampleCount;
  const shotsPerClass = imageCount / plan.plan.classCount;
  const regime = regimeOf(shotsPerClass, imageCount);
  const groups = regime === "large" ? largeGroups(priority) : fewShotGroups(shotsPerClass);
  const ranking = ranked(groups, request, shotsPerClass, figuresOf);
  const recommended = ranking.find(({ isFeasible }) => isFeasible) ?? ranking[0];
  if (recommended === undefined) throw new Error("a ranking without strategies recommends none");
  const chapter = chapterStrategy({ sampleCount: imageCount, ...request });
  return {
    schemaVersion: 1,
    summary: summaryOf(recommended, ranking, shotsPerClass),
    regime,
    shotsPerClass,
    imageCount,
    priority,
    ranking,
    recommended: recommended.strategy,
    chapterBaseline: { ...chapter, agrees: chapter.strategy === recommended.strategy },
    assumptions: [...given, ...plan.assumptions],
    caveats: caveatsOf(request, regime, ranking),
  };
}

function ranked(
  groups: readonly EvidenceGroup[],
  request: StrategyRequest,
  shotsPerClass: number,
  figuresOf: FiguresOf,
): RankedStrategy[] {
  const effortOf = strategyEfforts(request.plan, figuresOf);
  let place = 1;
  return groups.flatMap(({ members }) => {
    const names = members.map(({ strategy }) => strategy);
    const group = members.map((member): RankedStrategy => {
      const effort = effortOf(member.strategy);
      return {
        ...member,
        place,
        label: DATA_STRATEGIES[member.strategy].label,
        tiedWith: names.filter((name) => name !== member.strategy),
        expectedAccuracy: expectedAccuracy(member.strategy, request.zeroShotAccuracy, shotsPerClass),
        effort,
        isFeasible: effort === null || effort.memory.verdict !== "does_not_fit",
      };
    });
    place += members.length;
    // Among equals what does not fit the card comes last; else the order of the evidence stays.
    return [...group.filter(({ isFeasible }) => isFeasible), ...group.filter(({ isFeasible }) => !isFeasible)];
  });
}

function expectedAccuracy(
  strategy: DataStrategy,
  zeroShotAccuracy: number | null,
  shotsPerClass: number,
): Interval | null {
  if (zeroShotAccuracy === null) return null;
  if (strategy === "zero_shot") {
    return { low: zeroShotAccuracy, likely: zeroShotAccuracy, high: zeroShotAccuracy, reason: "as you gave it" };
  }
  if (!isCompared(strategy) || DATA_STRATEGIES[strategy].family === null) return null;
  if (!(shotsPerClass >= 1 && shotsPerClass <= FEW_SHOTS)) return null;
  const { low80, likely, high80 } = expectFromZeroShot(zeroShotAccuracy, strategy).at(shotsPerClass);
  return { low: low80, likely, high: high80, reason: "four of five published datasets; a pilot of yours says more" };
}

function summaryOf(best: RankedStrategy, ranking: readonly RankedStrategy[], shotsPerClass: number): string {
  const size = imagesOfEachClass(shotsPerClass);
  const gain =
    best.gain === null || best.strategy === "zero_shot"
      ? ""
      : `, likely ${formatPoints(best.gain.likely)} over zero-shot`;
  const bytesOf = (effort: StrategyEffort | null) => effort?.memory.deviceBytes.likely ?? 0;
  const ties = ranking
    .filter(({ strategy }) => best.tiedWith.includes(strategy))
    .map(({ label, effort }) => (bytesOf(effort) < bytesOf(best.effort) ? `${label} (less memory)` : label));
  const tied = ties.length === 0 ? "" : ` Too close to tell from it: ${ties.join(", ")}.`;
  const first = ranking[0];
  const passed =
    first === undefined || first.isFeasible
      ? ""
      : ` ${capitalized(first.label)} stands before it, but does not fit the card.`;
  return `${capitalized(best.label)} at ${size}${gain}.${tied}${passed}`;
}

function capitalized(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}

function caveatsOf(
  { plan, zeroShotAccuracy }: StrategyRequest,
  regime: Regime,
  ranking: readonly RankedStrategy[],
): Caveat[] {
  const caveats: Caveat[] = [];
  const say = (code: string, text: string) => caveats.push({ code, text });
  if (regime === "between") {
    say(
      "between_published_sizes",
      `Published comparisons end at ${FEW_SHOTS} images of each class, and those on whole training sets begin far above: the ranking is that at ${FEW_SHOTS}.`,
    );
  }
  if (plan.plan.trainSampleCount < plan.plan.classCount) {
    say(
      "fewer_images_than_classes",
      "There are fewer images than classes, so that some have none: the ranking is that at 1 image of each class.",
    );
  }
  say(
    "published_models",
    "The comparisons are of CLIP RN50 and ViT-B/16 on classification; other models and tasks may differ. " +
      BIOMEDICAL_NOTE,
  );
  if (zeroShotAccuracy === null) {
    say("zero_shot_not_given", "Give the zero-shot accuracy to see expected accuracies instead of gains alone.");
  }
  if (ranking.some(({ effort }) => effort !== null && effort.run === null)) {
    say(
      "hours_not_estimated",
      "Hours and cost are not part of this answer: no time estimate was asked for or possible.",
    );
  }
  if (plan.architecture.loss === "sigmoid") {
    say("sigmoid_model", "The model was trained with the sigmoid loss; no published comparison has such a model.");
  }
  return caveats;
}
