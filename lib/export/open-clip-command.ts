/**
 * The command that trains a plan with open_clip's own training program. Argument names and what they do are those of
 * open_clip 3.3.0 (`open_clip_train/params.py`, `main.py`), checked by hand; see docs/exports.md.
 */

import type { ClipArchitecture } from "../catalogue/architecture";
import { ownSizes } from "../catalogue/model-table";
import { formatCount } from "../format";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Plan, Precision } from "../plan/plan";
import { runLength } from "../plan/run-length";
import type { Export } from "./exported";
import { planFacts } from "./plan-facts";
import { openClipTag } from "./pretrained-weights";
import { machinesFor, recipeFor } from "./recipe";
import { shellCommand, shellWord } from "./shell-words";

export const OPEN_CLIP_PACKAGES = ["open_clip_torch[training]==3.3.0"] as const;

/** Where a configuration of the user's own is written, for open_clip to find. */
const MODEL_DIRECTORY = "headroom-model";

const PRECISIONS = {
  fp32: "fp32",
  amp: "amp",
  amp_bf16: "amp_bf16",
  // "bf16" there keeps norms in fp32; the plan's keeps everything in 16 bits.
  bf16: "pure_bf16",
} as const satisfies Record<Precision, string>;

export function openClipCommand(parsed: ParsedPlan): Export {
  const format = "open_clip";
  const reasons = whyNot(parsed);
  if (reasons.length > 0) {
    const isClip = parsed.architecture.vision.kind === "vit" && parsed.architecture.loss === "contrastive";
    return { ok: false, format, reasons, instead: isClip ? "huggingface" : null };
  }
  const notes = commandNotes(parsed);
  const head = [...planFacts(parsed.plan, parsed.architecture.name), ...dataFacts(), ...notes].map(
    (fact) => `# ${fact}`,
  );
  const text = [
    "#!/usr/bin/env bash",
    "# Fine-tunes CLIP with open_clip as planned with Headroom.",
    `# pip install ${OPEN_CLIP_PACKAGES.map(shellWord).join(" ")}`,
    ...head,
    ...openClipCommands(parsed, localPlace(parsed.plan)),
  ].join("\n");
  return { ok: true, format, fileName: "train.sh", mediaType: "text/x-shellscript", text: `${text}\n`, notes };
}

/**
 * The commands themselves.
 *
 * @param place  torchrun's arguments that say where the processes run
 */
export function openClipCommands(parsed: ParsedPlan, place: readonly string[]): string[] {
  const { plan } = parsed;
  const command = shellCommand([
    ["torchrun", ...place, "--module", "open_clip_train.main"],
    ...openClipArguments(parsed).map((words) => words.map(shellWord)),
  ]);
  if (typeof plan.model === "string") return [command];
  const config = JSON.stringify({ model_cfg: plan.model });
  return [
    `mkdir -p ${MODEL_DIRECTORY}`,
    `printf '%s\\n' ${shellWord(config)} > ${MODEL_DIRECTORY}/open_clip_config.json`,
    command,
  ];
}

/** Each argument with its values, as open_clip's parser takes them. */
export function openClipArguments({ plan, architecture }: ParsedPlan): string[][] {
  const recipe = recipeFor(plan);
  const tag = typeof plan.model === "string" ? openClipTag(plan.model) : null;
  const own = typeof plan.model === "string" ? ownSizes(plan.model) : undefined;
  return [
    ["--model", typeof plan.model === "string" ? plan.model : `local-dir:${MODEL_DIRECTORY}`],
    ...(tag === null ? [] : [["--pretrained", tag]]),
    ["--train-data", "train.csv"],
    ...(plan.validationSampleCount > 0 ? [["--val-data", "validation.csv"]] : []),
    ["--dataset-type", "csv"],
    ["--csv-separator", ","],
    ["--csv-img-key", "filepath"],
    ["--csv-caption-key", "title"],
    ["--workers", String(plan.loaderWorkers)],
    ["--batch-size", String(plan.perDeviceBatchSize)],
    ...(plan.gradAccumulationSteps > 1 ? [["--accum-freq", String(plan.gradAccumulationSteps)]] : []),
    ["--epochs", String(runLength(plan).epochCount)],
    ["--save-frequency", String(plan.checkpointEveryEpochs)],
    ["--precision", PRECISIONS[plan.precision]],
    ...optimizerArguments(plan),
    ["--lr", String(recipe.learningRate)],
    ["--wd", String(recipe.weightDecay)],
    ["--warmup", String(recipe.warmupSteps)],
    ...(plan.gradCheckpointing ? [["--grad-checkpointing"]] : []),
    ...(plan.imageSize === own?.imageSize ? [] : [["--force-image-size", String(plan.imageSize)]]),
    ...(plan.contextLength === own?.contextLength ? [] : [["--force-context-length", String(plan.contextLength)]]),
    ...lossArguments(plan, architecture),
    ...lockArguments(plan, architecture),
  ];
}

function optimizerArguments({ optimizer }: Plan): string[][] {
  return optimizer === "sgd"
    ? [
        ["--opt", "timm/momentum"],
        ["--momentum", "0.9"],
      ]
    : [["--opt", "adamw"]];
}

