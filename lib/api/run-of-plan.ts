import { estimatePlan } from "../estimate/plan";
import type { RunOf } from "../estimate/strategy/strategy-effort";

/** Hours and cost of a plan, for answers that compare plans: the one place where they are wired in. */
export function runOfPlan(today: string): RunOf {
  return (parsed) => {
    const { time, cost } = estimatePlan(parsed, { today });
    if (time === null) return null;
    const [paid] = cost;
    const usdPerHour = paid === undefined ? null : paid.usdPerGpuHour * paid.billedGpuCount;
    return { totalSeconds: time.totalSeconds, costUsd: paid?.usd ?? null, usdPerHour };
  };
}
