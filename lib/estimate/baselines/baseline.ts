/** What people reckon with today, on the same plan: kept to be compared with, never used for our own figures. */

import type { ClipArchitecture } from "../../catalogue/architecture";
import type { Plan } from "../../plan/plan";

/** A plan as far as the formulas can read it. */
export type BaselinePlan = Pick<
  Plan,
  "strategy" | "classCount" | "perDeviceBatchSize" | "precision" | "optimizer" | "gradCheckpointing"
>;

/** Parameters as counted from the graph, so that a formula is judged by its rule and not by a wrong count. */
export interface BaselineInput {
  readonly architecture: ClipArchitecture;
  readonly plan: BaselinePlan;
  readonly parameterCount: number;
  readonly trainableCount: number;
}

/** A formula's answer in bytes; null where the formula says nothing about such a model, with the reason in `note`. */
export interface BaselineAnswer {
  readonly bytes: number | null;
  readonly note: string;
}
