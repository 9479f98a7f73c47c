/** Validations of made-up loads: what a step asks is said, not counted, so that one rate alone can be what matters. */

import { CPU_RATES } from "@/lib/engine/onnxruntime/runtime-efficiencies";
import { type RuntimeRates, type StepLoad, secondsOf } from "@/lib/engine/onnxruntime/step-load";
import type { MeasuredValidation } from "@/lib/profile/calibrate";
import type { DeviceKey } from "@/lib/profile/device-key";
import { loadCounting } from "@/lib/profile/load-counting";
import type { Machine, ValidationRow } from "@/lib/profile/validation";
import { measurement, unreachedRow } from "@/lib/profile/validation-row";
import { machineOf, small } from "./measured-devices";

export interface TimedStep {
  readonly load: StepLoad;
  readonly seconds: number;
  /** Steps of one number share a plan. */
  readonly plan?: number;
  readonly othersFraction?: number | null;
}

/** Of a CPU: mostly products, mostly passes over memory, mostly starting kernels; each a tenth of a second by `CPU_RATES`. */
export const LOADS = {
  flopsPerSecond: loadOf({ flopsPerSecond: 0.08, memoryBytesPerSecond: 0.01, secondsPerNode: 0.01 }),
  memoryBytesPerSecond: loadOf({ flopsPerSecond: 0.01, memoryBytesPerSecond: 0.08, secondsPerNode: 0.01 }),
  secondsPerNode: loadOf({ flopsPerSecond: 0.01, memoryBytesPerSecond: 0.01, secondsPerNode: 0.08 }),
  all: loadOf({ flopsPerSecond: 0.04, memoryBytesPerSecond: 0.03, secondsPerNode: 0.03 }),
} as const;

function loadOf(seconds: Readonly<Record<keyof RuntimeRates, number>>): StepLoad {
  return {
    flops: seconds.flopsPerSecond * CPU_RATES.flopsPerSecond,
    bytes: seconds.memoryBytesPerSecond * CPU_RATES.memoryBytesPerSecond,
    nodes: seconds.secondsPerNode / CPU_RATES.secondsPerNode,
    isQueued: false,
  };
}

/** Steps of every kind, each of a plan of its own, on a machine of these rates. */
export function stepsAt(rates: RuntimeRates): TimedStep[] {
  return Object.values(LOADS).map((load, plan) => ({ load, seconds: secondsOf(load, rates), plan }));
}

/** Each step as a validation of its own. */
export function validationsOf(
  key: DeviceKey,
  steps: readonly TimedStep[],
  changes: Partial<Machine> = {},
): MeasuredValidation[] {
  const machine = { ...machineOf(key), ...changes };
  return steps.map(({ load, seconds, plan = 0, othersFraction = 0 }) => {
    const row = unreachedRow(4, "");
    const measured: ValidationRow = {
      ...row,
      outcome: "measured",
      load: { ...load, countedBy: loadCounting(key.device) },
      others: { cpuFraction: measurement(othersFraction, "too short"), gpuUsers: null },
      measured: {
        ...row.measured,
        stepSeconds: { kind: "measured", median: seconds, low: seconds, high: seconds, runs: [] },
      },
    };
    return { plan: { ...small.plan, classCount: 2 + plan }, device: key.device, machine, rows: [measured] };
  });
}
