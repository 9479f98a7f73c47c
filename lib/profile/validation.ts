/**
 * A validation: the training step of a plan, run for real on this machine at a few batch sizes, with what was predicted
 * beside what was measured. Bytes and seconds.
 */

import type { StepLoad } from "../engine/onnxruntime/step-load";
import type { Plan } from "../plan/plan";

export const DEVICES = ["cpu", "cuda"] as const;

/** Where a step runs. `cuda` is the first NVIDIA GPU of the machine. */
export type Device = (typeof DEVICES)[number];

/** What is asked for, complete. */
export interface ValidationRequest {
  /** The plan as it runs: what this engine cannot run was refused before. Its `perDeviceBatchSize` is not used. */
  readonly plan: Plan;
  readonly device: Device;
  /** Ascending, each once. */
  readonly batchSizes: readonly number[];
  /** Timed runs of each model, after one that is not timed. */
  readonly repeats: number;
  /** For the whole validation, from the moment it starts to run. */
  readonly timeLimitSeconds: number;
  /** Whether seconds are predicted from what was measured on the device before. Absent in what older versions kept: they did not. */
  readonly calibrate?: boolean;
}

/** What was measured, or why it was not. Never 0 for "unknown". */
export type Measurement =
  | { readonly kind: "measured"; readonly value: number }
  | { readonly kind: "not_measured"; readonly why: string };

export type Prediction =
  /** Nine of ten measurements lie within `low` and `high`, where they are known. */
  | { readonly kind: "predicted"; readonly value: number; readonly low?: number; readonly high?: number }
  | { readonly kind: "not_predicted"; readonly why: string };

/** Seconds of all timed runs of a model that unrolls `stepCount` steps, in the order they ran. */
export interface TimedRuns {
  readonly stepCount: number;
  readonly runSeconds: readonly number[];
  /** Of all cores, what other processes took during each of them. Absent in what older versions kept. */
  readonly othersFractions?: readonly number[];
}

/**
 * Seconds of one training step: the slope between models of few and of more steps, so that what a run costs but no step
 * does (drawing the weights) cancels out.
 */
export type StepSeconds =
  | {
      readonly kind: "measured";
      readonly median: number;
      /** The least and the greatest slope between any two of the runs. */
      readonly low: number;
      readonly high: number;
      readonly runs: readonly TimedRuns[];
    }
  | { readonly kind: "not_measured"; readonly why: string };

/**
 * `would_not_fit`: not started, because the prediction is more than the memory that is free.
 * `out_of_memory`: the runtime could not get memory, or was stopped before the machine ran out of it.
 * `not_run`: an earlier batch size gave a reason not to go on.
 */
