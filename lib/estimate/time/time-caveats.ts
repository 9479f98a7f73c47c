import { formatCount, formatSeconds } from "../../format";
import type { ParsedPlan } from "../../plan/parse-plan";
import { runLength } from "../../plan/run-length";
import type { Caveat } from "../estimate";
import type { TimeEstimate } from "./time-estimate";

/** Where a program that trains does otherwise than the time says, with what that would take. */
export function timeCaveats({ plan }: ParsedPlan, time: TimeEstimate): Caveat[] {
  const { kind } = plan.strategy;
  const caveats: Caveat[] = [];
  const forward = time.stepParts.find(({ id }) => id === "forward")?.seconds ?? 0;
  if (
    plan.gradAccumulationSteps > 1 &&
    plan.implementation === "open_clip" &&
    (kind === "full" || kind === "partial")
  ) {
    // Source: open_clip 3.3.0 `open_clip_train/train.py`, the branch of `accum_freq > 1`.
    const compared = plan.perDeviceBatchSize * plan.gradAccumulationSteps * plan.deviceCount;
    caveats.push({
      code: "accum_freq",
      text:
        `open_clip's own --accum-freq does otherwise: it runs every forward pass twice, for about ${formatSeconds(forward)} more a step ` +
        `on the GPU, keeps the features of all passes and compares all ${formatCount(compared)} samples with each other.`,
    });
  }
  const { epochCount } = runLength(plan);
  if (kind === "linear_probe" && epochCount > 1) {
    const seconds = (id: string) => time.runParts.find((part) => part.id === id)?.seconds ?? 0;
    const once = time.totalSeconds.likely - (1 - 1 / epochCount) * (seconds("training") + seconds("validation"));
    caveats.push({
      code: "features_not_kept",
      text:
        `Every epoch runs the frozen image tower anew, as augmented images ask for. With features that are kept after one pass over ` +
        `images that do not change, the run takes about ${formatSeconds(once)} instead of ${formatSeconds(time.totalSeconds.likely)}.`,
    });
  }
  return caveats;
}
