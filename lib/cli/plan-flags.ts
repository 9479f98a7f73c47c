/** The flags that make a plan: one for every field, each with the field's full name as an alias. */

import type { Issue } from "../plan/plan";
import { GIB } from "../units";
import type { Arguments, Flag, FlagValue } from "./flags";

interface PlanFlag extends Flag {
  /** Where in the plan the value goes, such as `strategy.rank`. */
  readonly path: string;
}

export const PLAN_FLAGS = [
  {
    name: "model",
    kind: "text",
    placeholder: "NAME",
    path: "model",
    help: "open_clip name, the usual short name, or a Hugging Face id",
  },
  {
    name: "implementation",
    kind: "text",
    placeholder: "NAME",
    path: "implementation",
    help: "open_clip or transformers",
  },
  {
    name: "strategy",
    kind: "text",
    placeholder: "KIND",
    path: "strategy.kind",
    help: "full, linear_probe, partial, lora or prompt",
  },
  {
    name: "unlocked-blocks",
    kind: "number",
    placeholder: "N",
    path: "strategy.unlockedBlocks",
    help: "partial: last blocks of each tower that train",
  },
  { name: "rank", kind: "number", placeholder: "N", path: "strategy.rank", help: "lora: rank" },
  {
    name: "targets",
    kind: "list",
    placeholder: "LIST",
    path: "strategy.targets",
    help: "lora: adapted layers, from q_proj k_proj v_proj out_proj fc1 fc2",
  },
  {
    name: "context-tokens",
    kind: "number",
    placeholder: "N",
    path: "strategy.contextTokens",
    help: "prompt: learned context vectors",
  },
  {
    name: "classes",
    aliases: ["class-count"],
    kind: "number",
    placeholder: "N",
    path: "classCount",
    help: "classes of a linear probe or of prompt tuning",
  },
  {
    name: "batch",
    aliases: ["batch-size", "per-device-batch-size"],
    kind: "number",
    placeholder: "N",
    path: "perDeviceBatchSize",
    help: "samples per GPU and forward pass",
  },
  {
    name: "accumulation",
    aliases: ["accum-freq", "grad-accumulation-steps"],
    kind: "number",
    placeholder: "N",
    path: "gradAccumulationSteps",
    help: "forward passes per optimizer step",
  },
  {
    name: "devices",
    aliases: ["device-count"],
    kind: "number",
    placeholder: "N",
    path: "deviceCount",
    help: "GPUs that train together",
  },
  {
    name: "precision",
    kind: "text",
    placeholder: "NAME",
    path: "precision",
    help: "fp32, amp (fp16), amp_bf16 or bf16",
  },
  {
    name: "optimizer",
    kind: "text",
    placeholder: "NAME",
    path: "optimizer",
    help: "adamw, adamw_fused, adamw_8bit or sgd",
  },
  {
    name: "grad-checkpointing",
    aliases: ["checkpointing"],
    kind: "switch",
    path: "gradCheckpointing",
    help: "recompute blocks in the backward pass",
  },
  { name: "attention", kind: "text", placeholder: "NAME", path: "attention", help: "sdpa, math or eager" },
  { name: "local-loss", kind: "switch", path: "localLoss", help: "each GPU computes only its own rows of the loss" },
  {
    name: "gather-with-grad",
    kind: "switch",
    path: "gatherWithGrad",
    help: "gradients flow through the gathered features",
  },
  {
    name: "sharding",
    kind: "text",
    placeholder: "NAME",
    path: "sharding",
    help: "none, zero1, zero2 or zero3: what GPUs divide among them",
  },
  { name: "image-size", kind: "number", placeholder: "PX", path: "imageSize", help: "side of the square image" },
  { name: "context-length", kind: "number", placeholder: "N", path: "contextLength", help: "text tokens" },
  { name: "gpu", kind: "text", placeholder: "NAME", path: "gpu", help: "a card of the catalogue, by id or usual name" },
  {
    name: "gpu-memory-gib",
    kind: "number",
    placeholder: "N",
    path: "gpu.memoryBytes",
    help: "a card of your own: its memory in GiB (--gpu names it)",
  },
  {
    name: "gpu-compute-capability",
    kind: "text",
    placeholder: "X.Y",
    path: "gpu.computeCapability",
    help: "a card of your own: such as 8.9",
  },
  {
    name: "train-samples",
    aliases: ["train-sample-count"],
    kind: "number",
    placeholder: "N",
    path: "trainSampleCount",
    help: "training samples",
  },
  {
    name: "validation-samples",
    aliases: ["validation-sample-count"],
    kind: "number",
    placeholder: "N",
    path: "validationSampleCount",
    help: "validation samples",
  },
  { name: "epochs", kind: "number", placeholder: "N", path: "epochs", help: "passes over the training samples" },
  {
    name: "samples-seen",
    kind: "number",
    placeholder: "N",
    path: "samplesSeen",
    help: "samples after which training stops, instead of --epochs",
  },
  {
    name: "workers",
    aliases: ["loader-workers"],
    kind: "number",
    placeholder: "N",
    path: "loaderWorkers",
    help: "data-loading processes per GPU",
  },
  {
    name: "image-bytes",
    aliases: ["average-image-bytes"],
    kind: "number",
    placeholder: "BYTES",
    path: "averageImageBytes",
    help: "mean size of an image file",
  },
  {
    name: "storage",
    aliases: ["storage-bytes-per-second"],
    kind: "number",
    placeholder: "BYTES",
    path: "storageBytesPerSecond",
    help: "bytes per second at which a machine reads image files",
  },
  {
    name: "checkpoint-every",
    aliases: ["checkpoint-every-epochs"],
    kind: "number",
    placeholder: "N",
    path: "checkpointEveryEpochs",
    help: "epochs between checkpoints",
  },
  {
    name: "price",
    aliases: ["price-per-gpu-hour"],
    kind: "number",
    placeholder: "USD",
    path: "pricePerGpuHour",
    help: "what you pay for one GPU and hour",
  },
] as const satisfies readonly PlanFlag[];

