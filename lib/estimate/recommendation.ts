/** Which GPU: every card of the catalogue, alone and several together, for one plan. */

import type { GpuRuntime } from "../catalogue/gpus";
import type { Cost } from "./cost";
import type { Change, Interval, Verdict } from "./estimate";
import type { NoTime, TimeLimit } from "./time/time-estimate";

export const GOALS = ["cheapest", "fastest", "best_value"] as const;
export type Goal = (typeof GOALS)[number];

export const DEVICE_COUNTS = [1, 2, 4, 8] as const;

/** What the user will not consider. Absent fields restrict nothing. */
export interface RecommendationFilter {
  /** Catalogue ids of cards the user has; then only those are looked at. */
  readonly owned?: readonly string[];
  readonly vendors?: readonly string[];
  readonly deviceCounts?: readonly number[];
  readonly smallestMemoryBytes?: number;
  /** Cards with bf16 matrix units only. */
  readonly bf16?: boolean;
  readonly highestUsdPerHour?: number;
  readonly highestUsd?: number;
  readonly deadlineSeconds?: number;
}

export interface RecommendationRow {
  readonly gpuId: string;
  readonly gpuName: string;
  readonly vendor: string;
  readonly memoryBytes: number;
  readonly bf16: boolean;
  /** Memory is modelled for `cuda`: on a card of another runtime the verdict is the one that CUDA's allocator would give. */
  readonly runtime: GpuRuntime;
  readonly inChapter: boolean;
  readonly deviceCount: number;
  readonly verdict: Verdict;
  readonly deviceBytes: Interval;
  readonly usableBytes: number;
  readonly headroomBytes: number;
  /** Per device; 0 when not even one sample fits. */
  readonly largestBatchSize: number;
  /** The whole run; null with `noTime` saying why. */
  readonly totalSeconds: Interval | null;
  readonly samplesPerSecond: number | null;
  readonly limitedBy: TimeLimit | null;
  readonly noTime: NoTime | null;
  /** The least that the run costs; null with `noCost` saying why. */
  readonly cost: Cost | null;
  readonly noCost: string | null;
  /** No other row that fits is both quicker and cheaper. */
  readonly onFront: boolean;
  /** Whether measurements of this card stand in for what is assumed of it; absent where none were given. */
  readonly isMeasured?: boolean;
}

/** The change that makes a card that is too small do. */
export interface FittingChange {
  readonly gpuId: string;
  /** The fewest that were considered. */
  readonly deviceCount: number;
  readonly change: Change;
}

export interface Recommendation {
  readonly schemaVersion: 1;
  readonly modelVersion: string;
  readonly goal: Goal;
  /** Best first by the goal; rows that do not fit or have no figure for it come last. */
  readonly rows: readonly RecommendationRow[];
  /** The first row that fits and has what the goal asks for, with the reason; null when there is none. */
  readonly best: { readonly row: RecommendationRow; readonly reason: string } | null;
  /** For each card that is too small what would make the plan fit it: when there is no best, or where it was asked for. */
  readonly fittingChanges: readonly FittingChange[];
  readonly consideredCount: number;
  /** Measurements that the rows of one card rest on; absent where none were given. */
  readonly calibration?: {
    readonly gpuId: string;
    readonly gpu: string;
    readonly measurementCount: number;
    /** How far predictions with them lie from the measurements, in the median, as a fraction. */
    readonly spread: number;
    /** Day of the newest; absent where nobody wrote it down. */
    readonly measuredOn?: string;
    /** In a form that a link or a query holds. */
    readonly text: string;
  };
  /** Why measurements that were given changed nothing. */
  readonly noCalibration?: string;
}
