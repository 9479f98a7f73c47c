/** The form as texts, as the address holds them, and the question that they make. */

import { parseFigure } from "@/components/planner/plan-input";
import type { DataQuestion } from "@/lib/api/data-overview";
import type { DatasetReport } from "@/lib/datasets/dataset-report";
import type { Issue } from "@/lib/plan/plan";
import { KB } from "@/lib/units";
import { DATA_FIELDS, DATA_PARAMETERS, type DataParameter, fieldOfPath, fieldText, isDataParameter } from "./fields";
import { isEmptyRow, pilotRows } from "./pilot-text";

/** What was typed or chosen; an absent entry was not. */
export type DataTexts = Readonly<Partial<Record<DataParameter, string>>>;

/** A task that many begin with: a few classes, a pilot of an afternoon. */
export const EXAMPLE_TEXTS: DataTexts = {
  classes: "25",
  model: "ViT-B-16",
  strategy: "lora",
  target: "82",
  zeroShot: "62",
  pilot: "2:71;4:75;8:79",
  gpu: "rtx-4090",
};

/** Without a model there are neither memory nor hours. This one is what most published comparisons are of. */
const ASSUMED_MODEL = "ViT-B-16";

/** Marks an address that holds a question, even one in which nothing was chosen. */
const VERSION = "v";

/** Parameters that mail programs and networks add to links. */
const TRACKING_PARAMETER = /^(utm_|fbclid$|gclid$|mc_|ref$)/;

export interface TextsOfAddress {
  readonly texts: DataTexts;
  readonly isExample: boolean;
  /** Parameters that no field of the page has. */
  readonly unknown: readonly string[];
}

export function textsIn(query: URLSearchParams): TextsOfAddress {
  const names = [...new Set(query.keys())].filter((name) => !TRACKING_PARAMETER.test(name));
  if (names.length === 0) return { texts: EXAMPLE_TEXTS, isExample: true, unknown: [] };
  const texts = Object.fromEntries(
    names.filter(isDataParameter).map((name) => [name, query.getAll(name).join(",").slice(0, LONGEST_TEXT)]),
  );
  return { texts, isExample: false, unknown: names.filter((name) => name !== VERSION && !isDataParameter(name)) };
}

const LONGEST_TEXT = 3000;

/** Query string without "?", parameters in one order. */
export function queryOfTexts(texts: DataTexts): string {
  const parts = DATA_PARAMETERS.flatMap((name) => {
    const text = texts[name];
    return text === undefined ? [] : [`${name}=${encodeURIComponent(text).replace(/%3A/g, ":").replace(/%2C/g, ",")}`];
  });
  return [`${VERSION}=1`, ...parts].join("&");
}

export function withText(texts: DataTexts, name: DataParameter, text: string | undefined): DataTexts {
  const { [name]: _replaced, ...others } = texts;
  return text === undefined || text === "" ? others : { ...others, [name]: text };
}

/** Fields that a dataset settles: what was counted outranks what was guessed. */
export function textsOfDataset({ plan }: DatasetReport): DataTexts {
  const { classCount, trainSampleCount, averageImageBytes } = plan;
  return {
    ...(classCount === undefined ? {} : { classes: String(classCount) }),
    ...(trainSampleCount === undefined ? {} : { images: String(trainSampleCount) }),
    ...(averageImageBytes === undefined ? {} : { imageKb: String(Math.max(0.001, averageImageBytes / KB)) }),
  };
}

/** A percentage as a fraction; what is none as it stands, for the answer to refuse. */
function fractionOf(text: string): number | string {
  const value = parseFigure(text.replace(/%$/, ""));
  return typeof value === "number" ? Number((value / 100).toPrecision(12)) : text;
}

