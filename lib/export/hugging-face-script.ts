/**
 * A training script in Python for transformers' CLIPModel, written for one plan: only what the plan needs is in it. The
 * loop is the script's own, as transformers' Trainer compares each device's pairs among themselves only.
 */

import { ownSizes } from "../catalogue/model-table";
import { readAsTransformersClip } from "../catalogue/transformers-clip";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Plan } from "../plan/plan";
import type { Export } from "./exported";
import { planFacts } from "./plan-facts";
import { huggingFaceId } from "./pretrained-weights";
import { datasetLines, evaluationLines, savingLines } from "./python-data";
import { lossLines, modelLines, stepLines } from "./python-model";
import { distributedLines, loopLines, optimizerLines, wrappingLines } from "./python-training";
import { machinesFor, recipeFor } from "./recipe";

export const SCRIPT_FILE_NAME = "train.py";

export function huggingFaceScript(parsed: ParsedPlan): Export {
  const format = "huggingface";
  const reasons = whyNot(parsed);
  if (reasons.length > 0) return { ok: false, format, reasons, instead: null };
  return {
    ok: true,
    format,
    fileName: SCRIPT_FILE_NAME,
    mediaType: "text/x-python",
    text: scriptText(parsed),
    notes: scriptNotes(parsed),
  };
}

/** How the script is started, without what a user adds. */
export function scriptLauncher({ deviceCount }: Plan): string {
  const { count, devicesEach } = machinesFor(deviceCount);
  if (deviceCount === 1) return `python ${SCRIPT_FILE_NAME}`;
  const place =
    count === 1
      ? `--standalone --nproc-per-node ${devicesEach}`
      : `--nnodes ${count} --nproc-per-node ${devicesEach} --node-rank "$NODE_RANK" --master-addr "$MASTER_ADDR"`;
  return `torchrun ${place} ${SCRIPT_FILE_NAME}`;
}

/** Packages that the script imports, as pip takes them. */
export function scriptPackages({ strategy, optimizer }: Plan): readonly string[] {
  return [
    "torch>=2.7",
    "torchvision",
    "transformers>=5.0",
    "pillow",
    ...(strategy.kind === "lora" ? ["peft>=0.17"] : []),
    ...(optimizer === "adamw_8bit" ? ["bitsandbytes"] : []),
  ];
}

function whyNot({ plan, architecture }: ParsedPlan): string[] {
  const { optimizer, precision } = plan;
  const sharding = plan.deviceCount > 1 ? plan.sharding : "none";
  const reasons: string[] = [];
  const reading = readAsTransformersClip(architecture, architecture.name);
  if (!reading.ok) {
    reasons.push(`CLIPModel does not have ${reading.missing}; choose a model with a plain vision transformer`);
  }
  const own = typeof plan.model === "string" ? ownSizes(plan.model) : undefined;
  if (own !== undefined && plan.contextLength > own.contextLength) {
    reasons.push(
      `transformers cannot lengthen the text's position table from ${own.contextLength} to ${plan.contextLength}; set contextLength to ${own.contextLength} or less`,
    );
  }
  if (sharding !== "none" && optimizer === "adamw_8bit") {
    reasons.push(
      `bitsandbytes' optimizer was not tried with ${sharding}; use the optimizer "adamw" or sharding "none"`,
    );
  }
  if ((sharding === "zero2" || sharding === "zero3") && precision === "amp") {
    reasons.push(`loss scaling was not tried with ${sharding}; use the precision "amp_bf16" or "bf16"`);
  }
  return reasons;
}

function scriptNotes({ plan, architecture }: ParsedPlan): string[] {
  const { learningRate, warmupSteps } = recipeFor(plan);
  const notes = [
    `The learning rate (${learningRate}), the weight decay and the warm-up (${warmupSteps} steps) are starting points: no plan holds them.`,
  ];
  if (defaultModel(plan, architecture.name) === null) {
    notes.push("No published weights of this model are known for transformers: give a directory or id with --model.");
  }
  if (plan.implementation === "open_clip") {
    notes.push(
      "The plan's figures are for open_clip; transformers keeps more activations. Plan with transformers to compare.",
    );
  }
  if (plan.strategy.kind === "lora") notes.push("LoRA's alpha is set to its rank, as the plan does not hold one.");
  return notes;
}

function defaultModel(plan: Plan, name: string): string | null {
  return typeof plan.model === "string" ? huggingFaceId(name, plan.implementation === "transformers") : null;
}

