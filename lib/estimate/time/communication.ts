import type { ClipArchitecture } from "../../catalogue/architecture";
import type { GpuSpec } from "../../catalogue/gpus";
import { COLLECTIVE_EFFICIENCY, PCIE_EFFICIENCY } from "../../catalogue/kernel-efficiencies";
import type { Plan } from "../../plan/plan";
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

/** Bytes per second and direction between two devices of the plan, before what collectives reach of it. */
export function linkBytesPerSecond(gpu: GpuSpec, deviceCount: number): { bytesPerSecond: number; name: string } {
  if (deviceCount > GPUS_PER_MACHINE)
    return { bytesPerSecond: NETWORK_BYTES_PER_SECOND, name: "a network of 200 Gbit/s for each GPU (assumed)" };
  if (gpu.linkBytesPerSecond !== undefined)
    return { bytesPerSecond: gpu.linkBytesPerSecond / 2, name: "the link between the GPUs" };
  return { bytesPerSecond: hostLinkBytesPerSecond(gpu).bytesPerSecond, name: "PCI Express" };
}

/**
 * Collectives of a step: gradients are summed over the devices bucket by bucket behind the backward pass, features are
 * gathered for the loss in front of it, and sharded weights are fetched before each use.
 *
 * A ring moves 2·(N−1)/N of the gradients through every link; ZeRO-3 moves the weights twice besides.
 *
 * @source arXiv:2006.15704 §3.2 (buckets, overlap); arXiv:1910.02054 §7 (volumes of the ZeRO stages)
 */
export function communication(
  plan: Plan,
  architecture: ClipArchitecture,
  gpu: GpuSpec,
  trainedBytes: number,
  weightBytes: number,
  hidingSeconds: number,
  efficiency: number = COLLECTIVE_EFFICIENCY.likely,
): Communication {
  const { deviceCount } = plan;
  if (deviceCount === 1) return { seconds: 0, exposedSeconds: 0, note: "one device" };
  const link = linkBytesPerSecond(gpu, deviceCount);
  const rate = link.bytesPerSecond * efficiency;
  const share = (deviceCount - 1) / deviceCount;
  const gradients = (2 * share * trainedBytes) / rate;
  const weights = plan.sharding === "zero3" ? (2 * share * weightBytes) / rate : 0;
  const features = (plan.gradAccumulationSteps * featureBytes(plan, architecture) * share) / rate;
  const hidden = gradients + weights;
  // The last bucket waits for the last gradient.
  const lastBucket = Math.min(gradients, (2 * share * BUCKET_BYTES) / rate);
  const exposedSeconds = features + (trainedBytes === 0 ? 0 : Math.max(lastBucket, hidden - hidingSeconds));
  return { seconds: hidden + features, exposedSeconds, note: `over ${link.name}` };
}

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
