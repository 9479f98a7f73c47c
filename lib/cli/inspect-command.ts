/** `headroom inspect`: what a dataset holds, and the plan's fields that follow from it. */

import { ProblemError } from "../api/problem";
import type { DatasetReport } from "../datasets/dataset-report";
import { inspectDataset } from "../datasets/inspect-dataset";
import { NoDatasetError } from "../datasets/open-dataset";
import { NoTokenizerError, tokenizerCounter } from "../datasets/tokenizer-json";
import { randomNumbers } from "../estimate/search/random-numbers";
import { openPath } from "../files/open-path";
import { formatCount, formatFigure } from "../format";
import type { Issue } from "../plan/plan";
import { KB } from "../units";
import type { Console } from "./console";
import { EXIT } from "./exit";
import { type Flag, flagHelp, readArguments } from "./flags";
import { readJson } from "./plan-source";
import { textTable } from "./text-table";

const FLAGS = [
  {
    name: "images",
    kind: "text",
    placeholder: "DIR",
    help: "where image names are looked up; by default images/ beside the file",
  },
  { name: "most-images", kind: "number", placeholder: "N", help: "image files to open at most; 2000 by default" },
  { name: "context-length", kind: "number", placeholder: "N", help: "tokens that the model reads; 77 by default" },
  {
    name: "tokenizer",
    kind: "text",
    placeholder: "FILE",
    help: "tokenizer.json of the model that captions are counted for; CLIP's own by default",
  },
  { name: "faults", kind: "switch", help: "write every fault as a line of JSON, then the report" },
  { name: "progress", kind: "switch", help: "say on standard error how far it is" },
  { name: "json", kind: "switch", help: "print the report as JSON" },
  { name: "help", aliases: ["h"], kind: "switch", help: "show this" },
] as const satisfies readonly Flag[];

const MOST_IMAGES = 2000;
const CONTEXT_LENGTH = 77;
const MOST_IMAGES_LIMIT = 10_000_000;
const CONTEXT_LENGTH_LIMIT = 100_000;

export async function inspectCommand(argv: readonly string[], console: Console): Promise<number> {
  const { values, operands, issues } = readArguments(FLAGS, argv);
  if (values.get("help") === true) {
    await console.write(help());
    return EXIT.done;
  }
  const [target] = operands;
  const mistakes = [
    ...issues,
    ...(operands.length === 1
      ? []
      : [{ path: "", code: "missing_value", message: "give one folder or file to inspect" }]),
    ...countIssues("most-images", values.get("most-images"), MOST_IMAGES_LIMIT),
    ...countIssues("context-length", values.get("context-length"), CONTEXT_LENGTH_LIMIT),
  ];
  if (target === undefined || mistakes.length > 0) {
    await console.error(mistakes.map(({ message }) => `headroom: ${message}\n`).join(""));
    return EXIT.badInput;
  }
  const images = values.get("images");
  const tokenizer = values.get("tokenizer");
  try {
    const counter =
      typeof tokenizer === "string" ? tokenizerCounter(await readJson("tokenizer", tokenizer, console)) : null;
    const dataset = await openPath(
      console.resolve(target),
      typeof images === "string" ? console.resolve(images) : null,
    );
    const report = await inspectDataset(dataset, {
      loadTokenCounter: async () => counter ?? (await import("../datasets/caption-tokens")).clipTokenCounter(),
      mostImages: Number(values.get("most-images") ?? MOST_IMAGES),
      contextLength: Number(values.get("context-length") ?? CONTEXT_LENGTH),
      random: randomNumbers(1),
      onFault: async (fault) => {
        if (values.get("faults") === true) await console.write(`${JSON.stringify(fault)}\n`);
      },
      onProgress: async (count) => {
        if (values.get("progress") === true) await console.error(`headroom: ${formatCount(count)} entries read\n`);
      },
    });
    await console.write(values.get("json") === true ? `${JSON.stringify(report)}\n` : reportText(report));
    return EXIT.done;
  } catch (error) {
    const reason = refusal(error);
    if (reason === null) throw error;
    await console.error(`headroom: ${reason}\n`);
    return EXIT.badInput;
  }
}

/** What of an error the person can mend; null for any other. */
function refusal(error: unknown): string | null {
  if (error instanceof NoDatasetError) return error.message;
  if (error instanceof NoTokenizerError) return `--tokenizer ${error.message}`;
  return error instanceof ProblemError ? `--tokenizer: ${error.problem.detail}` : null;
}

function countIssues(name: string, value: unknown, most: number): Issue[] {
  if (value === undefined || (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most))
    return [];
  const message = `--${name} ${String(value)} must be a whole number from 1 to ${most}`;
  return [{ path: `--${name}`, code: "invalid_value", message }];
}

function reportText(report: DatasetReport): string {
  const { entryCount, splits, classes, captions, images, faults, findings, plan } = report;
  const rows = [
    ["entries", formatCount(entryCount)],
    ...splits.map(({ name, count }) => [`  ${name}`, formatCount(count)]),
    ["classes", classes === null ? "no labels" : formatCount(classes.count)],
    ...(classes === null
      ? []
      : [
          ["  largest", `${classes.largest.name}, ${formatCount(classes.largest.count)}`],
          ["  smallest", `${classes.smallest.name}, ${formatCount(classes.smallest.count)}`],
        ]),
    ["captions", formatCount(captions.given)],
    ...(captions.given === 0
      ? []
      : [
          ["  missing, empty", `${formatCount(captions.missing)}, ${formatCount(captions.empty)}`],
          ["  longest", `${formatCount(captions.longestTokens)} tokens of ${captions.contextLength}`],
        ]),
    ["images looked at", `${formatCount(images.checked)} of ${formatCount(images.named)}`],
    ...(images.meanBytes === null || images.medianSide === null
      ? []
      : [
          ["  mean size of a file", `${formatFigure(images.meanBytes / KB)} kB`],
          ["  shorter side, median", `${formatCount(images.medianSide)} px`],
        ]),
  ];
  const listed = Object.values(faults).flatMap((kind) =>
    kind.first.map(({ where, message }) => `  ${where}: ${message}\n`),
  );
  const total = Object.values(faults).reduce((sum, kind) => sum + kind.count, 0);
  const flags = [
    ["--train-samples", plan.trainSampleCount],
    ["--validation-samples", plan.validationSampleCount],
    ["--classes", plan.classCount],
    ["--image-bytes", plan.averageImageBytes],
  ].flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${value}`]));
  return [
    textTable(["", ""], rows),
    findings.length === 0 ? "" : `Findings\n${findings.map((finding) => `  ${finding}\n`).join("")}`,
    total === 0
      ? ""
      : `Faults: ${formatCount(total)}${listed.length < total ? ", the first of each kind" : ""}\n${listed.join("")}`,
    flags.length === 0 ? "" : `For a plan: ${flags.join(" ")}\n`,
  ]
    .filter((section) => section !== "")
    .join("\n");
}

function help(): string {
  return `Usage: headroom inspect DIR|FILE [flags]

Reads a dataset once and says what it holds: splits, classes and their balance, captions, images, everything that cannot be
read, and the fields of a plan that follow. Known are {split}.json files of {image, label, caption}, also one entry a line,
CSV and TSV, both also gzipped, folders of images by class, WebDataset tar files, and Parquet.

${flagHelp(FLAGS)}
Exit codes: 0 read, whatever was found; 64 bad input or no dataset.
`;
}
