/** Measured and published rates of training and inference, from three files of truth, as rows of one form. */

import { readFileSync } from "node:fs";
import { readTable, type TableRow } from "./table-cells";
import type { Role } from "./truth-rows";

/** What a rate is a rate of: a step of contrastive training or of what the strategy says, or one tower alone. */
export type TimeTask = "clip_train" | "tower_train" | "tower_inference" | "resnet50_train" | "bert_squad_train";

/** How attention was computed, which sets how many bytes a step moves. */
export type Era = (typeof ERAS)[number];

/** `fp16`: parameters in fp16 too. `tf32`: fp32 tensors multiplied on tensor cores. */
export type TimePrecision = (typeof PRECISIONS)[number];

export type Confidence = (typeof CONFIDENCES)[number];

/** Fields of a configuration that a publication may leave open. */
export type ConfigurationGap = (typeof GAPS)[number];

export type TimeFile = keyof typeof TIME_FILES;

export interface TimeRow {
  /** Unique over all files. */
  readonly id: string;
  readonly file: TimeFile;
  readonly role: Role;
  /** A catalogue id; null where the card is not in the catalogue or was not named. */
  readonly gpuId: string | null;
  /** The publication names a family only, such as "A100", and the id is the likeliest member. */
  readonly isGpuAssumed: boolean;
  readonly gpuCount: number | null;
  /** As the source writes it. */
  readonly model: string;
  /** What the hash of `role` sees: variants of one tower share it. */
  readonly modelFamily: string;
  /** open_clip's name where the model is one that a plan can name. */
  readonly clipModel: string | null;
  /** A text tower other than `clipModel`'s own. */
  readonly textTower: string | null;
  readonly task: TimeTask;
  readonly precision: TimePrecision | null;
  /** Per forward pass: with gradient caching, the small batch. */
  readonly perDeviceBatchSize: number | null;
  readonly imageSize: number | null;
  /** Text tokens, where they differ from the model's own. */
  readonly contextLength: number | null;
  readonly strategy: string | null;
  readonly gradCheckpointing: boolean | null;
  readonly optimizer: string | null;
  readonly samplesPerSecondPerGpu: number;
  /** Where a range was published; otherwise equal to the rate. */
  readonly samplesPerSecondPerGpuRange: readonly [low: number, high: number];
  /** Seconds of one step, where stated or implied by batch and rate. */
  readonly stepSeconds: number | null;
  readonly measurement: (typeof MEASUREMENTS)[number];
  readonly era: Era | null;
  /** Year or year and month of the publication. */
  readonly published: string | null;
  readonly torchVersion: string | null;
  readonly isCompiled: boolean;
  readonly isChannelsLast: boolean;
  /** What else is known of the run, such as `gradcache`; truth/README.md lists them. */
  readonly conditions: readonly string[];
  readonly confidence: Confidence;
  readonly missing: readonly ConfigurationGap[];
  readonly duplicateOf: string | null;
  /** Why the row is neither fitted nor counted; null for a sound one. */
  readonly excluded: (typeof EXCLUSIONS)[number] | null;
  /** Runs that the rate is a mean of. */
  readonly repeatCount: number;
}

export const TIME_FILES = {
  "published-runs": "truth/published-runs.csv",
  "time-timm": "truth/time-timm.csv",
  "time-lambda": "truth/time-lambda.csv",
} as const;

const ERAS = ["eager", "sdpa", "flash"] as const;
const PRECISIONS = ["fp32", "tf32", "fp16", "bf16", "amp", "amp_bf16"] as const;
const CONFIDENCES = ["high", "medium", "low"] as const;
const ROLES = ["fit", "check"] as const satisfies readonly Role[];
const MEASUREMENTS = ["measured", "rounded", "bound", "largest_batch", "author_estimate"] as const;
const EXCLUSIONS = ["outlier", "author_estimate", "tpu"] as const;
const GAPS = ["gpu", "gpuCount", "perDeviceBatchSize", "precision", "gradCheckpointing", "optimizer"] as const;

