import type { ComparedStrategy } from "../../catalogue/strategy-evidence";
import { formatCount, formatPoints } from "../../format";
import { DATA_STRATEGIES, type DataStrategy } from "../data/data-strategies";
import { contest, standingAt } from "./few-shot-standing";
import { type EvidenceGroup, FEW_SHOTS, type Placed } from "./ranking";

const SCORED = [
  "zero_shot",
  "linear_probe",
  "linear_probe_text",
  "prompt",
  "lora",
] as const satisfies readonly ComparedStrategy[];

/** They change the towers' own weights; no published few-shot experiment compares them. */
const UNSCORED = ["partial", "full", "lp_ft", "weight_averaging"] as const satisfies readonly DataStrategy[];

/**
 * Groups, best first. Strategies that the best of a group does not clearly beat belong to it: "too close to tell" is an
 * answer.
 *
 * @param shots  images of each class; above 16 the comparisons at 16 are used
 */
export function fewShotGroups(shots: number): EvidenceGroup[] {
  const ordered = [...SCORED].sort((a, b) => standingAt(b, shots).score - standingAt(a, shots).score);
  const groups: ComparedStrategy[][] = [];
  for (const strategy of ordered) {
    const group = groups.at(-1);
    const head = group?.[0];
    if (group === undefined || head === undefined || contest(head, strategy, shots).isDecided) groups.push([strategy]);
    else group.push(strategy);
  }
  const best = ordered[0] ?? "zero_shot";
  return [
    ...groups.map((group) => ({ members: group.map((strategy) => placed(strategy, best, shots)) })),
    { members: UNSCORED.map((strategy) => argued(strategy, shots)) },
  ];
}

function placed(strategy: ComparedStrategy, best: ComparedStrategy, shots: number): Placed {
  const { score, range } = standingAt(strategy, shots);
  const gain = {
    low: range?.low ?? score,
    likely: score,
    high: range?.high ?? score,
    reason:
      range === null
        ? "from comparisons with other strategies; no range over datasets is published"
        : `from 10 % to 90 % of ${range.count} datasets and models`,
  };
  return {
    strategy,
    evidence: "compared",
    gain: strategy === "zero_shot" ? { low: 0, likely: 0, high: 0, reason: "what the others are measured from" } : gain,
    reason: strategy === best ? bestReason(strategy, gain.likely, shots) : contestReason(strategy, best, shots),
    sources: ["published-learning-curves"],
  };
}

function bestReason(strategy: ComparedStrategy, gain: number, shots: number): string {
  if (strategy === "zero_shot") return `At ${sizeText(shots)} no strategy is ahead of zero-shot.`;
  return `At ${sizeText(shots)} it leads: ${formatPoints(gain)} over zero-shot by all published comparisons together.`;
}

function contestReason(strategy: ComparedStrategy, best: ComparedStrategy, shots: number): string {
  const { count, wins, median, isDecided } = contest(best, strategy, shots);
  const name = DATA_STRATEGIES[best].label;
  const record =
    count === 0
      ? `It was never tried beside ${name}; by way of other strategies it is ${formatPoints(median)} behind.`
      : count === 1
        ? `Tried beside it once, ${name} was ${formatPoints(median)} better.`
        : `Tried beside it on ${formatCount(count)} datasets and models, ${name} was better on ${formatCount(wins)}, by ${formatPoints(median)} in the middle.`;
  return isDecided ? record : `${record} Too close to tell.`;
}

function argued(strategy: (typeof UNSCORED)[number], shots: number): Placed {
  const few = `No published comparison at ${sizeText(shots)} has it, so it is not ranked against the others.`;
  const why = {
    partial: "It moves weights of the last blocks with little to hold them.",
    full: "With a new head and few images, updating every weight distorts features that were good.",
    lp_ft: "Training the head first keeps features better than fine-tuning at once, where that was measured.",
    weight_averaging: "Averaging with the zero-shot weights keeps most of what they knew, where that was measured.",
  }[strategy];
  return {
    strategy,
    evidence: "argued",
    gain: null,
    reason: `${few} ${why}`,
    sources: strategy === "weight_averaging" ? ["wise-ft"] : ["lp-ft"],
  };
}

/** Such as "4 images of each class"; a fraction of one is said to be less than one. */
export function imagesOfEachClass(shots: number): string {
  const count = Math.round(shots);
  if (count < 1) return "fewer than one image of each class";
  return count === 1 ? "1 image of each class" : `${formatCount(count)} images of each class`;
}

function sizeText(shots: number): string {
  const size = imagesOfEachClass(shots);
  return shots > FEW_SHOTS ? `${size} (compared at ${FEW_SHOTS})` : size;
}

/** For notes beside the ranking: truth/learning-curves.csv has such rows, and they say something else. */
export const BIOMEDICAL_NOTE =
  "On biomedical images with BiomedCLIP a plain linear probe is ahead of zero-shot from one image of each class; such models are not part of the ranking.";
