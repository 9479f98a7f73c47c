import type { ClipArchitecture } from "../../catalogue/architecture";
import type { GpuSpec } from "../../catalogue/gpus";
import { COLLECTIVE_EFFICIENCY, PCIE_EFFICIENCY } from "../../catalogue/kernel-efficiencies";
import type { Plan } from "../../plan/plan";
import type { DeviceSeconds } from "../../readings/roofline";
import { GB, MIB } from "../../units";

/** Seconds of collectives in one step, and how many of them no computation hides. */
export interface Communication {
  readonly seconds: number;
  readonly exposedSeconds: number;
  readonly note: string;
}

/** One direction of a PCI Express lane. Source: PCI-SIG, base specifications 3.0–5.0, after encoding. */
const PCIE_LANE_BYTES_PER_SECOND: Readonly<Record<string, number>> = {
  "3.0": 0.985 * GB,
  "4.0": 1.969 * GB,
  "5.0": 3.938 * GB,
};
const SLOWEST_GENERATION = "3.0";
const LANES = 16;

/** Bytes per second and direction between host and card, as reached by copies from pinned memory. */
export function hostLinkBytesPerSecond(gpu: GpuSpec): { readonly bytesPerSecond: number; readonly isKnown: boolean } {
  const [generation, lanes] = (gpu.pcie ?? "").split(" x");
  const lane = PCIE_LANE_BYTES_PER_SECOND[generation ?? ""];
  const width = Number(lanes);
  const isKnown = lane !== undefined && width > 0;
  const rate = isKnown ? lane * width : (PCIE_LANE_BYTES_PER_SECOND[SLOWEST_GENERATION] ?? GB) * LANES;
  return { bytesPerSecond: rate * PCIE_EFFICIENCY, isKnown };
}

/** Between machines of more GPUs than one holds; 200 Gbit/s for each, as clusters for training have. Assumed. */
const NETWORK_BYTES_PER_SECOND = 25 * GB;
export const GPUS_PER_MACHINE = 8;

/** GPUs that one machine must hold for the links that time is reckoned with. */
export function gpusTogether({ deviceCount }: Plan): number {
  return Math.min(deviceCount, GPUS_PER_MACHINE);
}

/** Bytes per second and direction between two devices of the plan, before what collectives reach of it. */
export function linkBytesPerSecond(gpu: GpuSpec, deviceCount: number): { bytesPerSecond: number; name: string } {
  if (deviceCount > GPUS_PER_MACHINE)
    return { bytesPerSecond: NETWORK_BYTES_PER_SECOND, name: "a network of 200 Gbit/s for each GPU (assumed)" };
  if (gpu.linkBytesPerSecond !== undefined)
    return { bytesPerSecond: gpu.linkBytesPerSecond / 2, name: "the link between the GPUs" };
  return { bytesPerSecond: hostLinkBytesPerSecond(gpu).bytesPerSecond, name: "PCI Express" };
}

/** Bytes of what is exchanged, on one device. */
export interface ExchangedBytes {
  readonly trainedBytes: number;
  readonly weightBytes: number;
}

/**
 * Collectives of a step. A ring of N devices moves (N−1)/N of a tensor through every link to scatter its sum or to gather
 * its parts, and twice that for a sum that all need:
 *
 *   none   gradients summed for all, bucket by bucket behind the last backward pass
 *   zero1  the same, then the updated weights gathered, behind nothing
 *   zero2  gradients scattered; weights gathered for each pass, behind the forward pass
 *   zero3  the same, and weights gathered again for each backward pass
 *
 * Features are gathered for the loss, where everything waits.
 *
 * @param once  seconds of the card for one micro-batch
 * @source arXiv:2006.15704 §3.2 (buckets, overlap); arXiv:1910.02054 §7 (volumes of the ZeRO stages). What is done when is
 * as PyTorch's `ZeroRedundancyOptimizer` (zero1) and `fully_shard` (zero2, zero3) do it, which the exported script uses.
 */
export function communication(
  plan: Plan,
  architecture: ClipArchitecture,
  gpu: GpuSpec,
  { trainedBytes, weightBytes }: ExchangedBytes,
  once: DeviceSeconds,
  efficiency: number = COLLECTIVE_EFFICIENCY.likely,
): Communication {
  const { deviceCount, gradAccumulationSteps: passes } = plan;
  if (deviceCount === 1) return { seconds: 0, exposedSeconds: 0, note: "one device" };
  const link = linkBytesPerSecond(gpu, deviceCount);
  const secondsOf = (bytes: number) => (bytes * (deviceCount - 1)) / deviceCount / (link.bytesPerSecond * efficiency);
  const { gradientPasses, gathers, isGatheredAfter } = VOLUMES[plan.sharding];
  const gradients = gradientPasses * secondsOf(trainedBytes);
  // The last bucket waits for the last gradient.
  const lastBucket = gradientPasses * secondsOf(Math.min(trainedBytes, BUCKET_BYTES));
  const exposedGradients = Math.max(lastBucket, gradients - once.backward);
  const weights = passes * gathers * secondsOf(weightBytes);
  const hiding = passes * (gathers === 1 ? once.forward : once.forward + once.recompute + once.backward);
  const taken = gathers === 2 ? Math.min(gradients, once.backward) : 0;
  const exposedWeights = Math.max(0, weights - (hiding - taken));
  const updated = isGatheredAfter ? secondsOf(trainedBytes) : 0;
  const features = passes * secondsOf(featureBytes(plan, architecture));
  return {
    seconds: gradients + weights + updated + features,
    exposedSeconds: exposedGradients + exposedWeights + updated + features,
    note: `over ${link.name}`,
  };
}

const VOLUMES = {
  none: { gradientPasses: 2, gathers: 0, isGatheredAfter: false },
  zero1: { gradientPasses: 2, gathers: 0, isGatheredAfter: true },
  zero2: { gradientPasses: 1, gathers: 1, isGatheredAfter: false },
  zero3: { gradientPasses: 1, gathers: 2, isGatheredAfter: false },
} as const satisfies Record<Plan["sharding"], unknown>;

/** Source: PyTorch `DistributedDataParallel(bucket_cap_mb=25)`. */
const BUCKET_BYTES = 25 * MIB;

/** Both towers' features of all devices, and their gradients where the gather passes them. */
function featureBytes(plan: Plan, { embedDim }: ClipArchitecture): number {
  const { kind } = plan.strategy;
  if (kind === "linear_probe" || kind === "prompt") return 0;
  const passes = plan.gatherWithGrad ? 2 : 1;
  const width = plan.precision === "fp32" ? 4 : 2;
  return 2 * passes * plan.perDeviceBatchSize * plan.deviceCount * embedDim * width;
}
