/** What an estimate is answered with: the same for HTTP, server actions and the command line. */

import { type CardCalibration, calibratedCard } from "../estimate/calibration";
import { changesThatHelp, estimatePlan } from "../estimate/plan";
import type { ParsedPlan } from "../plan/parse-plan";
import type { EstimateAnswer, Include } from "./operations";

/** What measurements say of a card, or why they say nothing. */
type CalibrationAnswer =
  | { readonly kind: "calibrated"; readonly calibration: CardCalibration }
  | { readonly kind: "not_calibrated"; readonly why: string };

/** @param today such as "2026-11-27" */
export function answerEstimate(
  parsed: ParsedPlan,
  today: string,
  include: readonly Include[] = [],
  calibration?: CalibrationAnswer,
): EstimateAnswer {
  const card = calibration?.kind === "calibrated" ? calibration.calibration : null;
  const estimate = estimatePlan(parsed, {
    today,
    timeline: include.includes("timeline") ? "whole" : "sampled",
    ...(card === null ? {} : { calibration: card }),
  });
  return {
    ...estimate,
    ...(calibration?.kind === "not_calibrated" ? { noCalibration: calibration.why } : {}),
    ...(include.includes("changes")
      ? { changes: changesThatHelp({ ...parsed, gpu: calibratedCard(parsed.gpu, card) }) }
      : {}),
  };
}
