/** What an estimate is answered with: the same for HTTP, server actions and the command line. */

import type { CardCalibration } from "../estimate/calibration";
import { changesThatHelp, estimatePlan } from "../estimate/plan";
import type { ParsedPlan } from "../plan/parse-plan";
import type { EstimateAnswer, Include } from "./operations";

/** @param today such as "2026-11-27" */
export function answerEstimate(
  parsed: ParsedPlan,
  today: string,
  include: readonly Include[] = [],
  calibration?: CardCalibration,
): EstimateAnswer {
  const estimate = estimatePlan(parsed, {
    today,
    timeline: include.includes("timeline") ? "whole" : "sampled",
    ...(calibration === undefined ? {} : { calibration }),
  });
  return include.includes("changes") ? { ...estimate, changes: changesThatHelp(parsed) } : estimate;
}
