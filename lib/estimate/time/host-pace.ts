import type { GpuSpec } from "../../catalogue/gpus";
import { HOST_SECONDS_PER_KERNEL } from "../../catalogue/kernel-efficiencies";
import type { Interval } from "../estimate";

/** How much quicker, and how much slower, another host may be in Python than its pace in C++ says. Assumed: one host was measured in both. */
const QUICKER = 0.6;
const SLOWER = 1.5;

/**
 * Seconds that the host needs to hand one kernel to the card in eager PyTorch. Where ONNX Runtime's pace was measured on
 * the host of this card, it is told in that of an H100's host, on which both were measured: that is the `high` of the range.
 */
export function hostSecondsPerKernel({ measuredHere }: Pick<GpuSpec, "measuredHere">): Interval {
  const factor = measuredHere?.launchFactor;
  if (factor === undefined) return HOST_SECONDS_PER_KERNEL;
  const likely = HOST_SECONDS_PER_KERNEL.high * factor;
  return { low: QUICKER * likely, likely, high: SLOWER * likely };
}
