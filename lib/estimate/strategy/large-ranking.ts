import { STRATEGY_EVIDENCE } from "../../catalogue/strategy-evidence";
import { formatAccuracy, formatPoints } from "../../format";
import type { DataStrategy } from "../data/data-strategies";
import type { EvidenceGroup, Placed, Priority } from "./ranking";

const { fullData, fullDataProbe } = STRATEGY_EVIDENCE;

/** Groups, best first, for more than 64 images of each class and 10,000 in all: evidence comes from whole training sets. */
export function largeGroups(priority: Priority): EvidenceGroup[] {
  const order = priority === "robust" ? ROBUST : IN_DISTRIBUTION;
  return order.map((members) => ({
    members: members.map((strategy) => ({ strategy, ...PLACES[priority][strategy] })),
  }));
}

type LargeStrategy = Extract<
  DataStrategy,
  | "zero_shot"
  | "linear_probe"
  | "linear_probe_text"
  | "prompt"
  | "lora"
  | "partial"
  | "full"
  | "lp_ft"
  | "weight_averaging"
>;

const IN_DISTRIBUTION: readonly (readonly LargeStrategy[])[] = [
  ["lp_ft", "weight_averaging", "full"],
  ["lora", "partial"],
  ["linear_probe", "linear_probe_text"],
  ["prompt"],
  ["zero_shot"],
];

const ROBUST: readonly (readonly LargeStrategy[])[] = [
  ["weight_averaging", "lp_ft"],
  ["linear_probe", "linear_probe_text", "lora", "prompt", "partial"],
  ["zero_shot"],
  ["full"],
];

type Place = Omit<Placed, "strategy">;

function fullDataPlace(reason: string, sources: Placed["sources"]): Place {
  return { evidence: "full_data", gain: null, reason, sources };
}

function arguedPlace(reason: string, sources: Placed["sources"] = ["published-learning-curves"]): Place {
  return { evidence: "argued", gain: null, reason, sources };
}

const inside = fullData.inDistribution;
const outside = fullData.outOfDistribution;
const sets = `${fullData.shiftedSetCount} shifted test sets`;
const probeLag = formatPoints(fullDataProbe.full - fullDataProbe.linear_probe);

const PLACES = {
  in_distribution: {
    lp_ft: fullDataPlace(
      `ImageNet with ViT-B/16: ${formatAccuracy(inside.lp_ft)}, fine-tuning at once ${formatAccuracy(inside.full)}. Too close to tell.`,
      ["published-learning-curves", "lp-ft"],
    ),
    weight_averaging: fullDataPlace(
      "Its authors found 1.6 points more on ImageNet than fine-tuning alone, at no cost. Too close to tell from the others here.",
      ["wise-ft"],
    ),
    full: fullDataPlace(
      `ImageNet with ViT-B/16: ${formatAccuracy(inside.full)}, zero-shot ${formatAccuracy(inside.zero_shot)}. Out of distribution it loses ` +
        `${formatPoints(outside.zero_shot - outside.full)} against zero-shot.`,
      ["published-learning-curves"],
    ),
    lora: arguedPlace(
      "No comparison with full fine-tuning on so much data is in our evidence; its few parameters bound what it can learn.",
    ),
    partial: arguedPlace(
      "Between a probe and full fine-tuning by what it trains; no comparison on so much data is in our evidence.",
    ),
    linear_probe: fullDataPlace(
      `ImageNet with EVA-CLIP ViT-g/14: ${formatAccuracy(fullDataProbe.linear_probe)}, ${probeLag} behind full fine-tuning.`,
      ["published-learning-curves"],
    ),
    linear_probe_text: arguedPlace(
      "With much data the start of a probe matters little: taken to be level with the plain one.",
    ),
    prompt: arguedPlace("Already behind LoRA at 16 images of each class, and a few vectors are all it trains."),
    zero_shot: fullDataPlace(
      `ImageNet with ViT-B/16: ${formatAccuracy(inside.zero_shot)}, ${formatPoints(inside.full - inside.zero_shot)} behind full fine-tuning.`,
      ["published-learning-curves"],
    ),
  },
  robust: {
    lp_ft: fullDataPlace(
      `Mean of ${sets}: ${formatAccuracy(outside.lp_ft)}, zero-shot ${formatAccuracy(outside.zero_shot)}, fine-tuning at once ${formatAccuracy(outside.full)}.`,
      ["published-learning-curves", "lp-ft"],
    ),
    weight_averaging: fullDataPlace(
      "Its authors found 4 to 6 points more on shifted test sets than earlier work, at no cost. Too close to tell from LP-FT.",
      ["wise-ft"],
    ),
    linear_probe: fullDataPlace(
      "On ten shifted sets fine-tuning was 7 % less accurate than a linear probe, at 2 % more in distribution.",
      ["lp-ft"],
    ),
    linear_probe_text: arguedPlace("Like the plain probe it leaves the features alone.", ["lp-ft"]),
    lora: arguedPlace("It changes the towers little; no comparison on shifted data is in our evidence.", ["lp-ft"]),
    prompt: arguedPlace("It leaves both towers alone; no comparison on so much data is in our evidence.", ["lp-ft"]),
    partial: arguedPlace("It leaves the early features alone; no comparison on shifted data is in our evidence.", [
      "lp-ft",
    ]),
    zero_shot: fullDataPlace(`Mean of ${sets}: ${formatAccuracy(outside.zero_shot)}.`, ["published-learning-curves"]),
    full: fullDataPlace(
      `Mean of ${sets}: ${formatAccuracy(outside.full)}, ${formatPoints(outside.zero_shot - outside.full)} below zero-shot.`,
      ["published-learning-curves", "lp-ft"],
    ),
  },
} as const satisfies Record<Priority, Record<LargeStrategy, Place>>;