/**
 * The input for `parsePlan` that the flags describe. Nothing is checked here, so that the command line accepts exactly
 * what the API accepts.
 *
 * @param base  a plan whose fields the flags replace; a new strategy or GPU replaces the old one as a whole
 */
export function planInput(values: Arguments["values"], base: unknown): unknown {
  if (!isRecord(base)) return base;
  const plan: Record<string, unknown> = { ...base };
  if (values.has("strategy")) plan.strategy = {};
  if (values.has("gpu-memory-gib")) plan.gpu = { name: "custom GPU" };
  for (const { name, path } of PLAN_FLAGS) {
    const value = values.get(name);
    if (value === undefined) continue;
    if (name === "gpu" && values.has("gpu-memory-gib")) setAt(plan, "gpu.name", value);
    else setAt(plan, path, name === "gpu-memory-gib" ? gibToBytes(value) : value);
  }
  return plan;
}

/** The flag that a person has to change to put the issue right, beside the field that it sets. */
export function issueLine({ path, message }: Issue): string {
  const flag = PLAN_FLAGS.find((candidate) => candidate.path === path || candidate.path === `${path}.kind`);
  if (flag === undefined) return path === "" || message.includes(path) ? message : `${path}: ${message}`;
  return `--${flag.name}: ${message}`;
}

function gibToBytes(value: FlagValue): FlagValue {
  return typeof value === "number" ? Math.round(value * GIB) : value;
}

function setAt(plan: Record<string, unknown>, path: string, value: FlagValue): void {
  const [field = "", part] = path.split(".");
  if (part === undefined) {
    plan[field] = value;
    return;
  }
  const group = plan[field];
  plan[field] = { ...(isRecord(group) ? group : {}), [part]: value };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
