/** Steps and kernels measured on an H100, from `truth/time-h100.csv` and `truth/kernels-h100.csv`. */

import { readFileSync } from "node:fs";
import type { PhysicalDtype } from "../../../lib/engine/tape";
import { readTable, type TableRow } from "../table-cells";
import type { Role } from "../truth-rows";

export const H100_FILES = { steps: "truth/time-h100.csv", kernels: "truth/kernels-h100.csv" } as const;

/** The catalogue's id of the card that both files were measured on. */
export const H100 = "h100-sxm5-80gb";

export interface MeasuredStep {
  readonly id: string;
  readonly role: Role;
  readonly modelFamily: string;
  readonly strategy: string;
  /** The plan as a user would write it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** By the clock, the host running ahead of the card as far as it can. */
  readonly stepSeconds: number;
  /** Shortest and longest of the steps that were timed one by one. */
  readonly isolatedRange: readonly [least: number, most: number];
  readonly isolatedStepSeconds: number;
  /** Until the host had handed over all work of a step. */
  readonly hostSeconds: number;
  /** Device seconds at work on kernels, where the step was profiled. */
  readonly kernelSeconds: number | null;
  readonly kernelCount: number | null;
}

/** One kernel or one pass of fused attention, timed alone. */
export interface MeasuredKernel {
  readonly role: Role;
  readonly kind: "product" | "memory" | "attention";
  /** Of memory kernels: `copy`, `layerNormGrad` and so on. */
  readonly name: string;
  readonly dtype: PhysicalDtype | "tf32";
  readonly seconds: number;
  readonly bytesMoved: number;
  /** Of a product: the result's shape and the length that is summed over. */
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Of attention. */
  readonly batchHeads: number;
  readonly tokens: number;
  readonly headWidth: number;
  readonly causal: boolean;
  readonly forwardSeconds: number;
  readonly backwardSeconds: number;
}

const ROLES = ["fit", "check"] as const satisfies readonly Role[];

const STEP_COLUMNS = [
  ...["implementation", "model", "modelFamily", "strategy", "rank", "unlockedBlocks", "contextTokens", "classCount"],
  ...["perDeviceBatchSize", "precision", "optimizer", "gradCheckpointing", "attention", "stepSeconds"],
  ...[
    "isolatedStepSeconds",
    "isolatedStepSecondsLeast",
    "isolatedStepSecondsMost",
    "hostSeconds",
    "kernelSeconds",
    "kernelCount",
  ],
  ...["role"],
];

/** @throws {Error} naming line and column for a file that is damaged */
export function readMeasuredSteps(text: string = readFileSync(H100_FILES.steps, "utf8")): MeasuredStep[] {
  return readTable("time-h100", text, STEP_COLUMNS).map((row, index) => ({
    id: `time-h100:${index + 2}`,
    role: row.oneOf("role", ROLES),
    modelFamily: row.text("modelFamily"),
    strategy: row.text("strategy"),
    input: planInput(row),
    stepSeconds: positive(row, "stepSeconds"),
    isolatedStepSeconds: positive(row, "isolatedStepSeconds"),
    hostSeconds: positive(row, "hostSeconds"),
    isolatedRange: [positive(row, "isolatedStepSecondsLeast"), positive(row, "isolatedStepSecondsMost")],
    kernelSeconds: row.numberOrNull("kernelSeconds"),
    kernelCount: row.numberOrNull("kernelCount"),
  }));
}

/** Largest ratio of two timings of a step that waits for the card alone. */
const STEADY = 1.05;
/** A host that needs more of a step than this may be what the step waits for. */
const HOST_SHARE = 0.9;

/**
 * Whether a step's seconds by the clock are the card's: it took as long whenever it was timed, while the host's pace
 * varied by a quarter and more, and the host was done before.
 */
