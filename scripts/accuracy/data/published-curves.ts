import { readFileSync } from "node:fs";
import type { CurveFamily } from "../../../lib/catalogue/learning-curves";
import type { PilotPoint } from "../../../lib/estimate/data/pilot";

/** Published accuracies by labelled images; truth/README.md says what the columns are. */
export const CURVE_FILE = "truth/learning-curves.csv";

const COLUMNS = [
  "dataset",
  "domain",
  "classCount",
  "trainSplitSize",
  "model",
  "method",
  "strategy",
  "shotsPerClass",
  "trainSampleCount",
  "accuracyPercent",
  "metric",
  "source",
] as const;

export type PublishedRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** Accuracy over shots per class of one method on one dataset, at least three sizes. */
export interface PublishedCurve {
  readonly dataset: string;
  readonly classCount: number | null;
  readonly model: string;
  readonly method: string;
  /** Null for strategies that too few curves show. */
  readonly family: CurveFamily | null;
  readonly source: string;
  /** Ascending; `size` is shots per class. */
  readonly points: readonly PilotPoint[];
}

/** @throws {Error} when the file's columns are not the expected ones or a row is cut off */
export function readPublishedRows(text: string = readFileSync(CURVE_FILE, "utf8")): PublishedRow[] {
  const [header = "", ...lines] = text.trimEnd().split("\n");
  if (header !== COLUMNS.join(",")) throw new Error(`${CURVE_FILE}: columns are ${header}, not ${COLUMNS.join(",")}`);
  return lines.map((line, index) => {
    const cells = line.split(",");
    if (cells.length !== COLUMNS.length) throw new Error(`${CURVE_FILE}, line ${index + 2}: ${cells.length} cells`);
    const cell = (name: (typeof COLUMNS)[number]) => cells[COLUMNS.indexOf(name)] ?? "";
    if (!(Number(cell("accuracyPercent")) > 0 && Number(cell("accuracyPercent")) < 100)) {
      throw new Error(`${CURVE_FILE}, line ${index + 2}: accuracyPercent is ${cell("accuracyPercent")}`);
    }
    return {
      dataset: cell("dataset"),
      domain: cell("domain"),
      classCount: cell("classCount"),
      trainSplitSize: cell("trainSplitSize"),
      model: cell("model"),
      method: cell("method"),
      strategy: cell("strategy"),
      shotsPerClass: cell("shotsPerClass"),
      trainSampleCount: cell("trainSampleCount"),
      accuracyPercent: cell("accuracyPercent"),
      metric: cell("metric"),
      source: cell("source"),
    };
  });
}

const FAMILIES = [
  "adapter",
  "adapter_training_free",
  "adapter_ensemble",
  "linear_probe",
  "lora",
  "prompt_tuning",
] as const satisfies readonly CurveFamily[];

/** Every few-shot curve with three sizes or more. */
export function publishedCurves(rows: readonly PublishedRow[]): PublishedCurve[] {
  const groups = new Map<string, PublishedRow[]>();
  for (const row of rows) {
    if (row.shotsPerClass === "" || row.shotsPerClass === "0") continue;
    const key = [row.dataset, row.model, row.method, row.source].join("|");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < 3) return [];
    const points = group
      .map((row) => ({ size: Number(row.shotsPerClass), accuracy: accuracyOf(row), repeats: 1 }))
      .sort((a, b) => a.size - b.size);
    return [
      {
        dataset: first.dataset,
        classCount: first.classCount === "" ? null : Number(first.classCount),
        model: first.model,
        method: first.method,
        family: FAMILIES.find((family) => family === first.strategy) ?? null,
        source: first.source,
        points,
      },
    ];
  });
}

/** Zero-shot accuracy of a model on a dataset, the mean where several sources give it. */
export function zeroShotAccuracies(rows: readonly PublishedRow[]): ReadonlyMap<string, number> {
  const found = new Map<string, number[]>();
  for (const row of rows) {
    if (row.strategy !== "zero_shot" || !["top1", "meanTop1"].includes(row.metric)) continue;
    const key = zeroShotKey(row);
    found.set(key, [...(found.get(key) ?? []), accuracyOf(row)]);
  }
  return new Map(
    [...found].map(([key, values]) => [key, values.reduce((sum, value) => sum + value, 0) / values.length]),
  );
}

export function zeroShotKey({ dataset, model }: { readonly dataset: string; readonly model: string }): string {
  return `${dataset}|${model}`;
}

function accuracyOf(row: PublishedRow): number {
  return Number(row.accuracyPercent) / 100;
}
