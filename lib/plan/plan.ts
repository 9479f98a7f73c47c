/** The plan: what a user wants to train, on what, and how. Field names are the public contract of links, API, CLI and saved plans. */

import type { OpenClipConfig } from "../catalogue/architecture";

/** The newest schema this code writes. Older ones are migrated, newer ones refused. */
export const SCHEMA_VERSION = 1;

export type Implementation = "open_clip" | "transformers";
export type Precision = "fp32" | "amp" | "amp_bf16" | "bf16";
export type Optimizer = "adamw" | "adamw_fused" | "adamw_8bit" | "sgd";
export type AttentionKernel = "sdpa" | "math" | "eager";
/** What each device holds only its share of: nothing; optimizer state; gradients too; parameters too. FSDP shards as `zero3`. */
export type Sharding = "none" | "zero1" | "zero2" | "zero3";
export type LoraTarget = "q_proj" | "k_proj" | "v_proj" | "out_proj" | "fc1" | "fc2";

export type Strategy =
  | { readonly kind: "full" }
  | { readonly kind: "linear_probe" }
  /** The last blocks of each tower, the final norms, both projections and the logit scale train. */
  | { readonly kind: "partial"; readonly unlockedBlocks: number }
  | { readonly kind: "lora"; readonly rank: number; readonly targets: readonly LoraTarget[] }
  /** Context vectors shared by all classes, run through the frozen text tower. */
  | { readonly kind: "prompt"; readonly contextTokens: number };

export type StrategyKind = Strategy["kind"];

/** A GPU that the catalogue does not know, described by the user. */
export interface CustomGpu {
  readonly name: string;
  readonly memoryBytes: number;
  readonly memoryBandwidthBytesPerSecond?: number;
  readonly peakFlopsPerSecond?: Readonly<Partial<Record<"fp32" | "tf32" | "fp16" | "bf16", number>>>;
  /** Such as "8.9"; decides which attention kernels and workspaces apply. */
  readonly computeCapability?: string;
}

/** A complete plan: every field has a value. `null` means "the model's own". */
export interface Plan {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  /** The canonical open_clip name, or a configuration object. */
  readonly model: string | OpenClipConfig;
  readonly implementation: Implementation;
  readonly strategy: Strategy;
  readonly classCount: number;
  readonly perDeviceBatchSize: number;
  readonly gradAccumulationSteps: number;
  readonly deviceCount: number;
  readonly precision: Precision;
  readonly optimizer: Optimizer;
  readonly gradCheckpointing: boolean;
  readonly attention: AttentionKernel;
  readonly localLoss: boolean;
  readonly gatherWithGrad: boolean;
  readonly sharding: Sharding;
  readonly imageSize: number;
  readonly contextLength: number;
  /** A catalogue id, or the user's own card. */
  readonly gpu: string | CustomGpu;
  readonly trainSampleCount: number;
  readonly validationSampleCount: number;
  readonly epochs: number;
  /** Samples after which training stops, in the middle of an epoch if need be; absent where `epochs` decides. */
  readonly samplesSeen?: number;
  readonly loaderWorkers: number;
  readonly averageImageBytes: number;
  /** Bytes per second at which one machine reads image files; absent when the user did not say. */
  readonly storageBytesPerSecond?: number;
  /** A checkpoint is written after every so many epochs, and after the last. */
  readonly checkpointEveryEpochs: number;
  /** USD that the user pays for one GPU and hour; absent when they did not say. */
  readonly pricePerGpuHour?: number;
}

/** One thing wrong with what was given: where, what was received, and the way out. */
export interface Issue {
  /** Such as `strategy.rank`; empty for the plan as a whole. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
  /** What was received, shortened to be shown. Absent when nothing was given. */
  readonly received?: string;
  /** Values that would be accepted and are nearest to the one received. */
  readonly suggestions?: readonly string[];
}

export type AssumptionStatus = "given" | "default" | "measured" | "derived";

/** Where one value of the resolved plan comes from. */
export interface Assumption {
  readonly field: string;
  readonly value: string | number | boolean;
  readonly unit?: string;
  readonly status: AssumptionStatus;
  readonly note?: string;
  readonly source?: string;
}
