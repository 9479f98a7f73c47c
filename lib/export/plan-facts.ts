/** A plan in short lines, for the head of an exported text. */

import { resolveGpu } from "../catalogue/gpus";
import { formatCount, formatDevices } from "../format";
import type { Plan, Strategy } from "../plan/plan";

const PRECISIONS = {
  fp32: "fp32",
  amp: "mixed precision, fp16 with loss scaling",
  amp_bf16: "mixed precision, bf16",
  bf16: "everything in bf16",
} as const satisfies Record<Plan["precision"], string>;

const OPTIMIZERS = {
  adamw: "AdamW",
  adamw_fused: "AdamW, fused",
  adamw_8bit: "AdamW with 8-bit state",
  sgd: "SGD with momentum",
} as const satisfies Record<Plan["optimizer"], string>;

export function planFacts(plan: Plan, modelName: string): string[] {
  const { perDeviceBatchSize, gradAccumulationSteps, deviceCount } = plan;
  const passes = gradAccumulationSteps === 1 ? "" : `, ${formatCount(gradAccumulationSteps)} passes a step`;
  return [
    `${modelName}, images of ${formatCount(plan.imageSize)} pixels, texts of ${formatCount(plan.contextLength)} tokens`,
    `trains ${strategyText(plan.strategy)}`,
    `${counted(perDeviceBatchSize, "sample")} per device on ${formatDevices(deviceCount, gpuName(plan))}${passes}`,
    `${PRECISIONS[plan.precision]}; ${OPTIMIZERS[plan.optimizer]}${plan.gradCheckpointing ? "; gradient checkpointing" : ""}`,
    `${counted(plan.trainSampleCount, "sample")}, ${plan.samplesSeen === undefined ? counted(plan.epochs, "epoch") : `${formatCount(plan.samplesSeen)} seen`}`,
  ];
}

export function strategyText(strategy: Strategy): string {
  switch (strategy.kind) {
    case "full":
      return "everything";
    case "linear_probe":
      return "a linear layer on frozen image features";
    case "partial":
      return `the last ${counted(strategy.unlockedBlocks, "block")} of each tower, final norms and projections`;
    case "lora":
      return `LoRA of rank ${formatCount(strategy.rank)} on ${strategy.targets.join(", ")}`;
    case "prompt":
      return `${counted(strategy.contextTokens, "context vector")} before each class name`;
  }
}

function gpuName({ gpu }: Plan): string {
  const found = resolveGpu(gpu);
  const name = found.ok ? found.gpu.name : String(gpu);
  // A user's own name stays on its line: comments end where a line does.
  return name.replace(/\s+/g, " ");
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