const PUBLISHED_COLUMNS = [
  ...["id", "kind", "model", "modelFamily", "clipModel", "textTower", "contextLength", "imageSize", "strategy"],
  ...["conditions", "gpuId", "gpuAssumed", "gpuCount", "perDeviceBatchSize", "microBatchSize", "precision"],
  ...["gradCheckpointing", "optimizer", "samplesPerSecondPerGpuLow", "samplesPerSecondPerGpu"],
  ...["samplesPerSecondPerGpuHigh", "stepSeconds", "measurement", "confidence", "published", "torchVersion", "era"],
  ...["missing", "duplicateOf", "excluded", "role"],
];

const TIMM_COLUMNS = [
  ...["task", "gpuId", "model", "modelFamily", "imageSize", "perDeviceBatchSize", "precision", "channelsLast"],
  ...["compiled", "samplesPerSecondPerGpu", "stepSeconds", "torchVersion", "era", "role"],
];

const LAMBDA_COLUMNS = [
  ...["system", "gpuId", "gpuCount", "model", "precision", "perDeviceBatchSize", "samplesPerSecondPerGpu"],
  ...["stepSeconds", "repeatCount", "torchVersion", "era", "role"],
];

/** Every row that states a rate. Files are named from the repository's root: npm and Jest both run there. */
export function readTimeRows(): TimeRow[] {
  return [
    ...parsePublishedRuns(readFileSync(TIME_FILES["published-runs"], "utf8")),
    ...parseTimmRows(readFileSync(TIME_FILES["time-timm"], "utf8")),
    ...parseLambdaRows(readFileSync(TIME_FILES["time-lambda"], "utf8")),
  ];
}

/** Of the published runs those with samples per second; the others say something of memory, or a ratio. */
export function parsePublishedRuns(text: string): TimeRow[] {
  return readTable("published-runs", text, PUBLISHED_COLUMNS)
    .filter((row) => row.text("samplesPerSecondPerGpu") !== "")
    .map((row) => ({
      ...common(row, "published-runs"),
      id: row.text("id"),
      task: "clip_train",
      isGpuAssumed: row.flagOrNull("gpuAssumed") ?? false,
      gpuCount: row.numberOrNull("gpuCount"),
      modelFamily: row.text("modelFamily"),
      clipModel: textOrNull(row, "clipModel"),
      textTower: textOrNull(row, "textTower"),
      perDeviceBatchSize: row.numberOrNull("microBatchSize") ?? singleNumber(row, "perDeviceBatchSize"),
      imageSize: singleNumber(row, "imageSize"),
      contextLength: row.numberOrNull("contextLength"),
      strategy: row.text("strategy"),
      gradCheckpointing: row.flagOrNull("gradCheckpointing"),
      optimizer: textOrNull(row, "optimizer"),
      samplesPerSecondPerGpuRange: [
        row.numberOrNull("samplesPerSecondPerGpuLow") ?? rateOf(row),
        row.numberOrNull("samplesPerSecondPerGpuHigh") ?? rateOf(row),
      ],
      measurement: row.oneOf("measurement", MEASUREMENTS),
      published: textOrNull(row, "published"),
      isCompiled: row.list("conditions").includes("compiled"),
      conditions: row.list("conditions"),
      confidence: row.oneOf("confidence", CONFIDENCES),
      missing: row.list("missing").map((gap) => gapNamed(row, gap)),
      duplicateOf: textOrNull(row, "duplicateOf"),
      excluded: row.oneOfOrNull("excluded", EXCLUSIONS),
    }));
}