export function waitsForCard(step: MeasuredStep): boolean {
  const [least, most] = step.isolatedRange;
  const times = [least, most, step.stepSeconds, step.isolatedStepSeconds];
  return Math.max(...times) / Math.min(...times) <= STEADY && step.hostSeconds <= HOST_SHARE * step.stepSeconds;
}

/** Seconds that the card was at work in a step, where that is known. */
export function measuredDeviceSeconds(step: MeasuredStep): number | null {
  return step.kernelSeconds ?? (waitsForCard(step) ? step.stepSeconds : null);
}

function planInput(row: TableRow): Record<string, unknown> {
  const classCount = row.numberOrNull("classCount");
  return {
    model: row.text("model"),
    gpu: H100,
    implementation: row.text("implementation"),
    strategy: strategyInput(row),
    ...(classCount === null ? {} : { classCount }),
    perDeviceBatchSize: positive(row, "perDeviceBatchSize"),
    precision: row.text("precision"),
    optimizer: row.text("optimizer"),
    gradCheckpointing: row.flagOrNull("gradCheckpointing") ?? false,
    attention: row.text("attention"),
  };
}

function strategyInput(row: TableRow): Record<string, unknown> {
  const kind = row.text("strategy");
  switch (kind) {
    case "partial":
      return { kind, unlockedBlocks: positive(row, "unlockedBlocks") };
    case "lora":
      return { kind, rank: positive(row, "rank"), targets: ["q_proj", "v_proj"] };
    case "prompt":
      return { kind, contextTokens: positive(row, "contextTokens") };
    default:
      return { kind };
  }
}

const KINDS = ["product", "memory", "attention", "host", "hostToDevice", "imageLoading"] as const;
const DTYPES = ["float32", "tf32", "float16", "bfloat16"] as const;
const LAYOUTS = ["forward", "inputGrad", "weightGrad"] as const;

const KERNEL_COLUMNS = [
  ...["kind", "name", "layout", "rows", "inner", "outer", "batch", "heads", "tokens", "headWidth", "causal", "dtype"],
  ...["bytesMoved", "seconds", "forwardSeconds", "backwardSeconds", "role"],
];

/** Kernels of the card; what the file says of the host is left out. */
export function readMeasuredKernels(text: string = readFileSync(H100_FILES.kernels, "utf8")): MeasuredKernel[] {
  return readTable("kernels-h100", text, KERNEL_COLUMNS).flatMap((row) => {
    const kind = row.oneOf("kind", KINDS);
    if (kind === "host" || kind === "hostToDevice" || kind === "imageLoading") return [];
    const count = (column: string) => row.numberOrNull(column) ?? 0;
    const [rows, columns, inner] = kind === "product" ? productShape(row) : [0, 0, 0];
    return [
      {
        role: row.oneOf("role", ROLES),
        kind,
        name: row.text("name"),
        dtype: row.oneOf("dtype", DTYPES),
        seconds: count("seconds"),
        bytesMoved: count("bytesMoved"),
        rows,
        columns,
        inner,
        batchHeads: count("batch") * count("heads"),
        tokens: count("tokens"),
        headWidth: count("headWidth"),
        causal: row.flagOrNull("causal") ?? false,
        forwardSeconds: count("forwardSeconds"),
        backwardSeconds: count("backwardSeconds"),
      },
    ];
  });
}

/** A linear layer of `rows` inputs from `inner` to `outer`: its output, its input's gradient or its weight's. */
function productShape(row: TableRow): readonly [rows: number, columns: number, inner: number] {
  const [rows, inner, outer] = [positive(row, "rows"), positive(row, "inner"), positive(row, "outer")];
  switch (row.oneOf("layout", LAYOUTS)) {
    case "forward":
      return [rows, outer, inner];
    case "inputGrad":
      return [rows, inner, outer];
    case "weightGrad":
      return [outer, inner, rows];
  }
}

function positive(row: TableRow, column: string): number {
  const value = row.numberOrNull(column);
  if (value === null || value === 0) throw new Error(`${row.where}: ${column} is missing`);
  return value;
}
