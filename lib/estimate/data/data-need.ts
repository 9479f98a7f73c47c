import { LEARNING_CURVES } from "../../catalogue/learning-curves";
import { formatAccuracy, formatCount } from "../../format";
import type { DataRequest } from "./data-request";
import { DATA_STRATEGIES } from "./data-strategies";
import type { ExpectedAccuracy } from "./expected-accuracy";
import type { SamplesNeeded } from "./samples-needed";

/** How firmly the need is known. */
export type NeedStatus =
  | "reached"
  | "predicted"
  | "beyond_prediction"
  | "not_established"
  | "order_of_magnitude"
  | "no_target"
  | "no_evidence";

/** What is said of the need in words. */
export interface Need {
  readonly status: NeedStatus;
  readonly reason: string;
  readonly summary: string;
}

export function needOf(request: DataRequest, expected: ExpectedAccuracy, needed: SamplesNeeded | null): Need {
  const { targetAccuracy, strategy } = request;
  const name = DATA_STRATEGIES[strategy].label;
  if (targetAccuracy === null) {
    const reason = "No target accuracy was given.";
    return {
      status: "no_target",
      reason,
      summary: `Accuracy of ${name} by number of images; give a target for the number you need.`,
    };
  }
  const target = formatAccuracy(targetAccuracy);
  if (needed === null) {
    const reason = "There is neither a pilot nor a published learning curve for this task.";
    return {
      status: "no_evidence",
      reason,
      summary: `How much data an accuracy of ${target} takes is not known before a pilot.`,
    };
  }
  if (strategy === "zero_shot") {
    return needed.likely === 0
      ? {
          status: "reached",
          reason: "Zero-shot accuracy is at the target.",
          summary: `Zero-shot reaches ${target} without any training data.`,
        }
      : {
          status: "not_established",
          reason: "Zero-shot does not learn from data.",
          summary: `Zero-shot does not reach ${target}, and data does not change that.`,
        };
  }
  const unit = sizeUnit(request, 2);
  const { low, likely, high } = needed;
  const already = zeroShotReaches(request)
    ? `Zero-shot is at ${formatAccuracy(request.zeroShotAccuracy)} already, without training data; with ${name} `
    : null;
  if (likely === null) {
    const reason = `The evidence reaches to ${formatCount(expected.to)} ${unit}; the target lies beyond twice that.`;
    return {
      status: "not_established",
      reason,
      summary:
        already === null
          ? `An accuracy of ${target} takes more than ${formatCount(low)} ${sizeUnit(request, low)} with ${name}; how many more is not established.`
          : `${already}${target} takes more than ${formatCount(low)} ${sizeUnit(request, low)}.`,
    };
  }
  const range = `${formatCount(low)} to ${high === null ? "no established limit" : formatCount(high)}`;
  const amount = `about ${formatCount(likely)} ${sizeUnit(request, likely)}`;
  const summary =
    already === null
      ? `An accuracy of ${target} takes ${amount} with ${name} (${range}).`
      : `${already}${target} takes ${amount} (${range}).`;
  if (expected.basis === "zero_shot") {
    const factor = LEARNING_CURVES.samplesFactorWithoutPilot.toPrecision(2);
    const reason = `From zero-shot accuracy and published datasets alone: right within a factor of ${factor} four times in five.`;
    return { status: "order_of_magnitude", reason, summary };
  }
  const largest = expected.points.at(-1)?.size ?? 0;
  if (likely <= largest) {
    return { status: "reached", reason: "The target lies within the pilot.", summary };
  }
  return likely <= expected.to
    ? {
        status: "predicted",
        reason: "Within four times the pilot; the range is where the 80 % band meets the target.",
        summary,
      }
    : {
        status: "beyond_prediction",
        reason:
          "Beyond four times the pilot, where accuracy is no longer predicted: a size to plan the next round by, not to buy by.",
        summary,
      };
}

/** Whether the target needs no training at all. */
export function zeroShotReaches(
  request: Pick<DataRequest, "targetAccuracy" | "zeroShotAccuracy">,
): request is { targetAccuracy: number; zeroShotAccuracy: number } {
  const { targetAccuracy, zeroShotAccuracy } = request;
  return targetAccuracy !== null && zeroShotAccuracy !== null && zeroShotAccuracy >= targetAccuracy;
}

function sizeUnit({ unit }: DataRequest, count: number): string {
  const images = count === 1 ? "image" : "images";
  return unit === "images" ? images : `${images} of each class`;
}