/** One image tower on one card, on data that is already there. */
export function parseTimmRows(text: string): TimeRow[] {
  return readTable("time-timm", text, TIMM_COLUMNS).map((row, index) => {
    const task = row.oneOf("task", ["train", "inference"]);
    return {
      ...common(row, "time-timm"),
      id: `time-timm:${index + 2}`,
      task: `tower_${task}`,
      modelFamily: row.text("modelFamily"),
      imageSize: row.numberOrNull("imageSize"),
      perDeviceBatchSize: row.numberOrNull("perDeviceBatchSize"),
      strategy: task === "train" ? "full" : null,
      gradCheckpointing: task === "train" ? false : null,
      // The script's default.
      optimizer: task === "train" ? "sgd" : null,
      isCompiled: row.flagOrNull("compiled") ?? false,
      isChannelsLast: row.flagOrNull("channelsLast") ?? false,
    };
  });
}

/** ResNet-50 on images of 224 pixels and BERT on 384 tokens, on 1 to 16 cards of one machine. */
export function parseLambdaRows(text: string): TimeRow[] {
  return readTable("time-lambda", text, LAMBDA_COLUMNS).map((row, index) => {
    const model = row.oneOf("model", ["resnet50", "bert_base", "bert_large"]);
    return {
      ...common(row, "time-lambda"),
      id: `time-lambda:${index + 2}`,
      task: model === "resnet50" ? "resnet50_train" : "bert_squad_train",
      gpuCount: row.numberOrNull("gpuCount"),
      modelFamily: model,
      imageSize: model === "resnet50" ? LAMBDA_IMAGE_SIZE : null,
      contextLength: model === "resnet50" ? null : LAMBDA_SEQUENCE_LENGTH,
      strategy: "full",
      gradCheckpointing: false,
      repeatCount: row.numberOrNull("repeatCount") ?? 1,
    };
  });
}

const LAMBDA_IMAGE_SIZE = 224;
const LAMBDA_SEQUENCE_LENGTH = 384;

/** What all files have, and what the benchmark files leave at its usual value. */
function common(row: TableRow, file: TimeFile): Omit<TimeRow, "id" | "task" | "modelFamily"> {
  const rate = rateOf(row);
  return {
    file,
    role: row.oneOf("role", ROLES),
    gpuId: textOrNull(row, "gpuId"),
    isGpuAssumed: false,
    gpuCount: 1,
    model: row.text("model"),
    clipModel: null,
    textTower: null,
    precision: row.oneOfOrNull("precision", PRECISIONS),
    perDeviceBatchSize: singleNumber(row, "perDeviceBatchSize"),
    imageSize: null,
    contextLength: null,
    strategy: null,
    gradCheckpointing: null,
    optimizer: null,
    samplesPerSecondPerGpu: rate,
    samplesPerSecondPerGpuRange: [rate, rate],
    stepSeconds: row.numberOrNull("stepSeconds"),
    measurement: "measured",
    era: row.oneOfOrNull("era", ERAS),
    published: null,
    torchVersion: textOrNull(row, "torchVersion"),
    isCompiled: false,
    isChannelsLast: false,
    conditions: [],
    confidence: "high",
    missing: [],
    duplicateOf: null,
    excluded: null,
    repeatCount: 1,
  };
}

function rateOf(row: TableRow): number {
  const rate = row.numberOrNull("samplesPerSecondPerGpu");
  if (rate === null || rate === 0) throw new Error(`${row.where}: samplesPerSecondPerGpu is missing`);
  return rate;
}

/** A run of several stages lists a size for each; it has no single one. */
function singleNumber(row: TableRow, column: string): number | null {
  return row.list(column).length > 1 ? null : row.numberOrNull(column);
}

function textOrNull(row: TableRow, column: string): string | null {
  const text = row.text(column);
  return text === "" ? null : text;
}

function gapNamed(row: TableRow, name: string): ConfigurationGap {
  const gap = GAPS.find((known) => known === name);
  if (gap === undefined) throw new Error(`${row.where}: missing names "${name}", not a field of a configuration`);
  return gap;
}
