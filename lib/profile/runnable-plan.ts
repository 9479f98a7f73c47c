import { issueAbout } from "../plan/issues";
import type { Issue, Plan } from "../plan/plan";
import type { Device } from "./validation";

export type RunnableJudgement =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Everything that keeps the plan from running, not only the first. */
      readonly issues: readonly Issue[];
      /** The fields to replace to have the nearest plan that can run. */
      readonly changes: Partial<Plan>;
    };

interface Obstacle {
  readonly field: keyof Plan;
  /** Completes "<field> <value> …". */
  readonly message: string;
  readonly changes: Partial<Plan>;
}

/**
 * Whether ONNX Runtime can run the training step of a plan on this device. It runs one step of one process: what
 * several devices share, and kernels that it lacks, cannot be checked with it.
 */
export function judgeRunnable(plan: Plan, device: Device): RunnableJudgement {
  const found = [
    precisionObstacle(plan, device),
    optimizerObstacle(plan),
    deviceCountObstacle(plan),
    shardingObstacle(plan),
    accumulationObstacle(plan),
  ].filter((obstacle) => obstacle !== null);
  if (found.length === 0) return { ok: true };
  return {
    ok: false,
    issues: found.map(({ field, message, changes }) =>
      issueAbout(field, "cannot_run", plan[field], message, [String(changes[field])]),
    ),
    changes: Object.assign({}, ...found.map(({ changes }) => changes)),
  };
}

/** The precision of matrix products in the model that runs. */
export function matrixPrecision({ precision }: Pick<Plan, "precision">): "fp32" | "fp16" {
  if (precision === "fp32") return "fp32";
  if (precision === "amp") return "fp16";
  throw new RangeError(`${precision} has no training step in ONNX Runtime`);
}

function precisionObstacle({ precision }: Plan, device: Device): Obstacle | null {
  if (precision === "fp32" || (precision === "amp" && device === "cuda")) return null;
  const nearest = device === "cuda" ? "amp" : "fp32";
  const lack = precision === "amp" ? "float16 only as a slow emulation" : "no bfloat16";
  const where = device === "cuda" ? "on CUDA" : "on the CPU";
  return {
    field: "precision",
    message: `cannot run: ONNX Runtime has ${lack} for a training step ${where}; use "${nearest}"`,
    changes: { precision: nearest },
  };
}

function optimizerObstacle({ optimizer }: Plan): Obstacle | null {
  if (optimizer !== "adamw_8bit") return null;
  const message = 'cannot run: ONNX Runtime has no kernels for 8-bit state; use "adamw", whose state is larger';
  return { field: "optimizer", message, changes: { optimizer: "adamw" } };
}

function deviceCountObstacle({ deviceCount }: Plan): Obstacle | null {
  if (deviceCount === 1) return null;
  const message = "cannot run: one device is measured, without what several exchange; use 1";
  return { field: "deviceCount", message, changes: { deviceCount: 1 } };
}

function shardingObstacle({ sharding }: Plan): Obstacle | null {
  if (sharding === "none") return null;
  const message = 'cannot run: it divides the step among several devices, and one is measured; use "none"';
  return { field: "sharding", message, changes: { sharding: "none" } };
}

function accumulationObstacle({ gradAccumulationSteps }: Plan): Obstacle | null {
  if (gradAccumulationSteps === 1) return null;
  const message = "cannot run: each measured step updates the weights after one pass; use 1";
  return { field: "gradAccumulationSteps", message, changes: { gradAccumulationSteps: 1 } };
}
