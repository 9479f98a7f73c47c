import type { Change, Estimate } from "@/lib/estimate/estimate";
import type { Export, ExportFormat } from "@/lib/export/exported";
import type { Issue } from "@/lib/plan/plan";

/** The plan cannot be answered as it stands; every reason at once. */
export interface Invalid {
  readonly kind: "invalid";
  readonly issues: readonly Issue[];
}

/** Something outside the plan went wrong. */
export interface Failed {
  readonly kind: "failed";
  readonly message: string;
}

export type EstimateAnswer = { readonly kind: "estimate"; readonly estimate: Estimate } | Invalid | Failed;
export type ChangesAnswer = { readonly kind: "changes"; readonly changes: readonly Change[] } | Invalid | Failed;
export type SaveAnswer = { readonly kind: "saved"; readonly id: string } | Invalid | Failed;
export type ExportAnswer = { readonly kind: "export"; readonly exported: Export } | Invalid | Failed;

/** What the planner asks of the server. The page passes the actions in. `calibration` are measurements of the card, as a link writes them. */
export interface PlannerActions {
  readonly estimate: (input: unknown, calibration?: string | null) => Promise<EstimateAnswer>;
  readonly changes: (input: unknown, calibration?: string | null) => Promise<ChangesAnswer>;
  readonly save: (input: unknown, calibration?: string | null) => Promise<SaveAnswer>;
  readonly export: (input: unknown, format: ExportFormat, calibration?: string | null) => Promise<ExportAnswer>;
}

/** One choice of a long list, slim enough to send with the page. */
export interface Option {
  readonly value: string;
  readonly label: string;
  readonly group: string;
  /** Shown at the end of the row. */
  readonly hint?: string;
  /** Other names it may be searched by. */
  readonly keywords?: string;
}