function scriptText(parsed: ParsedPlan): string {
  const { plan } = parsed;
  const sections = [
    header(parsed),
    importLines(plan),
    settingLines(parsed),
    distributedLines(plan),
    datasetLines(plan),
    modelLines(plan),
    stepLines(plan),
    lossLines(plan),
    wrappingLines(plan),
    optimizerLines(plan),
    evaluationLines(plan),
    savingLines(plan),
    loopLines(plan),
  ];
  const filled = sections.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join("\n")).join("\n\n\n")}\n`;
}

function header({ plan, architecture }: ParsedPlan): string[] {
  const isClassified = plan.strategy.kind === "linear_probe" || plan.strategy.kind === "prompt";
  const id = defaultModel(plan, architecture.name);
  return [
    "#!/usr/bin/env python3",
    '"""Fine-tunes CLIP as planned with Headroom.',
    "",
    ...planFacts(plan, architecture.name).map((fact) => `- ${inDocstring(fact)}`),
    "",
    `    pip install ${scriptPackages(plan)
      .map((name) => `"${name}"`)
      .join(" ")}`,
    `    ${scriptLauncher(plan)} --train-data train.csv${id === null ? " --model DIRECTORY" : ""}`,
    "",
    isClassified
      ? `train.csv has the columns filepath and label; the labels are the ${plan.classCount} class names.`
      : "train.csv has the columns filepath and title: an image and its text in every line.",
    '"""',
  ];
}

/** A user's own name of a card may hold what would end the docstring. */
function inDocstring(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}

function importLines({
  strategy,
  optimizer,
  attention,
  precision,
  sharding,
  deviceCount,
  gradAccumulationSteps,
}: Plan): string[] {
  const isSharded = deviceCount > 1 && (sharding === "zero2" || sharding === "zero3");
  return [
    "import argparse",
    "import csv",
    "import math",
    "import os",
    ...contextlibLines(attention, precision, gradAccumulationSteps),
    "",
    ...(optimizer === "adamw_8bit" ? ["import bitsandbytes"] : []),
    "import torch",
    ...(deviceCount > 1 ? ["import torch.distributed as dist"] : []),
    "import torch.nn.functional as F",
    ...(strategy.kind === "lora" ? ["from peft import LoraConfig, get_peft_model"] : []),
    "from PIL import Image",
    "from torch import nn",
    ...(isSharded
      ? [
          "from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict",
          "from torch.distributed.fsdp import fully_shard",
        ]
      : []),
    ...(deviceCount > 1 && sharding === "zero1" ? ["from torch.distributed.optim import ZeroRedundancyOptimizer"] : []),
    ...(attention === "math" ? ["from torch.nn.attention import SDPBackend, sdpa_kernel"] : []),
    `from torch.utils.data import DataLoader, Dataset${deviceCount > 1 ? ", DistributedSampler" : ""}`,
    "from torchvision import transforms",
    "from transformers import AutoTokenizer, CLIPModel",
    "from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD",
  ];
}

function contextlibLines(
  attention: Plan["attention"],
  precision: Plan["precision"],
  gradAccumulationSteps: number,
): string[] {
  const usesNull = precision === "fp32" || precision === "bf16" || gradAccumulationSteps > 1;
  const names = [...(attention === "math" ? ["contextmanager"] : []), ...(usesNull ? ["nullcontext"] : [])];
  return names.length === 0 ? [] : [`from contextlib import ${names.join(", ")}`];
}

function settingLines({ plan, architecture }: ParsedPlan): string[] {
  const recipe = recipeFor(plan);
  const { strategy } = plan;
  const isClassified = strategy.kind === "linear_probe" || strategy.kind === "prompt";
  const id = defaultModel(plan, architecture.name);
  return [
    "# The plan.",
    `MODEL = ${id === null ? "None" : JSON.stringify(id)}`,
    `DEVICE_COUNT = ${plan.deviceCount}`,
    `PER_DEVICE_BATCH_SIZE = ${plan.perDeviceBatchSize}`,
    `GRAD_ACCUMULATION_STEPS = ${plan.gradAccumulationSteps}`,
    plan.samplesSeen === undefined ? `EPOCHS = ${plan.epochs}` : `SAMPLES_SEEN = ${plan.samplesSeen}`,
    `CHECKPOINT_EVERY_EPOCHS = ${plan.checkpointEveryEpochs}`,
    `IMAGE_SIZE = ${plan.imageSize}`,
    `CONTEXT_LENGTH = ${plan.contextLength}`,
    `LOADER_WORKERS = ${plan.loaderWorkers}`,
    ...(isClassified ? [`CLASS_COUNT = ${plan.classCount}`] : []),
    ...(strategy.kind === "partial" ? [`UNLOCKED_BLOCKS = ${strategy.unlockedBlocks}`] : []),
    ...(strategy.kind === "lora"
      ? [`LORA_RANK = ${strategy.rank}`, `LORA_TARGETS = ${JSON.stringify(strategy.targets).replaceAll(",", ", ")}`]
      : []),
    ...(strategy.kind === "prompt" ? [`CONTEXT_TOKENS = ${strategy.contextTokens}`] : []),
    "",
    "# Not in the plan: starting points to change.",
    `LEARNING_RATE = ${recipe.learningRate}`,
    `WEIGHT_DECAY = ${recipe.weightDecay}`,
    `WARMUP_STEPS = ${recipe.warmupSteps}`,
  ];
}
