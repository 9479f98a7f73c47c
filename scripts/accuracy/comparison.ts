import { accelerateMemory } from "../../lib/estimate/baselines/accelerate";
import type { BaselineInput } from "../../lib/estimate/baselines/baseline";
import { chapterMemory } from "../../lib/estimate/baselines/chapter";
import { megatronMemory } from "../../lib/estimate/baselines/megatron";
import { ruleOfThumbMemory } from "../../lib/estimate/baselines/rule-of-thumb";
import { measuredQuantities } from "../../lib/estimate/memory-details";
import { parsePlan } from "../../lib/plan/parse-plan";
import { relativeError } from "./statistics";
import { describeRow, planInput, QUANTITIES, type Quantity, type TruthRow } from "./truth-rows";

export const BASELINES = ["chapter", "accelerate", "megatron", "ruleOfThumb"] as const;

export type BaselineId = (typeof BASELINES)[number];

/** One row of truth with what the estimator and the formulas say about the same plan. */
export interface Comparison {
  readonly row: TruthRow;
  /** `resnet` or `vit`: the image tower's kind. */
  readonly tower: string;
  readonly estimated: Readonly<Record<Quantity, number>>;
  /** Relative errors, for the quantities that were measured. */
  readonly errors: Readonly<Partial<Record<Quantity, number>>>;
  /** Bytes at the peak by each formula; null where it has no answer. */
  readonly baselines: Readonly<Record<BaselineId, number | null>>;
}

/** Every row that the estimator answers, and a line for each that it refuses or fails on: every row is a plan that ran. */
export function compareRows(rows: readonly TruthRow[]): { comparisons: Comparison[]; failures: string[] } {
  const comparisons: Comparison[] = [];
  const failures: string[] = [];
  for (const row of rows) {
    try {
      comparisons.push(compareRow(row));
    } catch (error) {
      failures.push(`no answer for ${describeRow(row)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { comparisons, failures };
}

function compareRow(row: TruthRow): Comparison {
  const parsed = parsePlan(planInput(row));
  if (!parsed.ok) {
    const reasons = parsed.issues.map((issue) => `${issue.path}: ${issue.message}`).join("; ");
    throw new Error(`refused, ${reasons}`);
  }
  const estimated = measuredQuantities(parsed, row.sm);
  const errors: Partial<Record<Quantity, number>> = {};
  for (const quantity of QUANTITIES) {
    const measured = row.measured[quantity];
    if (measured !== undefined) errors[quantity] = relativeError(estimated[quantity], measured);
  }
  const { architecture, plan } = parsed;
  const { parameterCount, trainableCount } = estimated;
  return {
    row,
    tower: architecture.vision.kind,
    estimated,
    errors,
    baselines: baselineBytes({ architecture, plan, parameterCount, trainableCount }),
  };
}

function baselineBytes(input: BaselineInput): Comparison["baselines"] {
  return {
    chapter: chapterMemory(input).bytes,
    accelerate: accelerateMemory(input).bytes,
    megatron: megatronMemory(input).bytes,
    ruleOfThumb: ruleOfThumbMemory(input).bytes,
  };
}
