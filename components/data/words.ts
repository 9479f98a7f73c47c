/** How the answer about data speaks. Pure text from an answer. */

import type { DataOverview } from "@/lib/api/data-overview";
import { type NeedStatus, zeroShotReaches } from "@/lib/estimate/data/data-need";
import type { SampleUnit } from "@/lib/estimate/data/data-request";
import type { DataRequirement } from "@/lib/estimate/data/data-requirement";
import type { SamplesNeeded } from "@/lib/estimate/data/samples-needed";
import { formatAccuracy, formatBytes, formatCount, formatFigure, formatUsd } from "@/lib/format";
import { GB, KB, MB } from "@/lib/units";
import { needIn } from "./curve-geometry";

export const STATUS_WORDS = {
  reached: "within your pilot",
  predicted: "estimated",
  beyond_prediction: "extrapolated",
  not_established: "not established",
  order_of_magnitude: "order of magnitude",
  no_target: "no target",
  no_evidence: "no evidence yet",
} as const satisfies Record<NeedStatus, string>;

export function sizeWords(size: number, unit: SampleUnit): string {
  return `${formatCount(size)} ${unitWords(size, unit)}`;
}

function unitWords(size: number, unit: SampleUnit): string {
  const images = size === 1 ? "image" : "images";
  return unit === "images" ? images : `${images} per class`;
}

/** "15–34", or "15 and more: no upper limit is established". */
export function rangeWords({ low, high }: SamplesNeeded): string {
  if (high === null) return `from ${formatCount(low)}; no upper limit established`;
  return low === high ? `${formatCount(low)}` : `${formatCount(low)}–${formatCount(high)}`;
}

/** The answer in one sentence that needs no other. */
export function headline(overview: DataOverview): string {
  const { requirement } = overview;
  if (requirement.request.strategy !== "zero_shot" && zeroShotReaches(requirement.request))
    return needSentence(requirement);
  const next = hasEnoughForNext(overview) ? "you have enough to train there" : nextWords(requirement);
  return `${needSentence(requirement)}${next === null ? "" : `; ${next}`}`;
}

function needSentence(requirement: DataRequirement): string {
  const { request, needStatus } = requirement;
  const need = needIn(requirement);
  const target = request.targetAccuracy === null ? "" : formatAccuracy(request.targetAccuracy);
  const plain = requirement.summary.replace(/[.]$/, "");
  if (request.strategy === "zero_shot" || need === null)
    return needStatus === "no_target" ? noTarget(requirement) : plain;
  if (zeroShotReaches(request))
    return `Zero-shot is at ${formatAccuracy(request.zeroShotAccuracy)} already: ${target} takes no training`;
  if (need.likely === null) {
    return `${target} takes more than ${sizeWords(need.low, request.unit)}; how many is not established`;
  }
  const amount = sizeWords(need.likely, request.unit);
  const range = `(${rangeWords(need)})`;
  const reach = need.likely === 1 ? "reaches" : "reach";
  switch (needStatus) {
    case "reached":
      return `Your pilot is large enough: about ${amount} ${reach} ${target} ${range}`;
    case "order_of_magnitude":
      return `Somewhere around ${amount} ${reach} ${target} ${range}`;
    case "beyond_prediction":
      return `Perhaps ${amount} ${reach} ${target} ${range}`;
    default:
      return `About ${amount} ${reach} ${target} ${range}`;
  }
}

function noTarget({ curve, request, nextRound }: DataRequirement): string {
  const nearest = curve.findLast(
    ({ shotsPerClass, images }) =>
      ((request.unit === "images" ? images : shotsPerClass) ?? Number.POSITIVE_INFINITY) <=
      (nextRound.size ?? 0) + 1e-9,
  );
  const size = request.unit === "images" ? nearest?.images : nearest?.shotsPerClass;
  if (nearest?.accuracy == null || size == null) return "Give a target to learn how many images it takes";
  const { likely, low80, high80 } = nearest.accuracy;
  return `${sizeWords(Math.round(size), request.unit)} are expected to give ${formatAccuracy(likely)} (${pointsRange(low80, high80)})`;
}

/** What to do next, in a few words; null where nothing more has to be collected. */
function nextWords({ nextRound, nextAnnotation, request }: DataRequirement): string | null {
  if (request.strategy === "zero_shot") return null;
  if (nextRound.size === null) return "train there and test";
  if (nextAnnotation !== null) {
    const what = request.pilot.length === 0 ? "images first" : "more next";
    return `label ${formatCount(nextAnnotation.imageCount)} ${what}`;
  }
  return `go on to ${sizeWords(nextRound.size, request.unit)}`;
}

/** Whether the next round is there already. */
export function hasEnoughForNext({ images, requirement: { nextRound, request } }: DataOverview): boolean {
  if (images?.from !== "given" || nextRound.images === null || request.strategy === "zero_shot") return false;
  return images.count >= nextRound.images;
}

/** How the images at hand stand to the need; null where either is not known. */
export function havingWords({ images, requirement: { imagesNeeded, request } }: DataOverview): string | null {
  if (images?.from !== "given" || imagesNeeded === null || imagesNeeded.likely === null) return null;
  if (request.strategy === "zero_shot") return null;
  const { likely, high } = imagesNeeded;
  const have = `You have ${formatCount(images.count)} training images`;
  if (images.count < likely)
    return `${have}, ${formatCount(likely - images.count)} fewer than the likely need of ${formatCount(likely)}.`;
  if (high !== null && images.count >= high)
    return `${have}, more than even the upper figure of the need, ${formatCount(high)}.`;
  return `${have}, as many as the likely need of ${formatCount(likely)} or more, but not sure to be enough.`;
}

/** "79.1–84.4 %". */
export function pointsRange(low: number, high: number): string {
  return `${formatAccuracy(low).replace(/\s?%$/, "")}–${formatAccuracy(high)}`;
}

/** Costs of runs are kept to the cent. */
const CENT = 0.01;

/** "about $1.20", or "under $0.01". */
export function aboutUsd(usd: number): string {
  return usd < CENT ? `under ${formatUsd(CENT)}` : `about ${formatUsd(usd)}`;
}

/** "$12.60 ($6.30–26.25)", one figure where the range is none. */
export function usdRange({ low, likely, high }: { low: number; likely: number; high: number }): string {
  if (low === high) return formatUsd(likely);
  return `${formatUsd(likely)} (${formatUsd(low)}–${formatUsd(high).replace("$", "")})`;
}

/** Room on a disk as disks are sold: "1.2 GB", "345 MB", "3.8 kB". */
export function diskBytes(bytes: number): string {
  if (bytes >= GB) return formatBytes(bytes, "GB");
  return bytes >= MB ? `${formatFigure(bytes / MB)} MB` : `${formatFigure(bytes / KB)} kB`;
}

export function capitalized(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}
