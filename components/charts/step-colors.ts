import type { StepPartId } from "@/lib/estimate/time/time-estimate";

/** One colour for a part of a step everywhere; the values are in globals.css, for light and dark. */
export const STEP_COLORS = {
  forward: "var(--step-forward)",
  recompute: "var(--step-recompute)",
  backward: "var(--step-backward)",
  optimizer: "var(--step-optimizer)",
  transfer: "var(--step-transfer)",
  communication: "var(--step-communication)",
  waiting: "var(--step-waiting)",
} as const satisfies Record<StepPartId, string>;
