import { planCaveats } from "../plan/caveats";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Caveat } from "./estimate";
import { isCuda } from "./uncertainty";

/** What the answer does not cover, in words a user can act on. */
export function caveatsOf({ plan, architecture, gpu }: ParsedPlan): readonly Caveat[] {
  const caveats: Caveat[] = [];
  const say = (code: string, text: string) => caveats.push({ code, text });
  if (!isCuda(gpu)) {
    say(
      "not_cuda",
      `${gpu.name} does not run CUDA. The figures are those of PyTorch's CUDA allocator; others round and cache differently.`,
    );
  } else if (gpu.computeCapability === null) {
    say(
      "unknown_capability",
      "The card's compute capability was not given: attention kernels and workspaces are those of an Ampere card.",
    );
  }
  if ((plan.precision === "bf16" || plan.precision === "amp_bf16") && !gpu.bf16) {
    say(
      "bf16_emulated",
      `${gpu.name} has no bf16 matrix units: PyTorch emulates it, several times slower than fp16. Memory is as shown.`,
    );
  }
  if (architecture.vision.kind === "resnet") {
    say(
      "cudnn_workspace",
      "cuDNN may take workspaces for convolutions; their size depends on the algorithms it picks and is only in the range.",
    );
  }
  if (plan.deviceCount > 1) {
    say(
      "several_devices",
      "Several devices: gradient buckets, gathered features and what sharding divides are modelled, not measured.",
    );
  }
  if (plan.gradAccumulationSteps > 1 && plan.strategy.kind !== "linear_probe" && plan.strategy.kind !== "prompt") {
    say(
      "accumulation",
      "Accumulating gradients does not enlarge the contrastive batch: each micro-batch is scored against itself alone.",
    );
  }
  return [...caveats, ...planCaveats(plan, architecture, gpu)];
}
