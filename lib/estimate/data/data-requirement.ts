import { LEARNING_CURVES } from "../../catalogue/learning-curves";
import type { SourceId } from "../../catalogue/sources";
import { formatCount } from "../../format";
import type { Assumption } from "../../plan/plan";
import { type ChapterData, chapterDataRequirement, type DomainShift } from "../baselines/chapter-data";
import type { Caveat } from "../estimate";
import type { AccuracyBand } from "./accuracy-band";
import { type AnnotationEffort, annotationEffort } from "./annotation-effort";
import { dataCaveats } from "./data-caveats";
import { type NeedStatus, needOf } from "./data-need";
import type { DataRequest } from "./data-request";
import { type DataSplit, splitData } from "./data-split";
import { DATA_STRATEGIES } from "./data-strategies";
import { type ExpectedAccuracy, expectFromPilot, expectFromZeroShot, expectZeroShot } from "./expected-accuracy";
import { type NextRound, nextRound } from "./next-round";
import type { SamplesNeeded } from "./samples-needed";
import { type StorageNeed, storageNeed } from "./storage-need";
import { type ZeroShotWorth, zeroShotWorth } from "./zero-shot-worth";

/** Accuracy at one size. */
export interface SizePrediction {
  /** Null where the task has no classes. */
  readonly shotsPerClass: number | null;
  /** Null where the number of classes is not known. */
  readonly images: number | null;
  /** Null where the evidence does not reach. */
  readonly accuracy: AccuracyBand | null;
  /** Why there is no accuracy. */
  readonly reason?: string;
}

export interface DataRequirement {
  readonly schemaVersion: 1;
  /** The answer in one sentence. */
  readonly summary: string;
  readonly request: DataRequest;
  readonly basis: ExpectedAccuracy["basis"];
  readonly predictions: readonly SizePrediction[];
  /** The learning curve for a chart, from the smallest to the largest size that is predicted. */
  readonly curve: readonly SizePrediction[];
  readonly shotsPerClassNeeded: SamplesNeeded | null;
  /** Training images in all. */
  readonly imagesNeeded: SamplesNeeded | null;
  readonly needStatus: NeedStatus;
  readonly needReason: string;
  readonly nextRound: NextRound & { readonly images: number | null };
  readonly zeroShot: ZeroShotWorth;
  /** Slopes of the curve, for those who want to draw it themselves; null without a pilot. */
  readonly slopes: CurveSlopes | null;
  readonly split: DataSplit | null;
  /** For every image of the split; null when the need is not established. */
  readonly annotation: AnnotationEffort | null;
  /** For the images that the next round adds to the pilot. */
  readonly nextAnnotation: AnnotationEffort | null;
  readonly storage: StorageNeed | null;
  /** Null without a target, which the rule asks for. */
  readonly chapterBaseline: ChapterData | null;
  readonly sources: readonly SourceId[];
  readonly assumptions: readonly Assumption[];
  readonly caveats: readonly Caveat[];
}

export interface CurveSlopes {
  readonly error: number;
  readonly odds: number;
  readonly pilotError: number | null;
  readonly pilotOdds: number | null;
  readonly priorWeight: number;
  readonly family: string;
}

/**
 * How much data a task needs, from the best evidence there is: the user's own pilot, else the zero-shot accuracy, else that
 * of published datasets with a like shift of domain.
 */
export function dataRequirement(request: DataRequest, given: readonly Assumption[]): DataRequirement {
  const { expected, assumptions } = expectation(request);
  const { targetAccuracy } = request;
  const needed = targetAccuracy === null || expected.basis === "none" ? null : expected.needed(targetAccuracy);
  const round = nextRound(expected.points, needed, request.unit);
  const need = needOf(request, expected, needed);
  const inImages = scaled(needed, request.unit === "images" ? 1 : request.classCount);
  const inShots = request.unit === "shotsPerClass" ? needed : scaled(needed, inverse(request.classCount));
  const worth = zeroShotWorth(request.zeroShotAccuracy, expected, round.size ?? expected.points.at(-1)?.size ?? null);
  const split = splitOf(request, expected, inImages?.likely ?? null, worth);
  const total = totalImages(split);
  const roundImages = imagesOf(request, round.size);
  const pilotImages = imagesOf(request, expected.points.at(-1)?.size ?? 0) ?? 0;
  return {
    schemaVersion: 1,
    summary: need.summary,
    request,
    basis: expected.basis,
    predictions: request.predictAt.map((size) => predictionAt(request, expected, size)),
    curve: chartSizes(expected).map((size) => predictionAt(request, expected, size)),
    shotsPerClassNeeded: inShots,
    imagesNeeded: inImages,
    needStatus: need.status,
    needReason: need.reason,
    nextRound: { ...round, images: roundImages },
    zeroShot: worth,
    slopes: slopesOf(request, expected),
    split,
    annotation: total === null ? null : annotationEffort(total, request.annotation),
    nextAnnotation:
      roundImages === null || roundImages <= pilotImages
        ? null
        : annotationEffort(roundImages - pilotImages, request.annotation),
    storage: total === null ? null : storageNeed(total, request.averageImageBytes, request.samplesPerSecond),
    chapterBaseline:
      targetAccuracy === null ? null : chapterDataRequirement(request.task, targetAccuracy, request.domainShift),
    sources: ["published-learning-curves", "source-chapter", "imagenet-files"],
    assumptions: [...given, ...assumptions],
    caveats: dataCaveats(request, expected),
  };
}

