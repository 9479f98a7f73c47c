/** What an estimate is answered with: the same for HTTP, server actions and the command line. */

import { changesThatHelp, estimatePlan } from "../estimate/plan";
import type { ParsedPlan } from "../plan/parse-plan";
import type { EstimateAnswer, Include } from "./operations";

export function answerEstimate(parsed: ParsedPlan, include: readonly Include[] = []): EstimateAnswer {
  const estimate = estimatePlan(parsed, { timeline: include.includes("timeline") ? "whole" : "sampled" });
  return include.includes("changes") ? { ...estimate, changes: changesThatHelp(parsed) } : estimate;
}
