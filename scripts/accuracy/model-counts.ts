import { readFileSync } from "node:fs";
import { estimatePlan } from "../../lib/estimate/plan";
import { parsePlan } from "../../lib/plan/parse-plan";
import { relativeError } from "./statistics";

/** Parameters and FLOPs of every model, as open_clip makes it. */
export const MODEL_COUNTS_FILE = "truth/open-clip-models.csv";

const EXACT = ["parameterCount", "imageParameterCount", "textParameterCount"] as const;
const FLOPS = ["imageForwardFlops", "textForwardFlops"] as const;

type CountedQuantity = (typeof EXACT)[number] | (typeof FLOPS)[number];

export type ModelCounts = Readonly<Record<CountedQuantity, number>>;

export interface ModelComparison {
  readonly model: string;
  readonly measured: ModelCounts;
  readonly estimated: ModelCounts;
}

/** Of one forward pass, as a fraction. */
const FLOPS_TOLERANCE = 0.005;

/** @returns the counted models by name */
export function readModelCounts(): ReadonlyMap<string, ModelCounts> {
  const [header = "", ...lines] = readFileSync(MODEL_COUNTS_FILE, "utf8").trimEnd().split("\n");
  const columns = header.split(",");
  return new Map(
    lines.map((line) => {
      const cells = line.split(",");
      const count = (name: CountedQuantity) => {
        const value = Number(cells[columns.indexOf(name)]);
        if (!Number.isSafeInteger(value)) throw new Error(`${MODEL_COUNTS_FILE}: ${cells[0]} has no ${name}`);
        return value;
      };
      return [
        cells[0] ?? "",
        {
          parameterCount: count("parameterCount"),
          imageParameterCount: count("imageParameterCount"),
          textParameterCount: count("textParameterCount"),
          imageForwardFlops: count("imageForwardFlops"),
          textForwardFlops: count("textForwardFlops"),
        },
      ];
    }),
  );
}

/** Every model that the estimator answers, and a line for each that it refuses or fails on. */
export function compareModels(): { comparisons: ModelComparison[]; failures: string[] } {
  const comparisons: ModelComparison[] = [];
  const failures: string[] = [];
  for (const [model, measured] of readModelCounts()) {
    try {
      comparisons.push(compareModel(model, measured));
    } catch (error) {
      failures.push(`no answer for ${model}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { comparisons, failures };
}

function compareModel(model: string, measured: ModelCounts): ModelComparison {
  const parsed = parsePlan({ model });
  if (!parsed.ok) throw new Error(`refused, ${parsed.issues.map(({ message }) => message).join("; ")}`);
  // Counts do not depend on the day.
  const { parameters, flops } = estimatePlan(parsed, { today: "2026-11-27" });
  return {
    model,
    measured,
    estimated: {
      parameterCount: parameters.total,
      imageParameterCount: parameters.image,
      textParameterCount: parameters.text,
      imageForwardFlops: flops.imageForwardPerSample,
      textForwardFlops: flops.textForwardPerSample,
    },
  };
}

/** What differs by more than it may, one line each: parameters at all, FLOPs by half a percent. */
export function modelDifferences({ model, measured, estimated }: ModelComparison): string[] {
  const line = (quantity: CountedQuantity) =>
    `${model}: ${quantity} is ${estimated[quantity]}, open_clip's is ${measured[quantity]}`;
  return [
    ...EXACT.filter((quantity) => estimated[quantity] !== measured[quantity]),
    ...FLOPS.filter((quantity) => Math.abs(relativeError(estimated[quantity], measured[quantity])) > FLOPS_TOLERANCE),
  ].map(line);
}

/** Largest relative difference of the FLOPs over all models. */
export function worstFlopsError(comparisons: readonly ModelComparison[]): number {
  return Math.max(
    ...comparisons.flatMap(({ measured, estimated }) =>
      FLOPS.map((quantity) => Math.abs(relativeError(estimated[quantity], measured[quantity]))),
    ),
  );
}
