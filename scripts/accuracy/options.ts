import { parseArgs } from "node:util";
import { CONFIGURATION_FIELDS, type ConfigurationField, type TruthRow } from "./truth-rows";

/** What has a measured truth: the memory and the seconds of a step; parameters and FLOPs of every model; accuracy by labelled images; epochs of a search; the memory of a step in ONNX Runtime. */
const SUBJECTS = ["memory", "models", "data", "search", "onnxruntime", "time"] as const;

export type Subject = (typeof SUBJECTS)[number];

export interface AccuracyOptions {
  readonly subject: Subject;
  readonly worstCount: number;
  readonly json: boolean;
  /** Write the figures that the tests hold later estimates against. */
  readonly commit: boolean;
  readonly filters: readonly { readonly field: ConfigurationField; readonly value: string }[];
  /** A truth file to read in place of those in the repository. */
  readonly file: string | null;
}

export const USAGE = `npm run accuracy -- memory [--worst 20] [--json] [--filter strategy=lora]... [--file rows.csv] [--commit]
npm run accuracy -- models
npm run accuracy -- data [--json] [--commit]
npm run accuracy -- search
npm run accuracy -- onnxruntime [--file rows.jsonl]
npm run accuracy -- time [--worst 20] [--json] [--commit]`;

/** @throws {Error} with what is wrong, for anything but the documented options */
export function parseOptions(args: readonly string[]): AccuracyOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      worst: { type: "string", default: "0" },
      json: { type: "boolean", default: false },
      commit: { type: "boolean", default: false },
      filter: { type: "string", multiple: true, default: [] },
      file: { type: "string" },
    },
  });
  const subject = SUBJECTS.find((name) => name === positionals[0]);
  if (positionals.length !== 1 || subject === undefined) {
    throw new Error(
      `"${positionals.join(" ")}" is not something with a measured truth; there are: ${SUBJECTS.join(", ")}`,
    );
  }
  if ((subject === "models" || subject === "search") && args.length > 1) {
    throw new Error(`${subject} takes no options`);
  }
  if (subject === "data" && args.some((arg) => /^--(?:worst|filter|file)\b/.test(arg))) {
    throw new Error("data takes --json and --commit only");
  }
  if (subject === "onnxruntime" && args.some((arg) => /^--(?:worst|filter|json|commit)\b/.test(arg))) {
    throw new Error("onnxruntime takes no option but --file");
  }
  if (subject === "time" && (values.filter.length > 0 || values.file !== undefined)) {
    throw new Error("time takes neither --filter nor --file");
  }
  const worstCount = Number(values.worst);
  if (!Number.isSafeInteger(worstCount) || worstCount < 0) throw new Error(`--worst ${values.worst} is not a count`);
  const filters = values.filter.map(parseFilter);
  if (values.commit && (filters.length > 0 || values.file !== undefined)) {
    throw new Error("--commit takes all rows of the repository's own truth; leave out --filter and --file");
  }
  return { subject, worstCount, json: values.json, commit: values.commit, filters, file: values.file ?? null };
}

function parseFilter(text: string): { field: ConfigurationField; value: string } {
  const [name, ...rest] = text.split("=");
  const field = CONFIGURATION_FIELDS.find((candidate) => candidate === name);
  if (field === undefined || rest.length === 0) {
    throw new Error(`--filter ${text} is not field=value with a field of ${CONFIGURATION_FIELDS.join(", ")}`);
  }
  return { field, value: rest.join("=") };
}

/** Whether a row has every value asked for. */
export function keepsRow({ filters }: AccuracyOptions, { configuration }: TruthRow): boolean {
  return filters.every(({ field, value }) => configuration[field] === value);
}
