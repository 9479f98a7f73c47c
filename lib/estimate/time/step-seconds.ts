import type { ClipArchitecture } from "../../catalogue/architecture";
import type { GpuSpec } from "../../catalogue/gpus";
import { COLLECTIVE_EFFICIENCY, KERNEL_EFFICIENCIES } from "../../catalogue/kernel-efficiencies";
import type { LoweredStep } from "../../engine/tape";
import type { Plan } from "../../plan/plan";
import type { Kernel } from "../../readings/kernels";
import { type CardRates, type DeviceSeconds, deviceSeconds } from "../../readings/roofline";
import { type Communication, communication, type ExchangedBytes } from "./communication";
import { hostSecondsPerKernel } from "./host-pace";
import { transferSeconds } from "./loading";
import { pacedSeconds } from "./pace";

/** What the time of a plan is reckoned from; the card comes separately, as one step is asked of many cards. */
export interface StepWork extends ExchangedBytes {
  readonly kernels: readonly Kernel[];
  readonly update: LoweredStep["update"];
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
  /** The same with collectives and host as quick, and as slow, as they may be. */
  readonly quickest: number;
  readonly slowest: number;
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
  const collectives = (efficiency: number) => communication(plan, architecture, gpu, work, once, efficiency);
  const likely = collectives(COLLECTIVE_EFFICIENCY.likely);
  const pace = hostSecondsPerKernel(gpu);
  const host = kernelCount * pace.likely;
  return {
    ...parts,
    device,
    host,
    communication: likely,
    total: pacedSeconds(device + likely.exposedSeconds, host),
    quickest: Math.max(device + collectives(COLLECTIVE_EFFICIENCY.high).exposedSeconds, kernelCount * pace.low),
    slowest: pacedSeconds(device + collectives(COLLECTIVE_EFFICIENCY.low).exposedSeconds, kernelCount * pace.high),
    kernelCount,
  };
}
