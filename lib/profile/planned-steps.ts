import { STEP_COUNTS } from "./request-limits";
import type { ValidationRequest } from "./validation";

/**
 * Training steps that one batch size takes: one that is recorded, then each model of a few steps once to warm up and
 * `repeats` times by the clock.
 */
export function stepsPerBatch({ repeats }: Pick<ValidationRequest, "repeats">): number {
  const stepsTimed = STEP_COUNTS.reduce((sum, stepCount) => sum + stepCount * (1 + repeats), 0);
  return 1 + stepsTimed;
}
