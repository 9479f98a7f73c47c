import type { Interval } from "@/lib/estimate/estimate";
import { estimatePlan } from "@/lib/estimate/plan";
import type { FiguresOf } from "@/lib/estimate/strategy/strategy-effort";
import { TODAY } from "./today";

/** Estimates that know neither time nor price. */
export const withoutTime: FiguresOf = (parsed) => ({ ...estimatePlan(parsed, { today: TODAY }), time: null, cost: [] });

/** Estimates whose run takes a given time, at a given price or at none. */
export function withTime(totalSeconds: Interval, usdPerHour: number | null): FiguresOf {
  return (parsed) => {
    const estimate = estimatePlan(parsed, { today: TODAY });
    if (estimate.time === null) throw new Error(`no time is estimated: ${estimate.noTime?.reason}`);
    const { low, likely, high } = totalSeconds;
    const usd = { low, likely, high };
    const cost = usdPerHour === null ? [] : [{ offer: null, usdPerGpuHour: usdPerHour, billedGpuCount: 1, usd }];
    return { ...estimate, time: { ...estimate.time, totalSeconds }, cost };
  };
}
