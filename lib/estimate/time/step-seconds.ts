import type { ClipArchitecture } from "../../catalogue/architecture";
import type { GpuSpec } from "../../catalogue/gpus";
import { HOST_SECONDS_PER_KERNEL, KERNEL_EFFICIENCIES } from "../../catalogue/kernel-efficiencies";
import type { LoweredStep } from "../../engine/tape";
import type { Plan } from "../../plan/plan";
import type { Kernel } from "../../readings/kernels";
import { type CardRates, type DeviceSeconds, deviceSeconds } from "../../readings/roofline";
import { type Communication, communication } from "./communication";
import { transferSeconds } from "./loading";
import { pacedSeconds } from "./pace";

/** What the time of a plan is reckoned from; the card comes separately, as one step is asked of many cards. */
export interface StepWork {
  readonly kernels: readonly Kernel[];
  readonly update: LoweredStep["update"];
  readonly trainedBytes: number;
  readonly weightBytes: number;
}

/** Seconds of the card for one forward and backward pass and one update. */
export function deviceSecondsOf(work: StepWork, rates: CardRates): DeviceSeconds {
  return deviceSeconds(work.kernels, work.update, rates, KERNEL_EFFICIENCIES);
}

/** One optimizer step on one device, data at hand. Seconds. */
export interface StepSeconds {
  readonly forward: number;
  readonly recompute: number;
  readonly backward: number;
  readonly optimizer: number;
  readonly transfer: number;
  /** Of the card alone: the sum of the five above. */
  readonly device: number;
  readonly host: number;
  readonly communication: Communication;
  /** What the card with the collectives it waits for and the host take together. */
  readonly total: number;
  readonly kernelCount: number;
}

/**
 * @param once  seconds of the card for one micro-batch, from `deviceSecondsOf`
 *
 * Kernels are handed to the card one after the other and run behind: the slower of the two sets the pace.
 */
export function stepSeconds(
  work: StepWork,
  once: DeviceSeconds,
  plan: Plan,
  architecture: ClipArchitecture,
  gpu: GpuSpec,
  hostSecondsPerKernel: number = HOST_SECONDS_PER_KERNEL.likely,
): StepSeconds {
  const passes = plan.gradAccumulationSteps;
  const shard = plan.sharding === "none" ? 1 : plan.deviceCount;
  const parts = {
    forward: passes * once.forward,
    recompute: passes * once.recompute,
    backward: passes * once.backward,
    // Each device updates the part of the parameters whose state it holds.
    optimizer: once.optimizer / shard,
    transfer: passes * transferSeconds(plan, gpu, plan.perDeviceBatchSize),
  };
  const device = parts.forward + parts.recompute + parts.backward + parts.optimizer + parts.transfer;
  const kernelCount = passes * (once.kernelCount - work.update.kernelCount) + work.update.kernelCount;
  const host = kernelCount * hostSecondsPerKernel;
  // Gradients are reduced behind the last micro-batch's backward pass alone.
  const collectives = communication(plan, architecture, gpu, work.trainedBytes, work.weightBytes, once.backward);
  return {
    ...parts,
    device,
    host,
    communication: collectives,
    total: pacedSeconds(device + collectives.exposedSeconds, host),
    kernelCount,
  };
}