export const OUTCOMES = [
  "measured",
  "would_not_fit",
  "out_of_memory",
  "timed_out",
  "failed",
  "cancelled",
  "not_run",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

export interface PredictedStep {
  /** The most bytes in use at once, by the runtime's own accounting. */
  readonly inUsePeakBytes: Prediction;
  /** The same before rounding and without what kernels take while they run. */
  readonly requestedPeakBytes: Prediction;
  /** Held from the system at the end. */
  readonly arenaBytes: Prediction;
  /** From what the process took beside the arena in earlier measurements on the device. Absent in what older versions kept. */
  readonly residentPeakBytes?: Prediction;
  /** The same of the GPU. */
  readonly deviceBytes?: Prediction;
  readonly stepSeconds: Prediction;
}

export interface MeasuredStep {
  readonly inUsePeakBytes: Measurement;
  readonly requestedPeakBytes: Measurement;
  readonly arenaBytes: Measurement;
  /** Physical memory of the process at its peak, as the operating system counts it: runtime, libraries and model included. */
  readonly residentPeakBytes: Measurement;
  /** Memory of the GPU that the driver counts to the process, at its peak: context and libraries included. */
  readonly deviceBytes: Measurement;
  readonly stepSeconds: StepSeconds;
}

/** What one step asks of the device, as it was counted when it ran: to know it again, its models would have to be written. */
export interface CountedLoad extends StepLoad {
  /** Names the way of counting; other versions may count otherwise. */
  readonly countedBy: string;
}

/** What else went on while a row was measured: how far its seconds are to be trusted. */
export interface OtherWork {
  /** Of all cores, what other processes took over all timed runs. */
  readonly cpuFraction: Measurement;
  /** Programs beside the measured one that its driver listed on the GPU; null on a CPU and where the driver does not say. */
  readonly gpuUsers: readonly GpuUser[] | null;
}

/** What one batch size gave. */
export interface ValidationRow {
  readonly batchSize: number;
  readonly outcome: Outcome;
  /** What happened, in words, or what to mind of the figures; null when there is nothing to say. */
  readonly reason: string | null;
  readonly predicted: PredictedStep;
  readonly measured: MeasuredStep;
  /** Operations of the one-step model, and its size as a file; null before it was written. */
  readonly nodeCount: number | null;
  readonly modelBytes: number | null;
  /** Kernels that ran, by the provider that ran them; null when none was recorded. */
  readonly providers: Readonly<Record<string, number>> | null;
  /** Loss of each step of the longest model, a sign that real numbers were computed; null when it did not run. */
  readonly losses: readonly number[] | null;
  /** Null before its models were written; absent in what older versions kept. */
  readonly load?: CountedLoad | null;
  /** Absent in what older versions kept. */
  readonly others?: OtherWork;
}

/** What seconds were predicted from. */
export interface SecondsSource {
  /** Steps that were timed on this very device before, in the same type of matrix products. */
  readonly measurementCount: number;
  /**
   * How far predictions lie from those measurements in the median, as a fraction: with the assumed rates, and with rates from
   * the measurements of other plans, so that none is judged by itself.
   */
  readonly errorBefore: number;
  readonly errorAfter: number;
  /** What to mind of them, such as measurements that were left out. Absent in what older versions kept. */
  readonly notes?: readonly string[];
}

/** A straight line through the measured batch sizes by least squares. */
export type Line =
  | {
      readonly kind: "fitted";
      /** At batch 0: what does not depend on the batch. */
      readonly intercept: number;
      /** For each sample more. */
      readonly slope: number;
      readonly points: readonly { readonly batchSize: number; readonly value: number; readonly residual: number }[];
    }
  | { readonly kind: "not_fitted"; readonly why: string };

/** Another program that holds memory of the GPU. */
export interface GpuUser {
  readonly pid: number;
  readonly name: string;
  /** Null where the driver does not say. */
  readonly usedBytes: number | null;
}

export interface MachineGpu {
  readonly name: string;
  /** Tells this card from others of its kind: a digest of the number that its driver gives it, or null. Absent in what older versions kept. */
  readonly identity?: string | null;
  readonly driverVersion: string;
  readonly computeCapability: string | null;
  readonly memoryTotalBytes: number;
  /** Before the validation began. */
  readonly memoryFreeBytes: number;
  /** Before the validation began. */
  readonly otherUsers: readonly GpuUser[];
}

export interface Machine {
  readonly platform: string;
  /** Tells this machine from others alike: a digest, since a name may be a person's. Absent in what older versions kept. */
  readonly identity?: string;
  readonly cpuName: string;
  /** Cores that this process may use. */
  readonly coreCount: number;
  readonly memoryTotalBytes: number;
  /** What a process could still get, limits of a container included, before the validation began. */
  readonly memoryAvailableBytes: number;
  /** Null with `noGpu` saying why. */
  readonly gpu: MachineGpu | null;
  readonly noGpu: string | null;
  /** Threads of one operation on the CPU. */
  readonly threadCount: number;
  readonly versions: { readonly node: string; readonly onnxruntime: string; readonly headroom: string };
}

export interface ValidationProgress {
  /** Of `partCount` measurements. */
  readonly doneCount: number;
  readonly partCount: number;
  /** Such as "batch 4: three steps, timed". */
  readonly doing: string;
  readonly batchSize: number | null;
}

/**
 * `failed`: something other than memory kept a batch size from being measured. `interrupted`: the server that ran it ended.
 * Being out of memory is a result, so such a validation is `done`.
 */
export type ValidationState =
  | { readonly kind: "queued" /** 1 is next on its device. */; readonly position: number }
  | { readonly kind: "running"; readonly progress: ValidationProgress }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "cancelled"; readonly reason: string }
  | { readonly kind: "interrupted"; readonly reason: string };

export type ValidationStateKind = ValidationState["kind"];

/** What a run gives: everything of the record that is not about the queue. */
export interface ValidationResult {
  /** Null until it runs. */
  readonly machine: Machine | null;
  /** In the order of the batch sizes; those not reached yet are `not_run`. */
  readonly rows: readonly ValidationRow[];
  /** Through the measured rows. */
  readonly lines: { readonly inUsePeakBytes: Line; readonly stepSeconds: Line };
  /** Null where no seconds were predicted; absent in what older versions kept. */
  readonly secondsFrom?: SecondsSource | null;
  /** By the clock, from start to end; null until it ended. */
  readonly wallSeconds: number | null;
}

export interface Validation extends ValidationRequest, ValidationResult {
  readonly schemaVersion: 1;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Null while it waits, or if it never ran. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly state: ValidationState;
  /** What a reader must know to read the figures rightly: that a CPU was measured, for one. */
  readonly remarks: readonly string[];
}

export function isFinal({ kind }: ValidationState): boolean {
  return kind !== "queued" && kind !== "running";
}
