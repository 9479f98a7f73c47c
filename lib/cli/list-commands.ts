/** `headroom models` and `headroom gpus`. */

import { type GpuListing, gpuListings, type ModelListing, modelListings } from "../api/catalogue-listing";
import { type ByteUnit, formatBytes } from "../format";
import type { Console } from "./console";
import { EXIT } from "./exit";
import { type Flag, flagHelp, readArguments } from "./flags";
import { issueLine } from "./plan-flags";
import { textTable } from "./text-table";

const LIST_FLAGS = [
  { name: "json", kind: "switch", help: "print JSON instead of a table" },
  { name: "help", aliases: ["h"], kind: "switch", help: "show this" },
] as const satisfies readonly Flag[];

const UNIT: ByteUnit = "GiB";

export function modelsCommand(argv: readonly string[], console: Console): Promise<number> {
  return list("models", argv, console, modelListings, modelTable);
}

export function gpusCommand(argv: readonly string[], console: Console): Promise<number> {
  return list("gpus", argv, console, gpuListings, gpuTable);
}

async function list<Row>(
  name: "models" | "gpus",
  argv: readonly string[],
  console: Console,
  find: (search: string) => readonly Row[],
  table: (rows: readonly Row[]) => string,
): Promise<number> {
  const { values, operands, issues } = readArguments(LIST_FLAGS, argv);
  if (values.get("help") === true) {
    await console.write(
      `Usage: headroom ${name} [WORD…] [flags]\n\nLists the ${name} whose names contain every WORD.\n\n${flagHelp(LIST_FLAGS)}`,
    );
    return EXIT.done;
  }
  if (issues.length > 0) {
    await console.error(issues.map((issue) => `headroom: ${issueLine(issue)}\n`).join(""));
    return EXIT.badInput;
  }
  const rows = find(operands.join(" "));
  if (values.get("json") === true) await console.write(`${JSON.stringify({ [name]: rows })}\n`);
  else if (rows.length > 0) await console.write(table(rows));
  if (rows.length === 0) await console.error(`headroom: no ${name} match ${operands.join(" ")}\n`);
  return EXIT.done;
}

function modelTable(models: readonly ModelListing[]): string {
  const rows = models.map((model) => [
    model.name,
    model.patchSize === null ? "ResNet" : `ViT, patch ${model.patchSize}`,
    `${model.imageSize} px`,
    `${model.contextLength} tokens`,
    model.loss,
    model.aliases.join(", "),
  ]);
  return textTable(["name", "image tower", ">image", ">text", "loss", "also known as"], rows);
}

function gpuTable(gpus: readonly GpuListing[]): string {
  const rows = gpus.map((gpu) => [
    gpu.id,
    gpu.name,
    formatBytes(gpu.memoryBytes, UNIT),
    formatBytes(gpu.usableBytes, UNIT),
    gpu.usableQuality,
    gpu.computeCapability ?? "",
    gpu.bf16 ? "bf16" : "",
  ]);
  return textTable(["id", "name", "memory", ">usable", "how known", "capability", ""], rows);
}
