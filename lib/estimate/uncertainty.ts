import type { GpuSpec } from "../catalogue/gpus";
import type { Plan } from "../plan/plan";
import { MIB } from "../units";
import type { Interval } from "./estimate";

/**
 * How far the figures may be off. Relative errors are 95th percentiles of all rows in `truth/accuracy-memory.json`,
 * rounded up: a test keeps them no smaller than measured and no larger than half as much again.
 */
export const ALLOCATED_ERROR = 0.004;
export const RESERVED_ERROR = 0.05;

/**
 * Device memory outside PyTorch's allocator: the CUDA context, loaded kernels, and the libraries' own buffers. The range
 * is an assumption for a card of an architecture on which it was not measured.
 */
const CONTEXT = { low: 250 * MIB, likely: 500 * MIB, high: 900 * MIB } as const;

/**
 * On an H100 the driver counted 758 to 820 MiB beyond what PyTorch had reserved, over 116 steps: `processBytes` minus
 * `reservedPeakBytes` of `truth/time-h100.csv`. The range leaves room for other drivers and versions.
 */
const HOPPER_CONTEXT = { low: 700 * MIB, likely: 804 * MIB, high: 900 * MIB } as const;
const HOPPER = "9.0";

/** Whether the context of a card's architecture was measured. */
export function isContextMeasured({ computeCapability }: GpuSpec): boolean {
  return computeCapability === HOPPER;
}

/** Buffers of the collective library for each process of several. Assumed. */
const COLLECTIVES = { low: 100 * MIB, likely: 250 * MIB, high: 600 * MIB } as const;

/** Workspaces that cuDNN takes for a convolution network's layers, from the allocator, by the algorithm it picks. Assumed. */
const CONVOLUTION_WORKSPACE = { low: 0, likely: 32 * MIB, high: 512 * MIB } as const;

export function allocatedInterval(bytes: number): Interval {
  return spread(bytes, ALLOCATED_ERROR, "the 95th percentile of the error against measured steps");
}

export function reservedInterval(bytes: number): Interval {
  return spread(bytes, RESERVED_ERROR, "the 95th percentile of the error against measured steps");
}

function spread(bytes: number, error: number, reason: string): Interval {
  return { low: Math.floor(bytes * (1 - error)), likely: bytes, high: Math.ceil(bytes * (1 + error)), reason };
}

/** What a process holds on the device beyond what PyTorch reserves. */
export function overheadInterval(plan: Plan, hasConvolutions: boolean, gpu: GpuSpec): Interval {
  const parts = [
    noLessThan(isContextMeasured(gpu) ? HOPPER_CONTEXT : CONTEXT, gpu.measuredHere?.contextBytes ?? 0),
    ...(plan.deviceCount > 1 ? [COLLECTIVES] : []),
    ...(hasConvolutions ? [CONVOLUTION_WORKSPACE] : []),
  ];
  const sum = (bound: "low" | "likely" | "high") => parts.reduce((total, part) => total + part[bound], 0);
  return { low: sum("low"), likely: sum("likely"), high: sum("high") };
}

/** What another runtime's context and libraries take on this card, PyTorch's take as well. */
function noLessThan({ low, likely, high }: Interval, bytes: number): Interval {
  return { low: Math.max(low, bytes), likely: Math.max(likely, bytes), high: Math.max(high, bytes) };
}

const MEASURED_CONTEXT = "what PyTorch reserves, plus the range measured on an H100 for the CUDA context and libraries";
const ASSUMED_CONTEXT = "what PyTorch reserves, plus an assumed range for the CUDA context and libraries";

export function deviceInterval(reserved: Interval, overhead: Interval, gpu: GpuSpec): Interval {
  return {
    low: reserved.low + overhead.low,
    likely: reserved.likely + overhead.likely,
    high: reserved.high + overhead.high,
    reason: isContextMeasured(gpu) ? MEASURED_CONTEXT : ASSUMED_CONTEXT,
  };
}

/** Cards whose allocator is not the one that is replayed. */
export function isCuda(gpu: GpuSpec): boolean {
  return gpu.runtime === "cuda";
}
