import { formatCount } from "../../format";
import { FARTHEST_MULTIPLE } from "./accuracy-band";
import type { PilotPoint } from "./pilot";
import type { SamplesNeeded } from "./samples-needed";

/** How many samples to have after the next round of labelling, in the unit of the pilot, and why. */
export interface NextRound {
  /** Null when nothing more has to be collected. */
  readonly size: number | null;
  /** Sizes to train at, so that the answer becomes as sharp as it can. */
  readonly trainAt: readonly number[];
  readonly why: string;
}

/** Four doubling sizes predict the next doubling to about a point of accuracy; more sizes add little. */
const FIRST_SIZES = [1, 2, 4, 8] as const;

/** Images for tasks that have no classes: about what 8 shots of 25 classes are. */
const FIRST_IMAGES = [25, 50, 100, 200] as const;

/**
 * @param points  joined, ascending; empty without a pilot
 * @param needed  null without a target
 */
export function nextRound(
  points: readonly PilotPoint[],
  needed: SamplesNeeded | null,
  unit: "shotsPerClass" | "images",
): NextRound {
  const largest = points.at(-1)?.size;
  if (largest === undefined) {
    const trainAt = unit === "images" ? FIRST_IMAGES : FIRST_SIZES;
    const what = unit === "images" ? "images" : "images of each class";
    return {
      size: trainAt[3],
      trainAt,
      why:
        `A pilot comes first: label ${trainAt[3]} ${what} and train on ${trainAt.join(", ")} of them. Four sizes that double ` +
        "predict the next doubling to about a point; without them the need is an order of magnitude.",
    };
  }
  const farthest = Math.ceil(largest * FARTHEST_MULTIPLE);
  if (needed === null) {
    return {
      size: Math.ceil(largest * 2),
      trainAt: [Math.ceil(largest * 2)],
      why: "Twice the pilot: the size that is predicted best. Give a target to get a size for it.",
    };
  }
  if (needed.likely !== null && needed.likely <= largest) {
    return {
      size: null,
      trainAt: [],
      why: "The pilot's own size is expected to reach the target: train there and test.",
    };
  }
  if (needed.likely !== null && needed.likely <= farthest) {
    return {
      size: needed.likely,
      trainAt: [needed.likely],
      why: "The likely need lies within four times the pilot: collect it, then ask again with the new accuracy.",
    };
  }
  return {
    size: farthest,
    trainAt: [Math.ceil(largest * 2), farthest],
    why:
      `The target lies beyond ${formatCount(farthest)}, which is as far as a pilot of ${formatCount(largest)} says anything: ` +
      "collect that many, train at both sizes, then ask again.",
  };
}
