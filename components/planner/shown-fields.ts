/** A plan as rows of text, in the order of the form: for saved plans and for comparing two. */

import { formatBytes, formatCount, formatShape, formatUsd } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";
import { KB, MB } from "@/lib/units";
import { FIELD_TEXTS, type FieldPath } from "./field-texts";

const FIELDS = [
  "model",
  "implementation",
  "strategy",
  "classCount",
  "perDeviceBatchSize",
  "precision",
  "gradCheckpointing",
  "optimizer",
  "gpu",
  "deviceCount",
  "trainSampleCount",
  "epochs",
  "samplesSeen",
  "validationSampleCount",
  "checkpointEveryEpochs",
  "loaderWorkers",
  "averageImageBytes",
  "storageBytesPerSecond",
  "pricePerGpuHour",
  "sharding",
  "localLoss",
  "gatherWithGrad",
  "gradAccumulationSteps",
  "attention",
  "imageSize",
  "contextLength",
] as const satisfies readonly (keyof Plan)[];

export interface ShownField {
  readonly field: keyof Plan;
  readonly label: string;
  readonly value: string;
}

export function shownFields(plan: Plan): readonly ShownField[] {
  return FIELDS.map((field) => ({ field, label: FIELD_TEXTS[pathOf(field)].label, value: valueText(plan, field) }));
}

function pathOf(field: (typeof FIELDS)[number]): FieldPath {
  return field === "strategy" ? "strategy.kind" : field;
}

function valueText(plan: Plan, field: (typeof FIELDS)[number]): string {
  switch (field) {
    case "strategy":
      return strategyText(plan.strategy);
    case "averageImageBytes":
      return plan.averageImageBytes < MB
        ? `${formatCount(plan.averageImageBytes / KB)} kB`
        : formatBytes(plan.averageImageBytes, "MiB");
    case "samplesSeen":
      return plan.samplesSeen === undefined ? "as the epochs say" : formatCount(plan.samplesSeen);
    case "storageBytesPerSecond":
      return plan.storageBytesPerSecond === undefined
        ? "a local disk's, assumed"
        : `${formatCount(plan.storageBytesPerSecond / MB)} MB/s`;
    case "pricePerGpuHour":
      return plan.pricePerGpuHour === undefined
        ? "listed offers"
        : `${formatUsd(plan.pricePerGpuHour)} per GPU and hour`;
    case "model":
      return typeof plan.model === "string" ? plan.model : `own configuration ${formatShape([plan.model.embed_dim])}`;
    case "gpu":
      return typeof plan.gpu === "string" ? plan.gpu : plan.gpu.name;
    default:
      return plainText(plan[field]);
  }
}

function plainText(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return typeof value === "number" ? formatCount(value) : value;
}

function strategyText(strategy: Plan["strategy"]): string {
  switch (strategy.kind) {
    case "full":
      return "everything";
    case "linear_probe":
      return "linear probe";
    case "partial":
      return `the last ${strategy.unlockedBlocks} blocks`;
    case "lora":
      return `LoRA, rank ${strategy.rank}, on ${strategy.targets.join(", ")}`;
    case "prompt":
      return `${strategy.contextTokens} context tokens`;
  }
}