const NOTHING_EXPECTED: ExpectedAccuracy = {
  basis: "none",
  from: 0,
  to: 0,
  at: () => {
    throw new RangeError("nothing is known about accuracy");
  },
  needed: () => ({ low: 0, likely: null, high: null }),
  points: [],
  curve: null,
};

function expectation(request: DataRequest): { expected: ExpectedAccuracy; assumptions: Assumption[] } {
  const { strategy, pilot, zeroShotAccuracy, task, unit, domainShift } = request;
  if (strategy === "zero_shot" && zeroShotAccuracy !== null) {
    return { expected: expectZeroShot(zeroShotAccuracy), assumptions: [] };
  }
  if (pilot.length > 0) {
    return { expected: expectFromPilot(pilot, strategy, request.pilotTestSampleCount), assumptions: [] };
  }
  if (task !== "classification" || unit === "images") return { expected: NOTHING_EXPECTED, assumptions: [] };
  if (zeroShotAccuracy !== null) return { expected: expectFromZeroShot(zeroShotAccuracy, strategy), assumptions: [] };
  const typical = typicalZeroShot(domainShift);
  const { datasetCount } = LEARNING_CURVES.zeroShotAccuracy;
  const note = `typical of a ${domainShift} shift of domain, from ${datasetCount} published datasets; measure your own`;
  const source: SourceId = "published-learning-curves";
  return {
    expected: expectFromZeroShot(typical, strategy),
    assumptions: [{ field: "zeroShotAccuracy", value: typical, unit: "fraction", status: "derived", note, source }],
  };
}

/** A small shift is like the easier quarter of published datasets, a large one like the harder. */
function typicalZeroShot(shift: DomainShift): number {
  const { q25, median, q75 } = LEARNING_CURVES.zeroShotAccuracy;
  return { small: q75, medium: median, large: q25 }[shift];
}

function predictionAt(request: DataRequest, expected: ExpectedAccuracy, size: number): SizePrediction {
  const place = {
    shotsPerClass:
      request.unit === "shotsPerClass" ? size : request.classCount === null ? null : size / request.classCount,
    images: imagesOf(request, size),
  };
  if (size >= expected.from && size <= expected.to && expected.basis !== "none") {
    return { ...place, accuracy: expected.at(size) };
  }
  return { ...place, accuracy: null, reason: outOfReach(expected, size) };
}

function outOfReach({ basis, from, to, points }: ExpectedAccuracy, size: number): string {
  if (basis === "none") return "There is neither a pilot nor a published learning curve for this task.";
  if (basis === "zero_shot")
    return `Without a pilot only ${formatCount(from)} to ${formatCount(to)} images a class can be answered.`;
  const largest = points.at(-1)?.size ?? 0;
  return size > to
    ? `More than four times the largest pilot of ${formatCount(largest)}: collect ${formatCount(Math.ceil(to))} first and ask again.`
    : "Less than a quarter of the smallest pilot.";
}

/** Steps of a quarter doubling, enough for a smooth line. */
const CHART_STEPS_PER_DOUBLING = 4;

function chartSizes({ basis, from, to, points }: ExpectedAccuracy): number[] {
  if (basis === "none" || from === 0) return [];
  const start = points[0]?.size ?? from;
  const count = Math.round(Math.log2(to / start) * CHART_STEPS_PER_DOUBLING);
  return Array.from({ length: count + 1 }, (_, step) =>
    Math.min(to, start * (to / start) ** (step / Math.max(1, count))),
  );
}

function slopesOf({ strategy }: DataRequest, { curve }: ExpectedAccuracy): CurveSlopes | null {
  if (curve === null) return null;
  return {
    error: curve.slopes.error,
    odds: curve.slopes.odds,
    pilotError: curve.pilotSlopes?.error ?? null,
    pilotOdds: curve.pilotSlopes?.odds ?? null,
    priorWeight: curve.priorWeight,
    family: DATA_STRATEGIES[strategy].family ?? "all",
  };
}

/** The test set is for the accuracy that is aimed at, or expected; half is the hardest to measure. */
function splitOf(
  request: DataRequest,
  expected: ExpectedAccuracy,
  trainSampleCount: number | null,
  worth: ZeroShotWorth,
): DataSplit | null {
  const accuracy =
    request.targetAccuracy ??
    (expected.basis === "none" ? null : expected.at(Math.min(expected.to, worth.size ?? expected.to)).likely);
  if (accuracy === null) return null;
  const gain = worth.zeroShotAccuracy === null ? null : accuracy - worth.zeroShotAccuracy;
  return splitData(accuracy, trainSampleCount, gain, request.split);
}

function totalImages(split: DataSplit | null): number | null {
  if (split === null) return null;
  const { trainSampleCount, validationSampleCount, testSampleCount } = split;
  if (trainSampleCount === null || validationSampleCount === null || testSampleCount === null) return null;
  return trainSampleCount + validationSampleCount + testSampleCount;
}

function imagesOf({ unit, classCount }: DataRequest, size: number | null): number | null {
  return size === null ? null : (scaledCount(size, unit === "images" ? 1 : classCount) ?? null);
}

function scaledCount(size: number, factor: number | null): number | null {
  return factor === null ? null : Math.ceil(size * factor - 1e-9);
}

function scaled(needed: SamplesNeeded | null, factor: number | null): SamplesNeeded | null {
  if (needed === null || factor === null) return null;
  const count = (size: number | null) => (size === null ? null : scaledCount(size, factor));
  return { low: count(needed.low) ?? 0, likely: count(needed.likely), high: count(needed.high) };
}

function inverse(classCount: number | null): number | null {
  return classCount === null ? null : 1 / classCount;
}
