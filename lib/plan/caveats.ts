/** What a plan that can be answered should still be told: choices that have no effect, or another than their name says. */

import type { ClipArchitecture } from "../catalogue/architecture";
import type { GpuSpec } from "../catalogue/gpus";
import type { Plan } from "./plan";
import { fullStepsPerEpoch, runLength } from "./run-length";

export interface PlanCaveat {
  readonly code: string;
  readonly text: string;
}

/** @returns in the order they matter; empty for a plan that needs no remark */
export function planCaveats(plan: Plan, architecture: ClipArchitecture, gpu: GpuSpec): PlanCaveat[] {
  return [
    ...gpuCaveats(gpu),
    ...strategyCaveats(plan, architecture),
    ...lossCaveats(plan, architecture),
    ...shardingCaveats(plan),
    ...checkpointingCaveats(plan, architecture),
    ...lengthCaveats(plan),
  ];
}

function gpuCaveats(gpu: GpuSpec): PlanCaveat[] {
  if (gpu.usableQuality === "measured") return [];
  const text = `The memory that ${gpu.name} leaves to a process was not measured: ${gpu.usableBasis}.`;
  return [{ code: "usable_memory_not_measured", text }];
}

function strategyCaveats({ strategy }: Plan, { vision, text }: ClipArchitecture): PlanCaveat[] {
  if (strategy.kind === "partial") {
    const imageBlocks = vision.kind === "vit" ? vision.layers : vision.layers.reduce((sum, count) => sum + count, 0);
    const [shorter, blocks] = imageBlocks < text.layers ? ["image", imageBlocks] : ["text", text.layers];
    if (strategy.unlockedBlocks <= blocks) return [];
    const remark = `The ${shorter} tower has ${blocks} blocks, fewer than the ${strategy.unlockedBlocks} unlocked: all of its blocks train, its embeddings do not.`;
    return [{ code: "tower_fully_unlocked", text: remark }];
  }
  if (strategy.kind === "lora" && vision.kind === "resnet") {
    const remark =
      "A ModifiedResNet takes no LoRA adapters: they sit in the text tower only, and the image tower is frozen.";
    return [{ code: "lora_in_text_only", text: remark }];
  }
  return [];
}

function lossCaveats(plan: Plan, { loss }: ClipArchitecture): PlanCaveat[] {
  if (!plan.localLoss && !plan.gatherWithGrad) return [];
  const reason = whyNothingIsGathered(plan, loss);
  if (reason === null) return [];
  return [{ code: "gathering_without_effect", text: `localLoss and gatherWithGrad have no effect: ${reason}.` }];
}

function whyNothingIsGathered({ deviceCount, strategy }: Plan, loss: ClipArchitecture["loss"]): string | null {
  if (deviceCount === 1) return "there is one device";
  if (strategy.kind === "linear_probe" || strategy.kind === "prompt")
    return "this strategy compares images with classes";
  return loss === "sigmoid" ? "the sigmoid loss exchanges features in another way" : null;
}

function shardingCaveats({ sharding, deviceCount }: Plan): PlanCaveat[] {
  if (sharding === "none" || deviceCount > 1) return [];
  return [{ code: "sharding_without_effect", text: `${sharding} has no effect: there is one device.` }];
}

function lengthCaveats(plan: Plan): PlanCaveat[] {
  if (fullStepsPerEpoch(plan) > 0) return [];
  const { stepSamples } = runLength(plan);
  const text = `${plan.trainSampleCount} training ${plan.trainSampleCount === 1 ? "sample does" : "samples do"} not fill a step of ${stepSamples}: one step an epoch is counted, but programs that drop incomplete batches, open_clip's and the exported script, would do none.`;
  return [{ code: "data_smaller_than_step", text }];
}

function checkpointingCaveats(plan: Plan, { vision }: ClipArchitecture): PlanCaveat[] {
  if (!plan.gradCheckpointing || vision.kind !== "resnet") return [];
  const text = "open_clip's ModifiedResNet ignores gradient checkpointing: only the text tower recomputes.";
  return [{ code: "resnet_ignores_checkpointing", text }];
}
