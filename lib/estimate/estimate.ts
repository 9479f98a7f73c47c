/** The answer to a plan. Bytes, seconds and FLOPs; every figure carries what explains it. */

import { PURPOSES, type Purpose } from "../engine/tape";
import type { Assumption, Plan } from "../plan/plan";
import type { AppliedCalibration } from "./calibration";
import type { Cost } from "./cost";
import type { NoTime, TimeEstimate } from "./time/time-estimate";

/** A figure with the range it may lie in; `reason` says why the range is as wide as it is. */
export interface Interval {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
  readonly reason?: string;
}

/** One order everywhere: chart, legend, table, export. */
export const MEMORY_CATEGORIES = PURPOSES;

export type MemoryCategory = Purpose;

export const MEMORY_CATEGORY_LABELS = {
  weights: "Weights",
  gradients: "Gradients",
  optimizer: "Optimizer state",
  "activations.image": "Image activations",
  "activations.text": "Text activations",
  loss: "Loss and gather",
  temporaries: "Temporaries and casts",
  runtime: "Runtime workspaces",
} as const satisfies Record<MemoryCategory, string>;

export type StepPhase =
  | "forward.image"
  | "forward.text"
  | "loss"
  | "backward.loss"
  | "backward.text"
  | "backward.image"
  | "optimizer";

/** One group of tensors alike in operation, shape and dtype that are alive at the peak. */
export interface PeakTensors {
  readonly label: string;
  /** Such as `visual.block.*.mlp`. */
  readonly scope: string;
  readonly operation: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly count: number;
  readonly bytes: number;
  /** Why it is alive: which later operation needs it, or who holds it. */
  readonly reason: string;
}

export interface CategoryAtPeak {
  readonly id: MemoryCategory;
  readonly label: string;
  readonly bytes: number;
  readonly tensorCount: number;
  readonly largest: readonly PeakTensors[];
}

/** Allocated bytes over one optimizer step, sampled so that a chart loses nothing it could show. Columns have equal length. */
export interface MemoryTimeline {
  readonly eventCount: number;
  /** Index of each sample among all events of the step. */
  readonly event: readonly number[];
  readonly operation: readonly string[];
  readonly bytes: Readonly<Record<MemoryCategory, readonly number[]>>;
  /** Sample indices, `to` exclusive. */
  readonly phases: readonly { readonly phase: StepPhase; readonly from: number; readonly to: number }[];
  /** Sample index of the peak. */
  readonly peak: number;
}

export type Verdict = "fits" | "tight" | "does_not_fit";

export interface BatchPoint {
  readonly batchSize: number;
  readonly deviceBytes: Interval;
}

export interface LargestBatch {
  /** 0: not even one sample fits. */
  readonly batchSize: number;
  /** The largest multiple of 8 among those that fit, if any. */
  readonly multipleOf8: number | null;
  /** The category that grows most towards the limit. */
  readonly limitedBy: MemoryCategory;
}

/** One single change of the plan and what it would do. */
export interface Change {
  readonly id: string;
  readonly label: string;
  /** Fields of the plan to replace. */
  readonly set: Partial<Plan>;
  readonly deviceBytes: Interval;
  /** Positive: the change saves this many bytes at the upper estimate. */
  readonly savedBytes: number;
  readonly verdict: Verdict;
  /** How much longer the whole run takes, as a fraction of what it takes now; null where a time is not known. */
  readonly timeChange: number | null;
  /** What it costs or changes besides memory, in one line. */
  readonly note: string;
}

export interface MemoryEstimate {
  /** Equal to `torch.cuda.max_memory_allocated`. */
  readonly allocatedPeakBytes: Interval;
  /** Equal to `torch.cuda.max_memory_reserved`. */
  readonly reservedPeakBytes: Interval;
  /** What nvidia-smi would show: reserved plus context and libraries. */
  readonly deviceBytes: Interval;
  /** What the card really offers a process, of the advertised memory. */
  readonly usableBytes: number;
  readonly totalBytes: number;
  /** Against the upper bound: `tight` fits at the likely figure but not at the high one. */
  readonly verdict: Verdict;
  /** Usable minus the high estimate; negative when it does not fit. */
  readonly headroomBytes: number;
  readonly peakPhase: StepPhase;
  readonly atPeak: readonly CategoryAtPeak[];
  readonly timeline: MemoryTimeline;
  readonly savedActivationBytes: number;
  readonly largestBatch: LargestBatch;
  readonly byBatchSize: readonly BatchPoint[];
  /** What the source chapter's rule says, or null with the reason for a model it does not know. */
  readonly chapterBaseline: { readonly bytes: number | null; readonly note: string };
}

export interface ParameterCounts {
  readonly total: number;
  readonly trainable: number;
  readonly image: number;
  readonly text: number;
  /** Logit scale and bias, a linear head, prompt vectors. */
  readonly other: number;
}

export interface FlopCounts {
  /** One image and one text through both towers. FLOPs are 2 × multiply–accumulates of the matrix work. */
  readonly forwardPerSample: number;
  readonly imageForwardPerSample: number;
  readonly textForwardPerSample: number;
  /** One optimizer step on one device, recomputation included. */
  readonly step: number;
}

export interface Caveat {
  readonly code: string;
  readonly text: string;
}

export interface Estimate {
  readonly schemaVersion: 1;
  /** Changes whenever the same plan may give other numbers. */
  readonly modelVersion: string;
  readonly plan: Plan;
  readonly modelName: string;
  readonly gpu: { readonly id: string | null; readonly name: string };
  readonly parameters: ParameterCounts;
  readonly flops: FlopCounts;
  readonly memory: MemoryEstimate;
  /** Null with `noTime` saying why. */
  readonly time: TimeEstimate | null;
  readonly noTime: NoTime | null;
  /** What the run costs: at the user's own price first, then the cheapest offers. Empty with `noCost` saying why. */
  readonly cost: readonly Cost[];
  readonly noCost: string | null;
  /** Other texts each text or image is compared with in the loss. */
  readonly negativesPerExample: number;
  readonly globalBatchSize: number;
  readonly assumptions: readonly Assumption[];
  readonly caveats: readonly Caveat[];
  /** What measurements on this card changed; absent where there were none or they were not asked for. */
  readonly calibration?: AppliedCalibration;
  /** Why measurements that were asked for changed nothing; absent where they did, or none were asked for. */
  readonly noCalibration?: string;
}