/** The question that the form asks. Nothing is checked here; the server says all that is wrong with it at once. */
export function questionOf(texts: DataTexts): DataQuestion {
  const figure = (name: DataParameter, scale = 1) => {
    const text = texts[name];
    return text === undefined ? undefined : parseFigure(text, scale);
  };
  const percent = (name: DataParameter) => {
    const text = texts[name];
    return text === undefined ? undefined : fractionOf(text);
  };
  const size = texts.unit === "images" ? "images" : "shotsPerClass";
  const pilot = pilotRows(texts.pilot)
    .filter((row) => !isEmptyRow(row))
    .map((row) =>
      present({
        [size]: parseFigure(row.size),
        accuracy: row.accuracy === "" ? undefined : fractionOf(row.accuracy),
        repeats: parseFigure(row.repeats),
      }),
    );
  const annotation = present({
    method: texts.method,
    objectsPerImage: figure("objects"),
    redundancy: figure("redundancy"),
    secondsPerUnit: figure("seconds"),
    usdPerUnit: figure("labelPrice"),
    usdPerHour: figure("hourPrice"),
  });
  return {
    data: present({
      task: texts.task,
      classCount: figure("classes"),
      strategy: texts.strategy,
      model: texts.model,
      domainShift: texts.shift,
      targetAccuracy: percent("target"),
      zeroShotAccuracy: percent("zeroShot"),
      pilot: pilot.length === 0 ? undefined : pilot,
      pilotTestSampleCount: figure("pilotTest"),
      testHalfWidth: percent("halfWidth"),
      confidence: percent("confidence"),
      testFraction: percent("testShare"),
      annotation: Object.keys(annotation).length === 0 ? undefined : annotation,
      averageImageBytes: figure("imageKb", KB),
    }),
    plan: present({
      model: texts.model ?? ASSUMED_MODEL,
      gpu: texts.gpu,
      perDeviceBatchSize: figure("batch"),
      epochs: figure("epochs"),
    }),
    ...present({ images: figure("images") }),
    ranking: present({ priority: texts.priority }),
    search: present({
      trialCount: figure("trials"),
      epochsPerTrial: figure("trialEpochs"),
      pruner: texts.pruner === undefined ? undefined : { kind: texts.pruner },
      smallestDifference: percent("difference"),
    }),
  };
}

/** Issues by the field in sight that each belongs to, with the words of the form where those of the API are others. */
export function issuesByDataField(
  issues: readonly Issue[],
  texts: DataTexts,
): ReadonlyMap<DataParameter, readonly Issue[]> {
  const byField = new Map<DataParameter, Issue[]>();
  for (const issue of issues) {
    const name = fieldOfPath(issue.path);
    if (name !== null) byField.set(name, [...(byField.get(name) ?? []), inWordsOfForm(issue, name, texts)]);
  }
  return byField;
}

/** The API counts in fractions and has names of its own; the form counts in percent, and its label stands beside. */
export function inWordsOfForm(issue: Issue, name: DataParameter, texts: DataTexts): Issue {
  if (name === "pilot") return { ...issue, message: pilotMessage(issue, texts) };
  const text = texts[name];
  if (fieldText(name).isPercent !== true || text === undefined) {
    const named = `${issue.path} `;
    return issue.message.startsWith(named) ? { ...issue, message: issue.message.slice(named.length) } : issue;
  }
  return {
    ...issue,
    message: `“${text.slice(0, 40)}” must be a number ${PERCENT_RANGES[name] ?? "above 0 and below 100"}, in percent`,
  };
}

const PERCENT_RANGES: Readonly<Partial<Record<DataParameter, string>>> = {
  testShare: "above 0 and below 50",
  halfWidth: "from 0.01 to 50",
  confidence: "from 50 to 99.9999",
  zeroShot: "from 0 to 100",
};

function pilotMessage({ path, message }: Issue, texts: DataTexts): string {
  const [, index, part] = path.split(".");
  const rows = pilotRows(texts.pilot);
  const filled = rows.flatMap((row, at) => (isEmptyRow(row) ? [] : [{ row, at }]));
  const found = index === undefined ? undefined : filled[Number(index)];
  if (found === undefined) return message;
  const { row, at } = found;
  const place = `Row ${at + 1}:`;
  if (part === "accuracy") {
    return row.accuracy === ""
      ? `${place} the accuracy is missing`
      : `${place} accuracy “${row.accuracy.slice(0, 40)}” must be a number from 0 to 100, in percent`;
  }
  if (part === "repeats") return `${place} trainings “${row.repeats.slice(0, 40)}” must be a whole number from 1`;
  return row.size === ""
    ? `${place} the size is missing`
    : `${place} size “${row.size.slice(0, 40)}” must be a number above 0`;
}

/** Rows of the pilot with a problem, counted from 0. */
export function brokenRows(issues: readonly Issue[], texts: DataTexts): ReadonlyMap<number, ReadonlySet<string>> {
  const filled = pilotRows(texts.pilot).flatMap((row, at) => (isEmptyRow(row) ? [] : [at]));
  const broken = new Map<number, Set<string>>();
  for (const { path } of issues) {
    const [field, index, part = "size"] = path.split(".");
    const at = filled[Number(index)];
    if (field !== DATA_FIELDS.pilot.path || index === undefined || at === undefined) continue;
    broken.set(at, (broken.get(at) ?? new Set()).add(part === "accuracy" || part === "repeats" ? part : "size"));
  }
  return broken;
}

function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