function lossArguments(plan: Plan, { loss }: ClipArchitecture): string[][] {
  // The sigmoid loss exchanges features in its own way; the two arguments would be read and not used.
  if (loss === "sigmoid") return [["--siglip"]];
  return [...(plan.localLoss ? [["--local-loss"]] : []), ...(plan.gatherWithGrad ? [["--gather-with-grad"]] : [])];
}

/**
 * open_clip locks a tower and unlocks groups of layers from its end: first the projection, then the last block with the
 * final norm, then single blocks. So the last k blocks with norm and projection are k + 1 groups, and k where a text
 * tower has no projection. The image tower of a SigLIP model counts its norm and pooling as the group before the blocks.
 */
function lockArguments({ strategy }: Plan, { vision, text }: ClipArchitecture): string[][] {
  if (strategy.kind !== "partial" || vision.kind !== "vit") return [];
  const imageGroups = Math.min(strategy.unlockedBlocks, vision.layers) + 1;
  const textGroups = Math.min(strategy.unlockedBlocks, text.layers) + (text.projection === "none" ? 0 : 1);
  return [
    ["--lock-image"],
    ["--lock-image-unlocked-groups", String(imageGroups)],
    ["--lock-text"],
    ["--lock-text-unlocked-layers", String(textGroups)],
    // Without it, open_clip 3.3.0 stops at an assertion; the norms of unlocked layers train all the same.
    ["--lock-text-freeze-layer-norm"],
  ];
}

/** What open_clip_train has no argument for. */
function whyNot({ plan, architecture }: ParsedPlan): string[] {
  const { strategy, optimizer, attention, sharding, deviceCount } = plan;
  const reasons: string[] = [];
  if (strategy.kind === "lora" || strategy.kind === "prompt" || strategy.kind === "linear_probe") {
    reasons.push(
      `open_clip_train has no ${STRATEGY_NAMES[strategy.kind]}; it trains towers as a whole or their last blocks`,
    );
  }
  if (strategy.kind === "partial" && architecture.vision.kind === "resnet") {
    reasons.push(
      "open_clip cannot unlock a part of a ModifiedResNet; train everything, or choose a vision transformer",
    );
  }
  if (optimizer === "adamw_fused") reasons.push('open_clip_train cannot ask for fused AdamW; plan with "adamw"');
  if (optimizer === "adamw_8bit") {
    reasons.push(
      'timm/bnbadamw8bit of timm 1.0.29 builds an AdamW with 32-bit state, so 8-bit state cannot be had; plan with "adamw"',
    );
  }
  if (attention === "math") reasons.push('open_clip_train cannot forbid fused attention; plan with "sdpa"');
  if (attention === "eager") reasons.push('open_clip has no eager attention; plan with "sdpa"');
  if (sharding !== "none" && deviceCount > 1) {
    reasons.push('open_clip_train copies everything to every device; plan with sharding "none"');
  }
  return reasons;
}

const STRATEGY_NAMES = { lora: "LoRA", prompt: "prompt tuning", linear_probe: "linear probe" } as const;

function commandNotes({ plan, architecture }: ParsedPlan): string[] {
  const { learningRate, warmupSteps } = recipeFor(plan);
  const notes = [
    `The learning rate (${learningRate}), the weight decay and the warm-up (${warmupSteps} steps) are starting points: no plan holds them.`,
  ];
  if (typeof plan.model !== "string" || openClipTag(plan.model) === null) {
    notes.push("No published weights are known for this model: it starts at random unless --pretrained names a file.");
  }
  if (plan.samplesSeen !== undefined) {
    const { epochCount, stepsPerEpoch, stepSamples } = runLength(plan);
    notes.push(
      `open_clip_train stops after whole epochs: ${formatCount(epochCount)} of them see ${formatCount(epochCount * stepsPerEpoch * stepSamples)} samples where the plan has ${formatCount(plan.samplesSeen)}.`,
    );
  }
  if (plan.gradAccumulationSteps > 1) {
    notes.push(
      "--accum-freq runs every forward pass twice and compares all accumulated samples with each other: slower, more memory and another loss than plain accumulation.",
    );
  }
  if (plan.implementation === "transformers") {
    notes.push(
      "The plan's figures are for transformers; open_clip keeps fewer activations. Plan with open_clip to compare.",
    );
  }
  if (architecture.loss === "sigmoid" && (plan.localLoss || plan.gatherWithGrad)) {
    notes.push("localLoss and gatherWithGrad are left out: the sigmoid loss does not use them.");
  }
  return notes;
}

function dataFacts(): string[] {
  return ["train.csv has the columns filepath and title, separated by a comma"];
}

function localPlace({ deviceCount }: Plan): string[] {
  const { count, devicesEach } = machinesFor(deviceCount);
  if (count === 1) return ["--standalone", "--nproc-per-node", String(devicesEach)];
  return [
    ...["--nnodes", String(count), "--nproc-per-node", String(devicesEach)],
    ...["--node-rank", '"$NODE_RANK"', "--master-addr", '"$MASTER_ADDR"'],
  ];
}
