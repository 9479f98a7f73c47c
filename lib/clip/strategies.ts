import type { ClipArchitecture } from "../catalogue/architecture";
import type { Strategy } from "../plan/plan";
import type { LoraAdapters, Part } from "./model-writer";

/** What a strategy changes in a tower. */
export interface TowerStrategy {
  readonly trains: (part: Part) => boolean;
  readonly inTrainMode: (part: Part) => boolean;
  readonly lora: LoraAdapters | null;
}

const ALL = () => true;
const NONE = () => false;

/**
 * Full: everything trains. Partial: the last blocks, the final norms, poolings and projections; the rest is in eval
 * mode. LoRA: adapters beside frozen layers, in train mode. Linear probe and prompt tuning freeze both towers, in
 * eval mode; what they train lies outside.
 */
export function towerStrategy(strategy: Strategy, gradCheckpointing: boolean): TowerStrategy {
  // Switching checkpointing on puts the whole model in train mode; blocks are only recomputed there.
  const frozenMode = gradCheckpointing ? ALL : NONE;
  switch (strategy.kind) {
    case "full":
      return { trains: ALL, inTrainMode: ALL, lora: null };
    case "partial": {
      const isUnlocked = (part: Part) => isAmongLast(part, strategy.unlockedBlocks);
      return { trains: isUnlocked, inTrainMode: gradCheckpointing ? ALL : isUnlocked, lora: null };
    }
    case "lora":
      return { trains: NONE, inTrainMode: ALL, lora: { rank: strategy.rank, targets: new Set(strategy.targets) } };
    case "linear_probe":
    case "prompt":
      return { trains: NONE, inTrainMode: frozenMode, lora: null };
  }
}

function isAmongLast(part: Part, unlockedBlocks: number): boolean {
  if (part === "embedding") return false;
  return part === "head" || part.block >= part.of - unlockedBlocks;
}

/** Whether the temperature (and SigLIP's bias) of the loss trains. */
export function lossScaleTrains(strategy: Strategy): boolean {
  return strategy.kind === "full" || strategy.kind === "partial";
}

/** LoRA adapts linear layers; a ModifiedResNet's tower is convolutions, so there only the text tower is adapted. */
export function imageTowerIsAdapted(architecture: ClipArchitecture): boolean {
  return architecture.vision.kind === "vit";
}
