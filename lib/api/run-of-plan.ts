import type { RunOf } from "../estimate/strategy/strategy-effort";

/** Hours and cost of a plan, for answers that compare plans: the one place where they are wired in. */
export const runOfPlan: RunOf = () => null;
