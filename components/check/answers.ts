/** What the pages about checks ask of the server, and what it answers. */

import type { Failed, Invalid } from "@/components/planner/answers";
import type { Issue, Plan } from "@/lib/plan/plan";
import type { Calibration } from "@/lib/profile/calibrate";
import type {
  Device,
  Machine,
  PredictedStep,
  SecondsSource,
  Validation,
  ValidationRequest,
} from "@/lib/profile/validation";
import type { HistoryRow } from "./history-row";

/** What is asked to run; whatever is left out is chosen for this machine. Nothing in it is checked yet. */
export interface CheckQuestion {
  readonly plan: unknown;
  readonly device?: unknown;
  readonly batchSizes?: unknown;
  readonly repeats?: unknown;
  readonly timeLimitSeconds?: unknown;
  readonly calibrate?: unknown;
}

/** Nothing may be run or read here as it was asked. */
export interface NoAccess {
  readonly kind: "no_access";
  /** `token`: it takes one. `off`: none was set up, and this is not the machine itself. */
  readonly needs: "token" | "off";
}

/** A batch size before it runs. */
export interface PreviewRow {
  readonly batchSize: number;
  readonly predicted: PredictedStep;
  /** The most that any of its models takes at once, in bytes. */
  readonly neededBytes: number;
}

/** What will run. */
export interface Preview {
  readonly kind: "preview";
  readonly request: ValidationRequest;
  readonly machine: Machine;
  /** The precision that the plan has where it was left open for the device to choose. */
  readonly plannedPrecision: Plan["precision"];
  /** What a step may take on the device, in bytes. */
  readonly freeBytes: number;
  /** The newest check of the same plan on the same device that ended; null where there is none. */
  readonly earlier: (Pick<ValidationRequest, "batchSizes" | "repeats"> & { readonly wallSeconds: number }) | null;
  /** What seconds are predicted from where it is wanted; null where too little was measured. And what other versions left. */
  readonly seconds: { readonly measured: SecondsSource | null; readonly staleCount: number };
  /** Null until it was worked out, which takes seconds. */
  readonly rows: readonly PreviewRow[] | null;
}

/** This engine cannot run the plan on this device. */
export interface RefusedPlan {
  readonly kind: "refused";
  readonly machine: Machine;
  readonly device: Device;
  readonly plan: Plan;
  readonly issues: readonly Issue[];
  /** The nearest plan that can run. */
  readonly nearest: Plan;
}

/** The plan or the fields cannot be read; the plan's issues have paths that begin with `plan`. */
export interface InvalidQuestion extends Invalid {
  readonly machine: Machine;
}

export type PreviewAnswer = Preview | RefusedPlan | InvalidQuestion | NoAccess | Failed;
export type StartAnswer = { readonly kind: "started"; readonly id: string } | Invalid | NoAccess | Failed;
export type ValidationAnswer =
  | { readonly kind: "validation"; readonly validation: Validation }
  | { readonly kind: "missing" }
  | NoAccess
  | Failed;
export type HistoryAnswer =
  | {
      readonly kind: "history";
      readonly rows: readonly HistoryRow[] /** Older ones that are not told. */;
      readonly hasMore: boolean;
    }
  | NoAccess
  | Failed;

/** A device as all checks on it show it that this server keeps. */
export interface MeasuredDevice {
  readonly name: string;
  /** Of the catalogue; null on a CPU. */
  readonly gpuId: string | null;
  readonly checkCount: number;
  /** Timed steps in the type of products of the check that was asked about. */
  readonly measurementCount: number;
  /** Null where they are too few. */
  readonly rates: Calibration["rates"] | null;
  readonly errorBefore: number | null;
  readonly errorAfter: number | null;
  /** For estimates of plans for the card, as a link writes it; null where there is nothing for them. */
  readonly calibration: string | null;
}

export type UseAnswer =
  | {
      readonly kind: "use";
      /** Null with `why`. */
      readonly measured: MeasuredDevice | null;
      readonly why: string;
      readonly staleCount: number;
    }
  | { readonly kind: "missing" }
  | NoAccess
  | Failed;

/** The token is null where none is needed or none is known. */
export interface CheckActions {
  readonly preview: (question: CheckQuestion, token: string | null) => Promise<PreviewAnswer>;
  readonly start: (question: CheckQuestion, token: string | null) => Promise<StartAnswer>;
  readonly history: (token: string | null) => Promise<HistoryAnswer>;
}

export interface ValidationActions {
  readonly read: (id: string, token: string | null) => Promise<ValidationAnswer>;
  readonly cancel: (id: string, token: string | null) => Promise<ValidationAnswer>;
  /** What the measurements of its device are good for. */
  readonly use: (id: string, token: string | null) => Promise<UseAnswer>;
}
