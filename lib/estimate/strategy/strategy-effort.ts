import { STRATEGY_DEFAULTS } from "../../plan/defaults";
import type { ParsedPlan } from "../../plan/parse-plan";
import type { Strategy, StrategyKind } from "../../plan/plan";
import type { DataStrategy } from "../data/data-strategies";
import type { Estimate, Interval, Verdict } from "../estimate";

/** What a strategy asks of the user's card. */
export interface StrategyMemory {
  readonly verdict: Verdict;
  readonly deviceBytes: Interval;
  readonly usableBytes: number;
  readonly trainableCount: number;
  readonly largestBatchSize: number;
}

/** What the whole run takes. */
export interface StrategyRun {
  readonly totalSeconds: Interval;
  /** Likely, of all devices together: what loading has to keep up with. */
  readonly samplesPerSecond: number;
  /** Null where nobody lists a price for the card. */
  readonly costUsd: Interval | null;
  /** Of every GPU that is paid for; null likewise. Costs are rounded to the cent, and this is not. */
  readonly usdPerHour: number | null;
}

/** What an answer that compares plans reads of each one's estimate. */
export type PlanFigures = Pick<Estimate, "memory" | "parameters" | "time" | "cost">;

/** The estimate of a plan. Given from outside, so that these answers know no clock. */
export type FiguresOf = (parsed: ParsedPlan) => PlanFigures;

/** Time and money of a whole run, at the plan's own price or the cheapest offer; null where no time is estimated. */
export function runOf({ time, cost }: PlanFigures): StrategyRun | null {
  if (time === null) return null;
  const [paid] = cost;
  const usdPerHour = paid === undefined ? null : paid.usdPerGpuHour * paid.billedGpuCount;
  const samplesPerSecond = time.samplesPerSecond.likely;
  return { totalSeconds: time.totalSeconds, samplesPerSecond, costUsd: paid?.usd ?? null, usdPerHour };
}

export interface StrategyEffort {
  /** The plan that was estimated. */
  readonly planned: Strategy;
  readonly memory: StrategyMemory;
  readonly run: StrategyRun | null;
  /** What the plan leaves out. */
  readonly note: string | null;
}

/** How each strategy is planned; two that are no plan of their own are full fine-tuning with something before or after. */
const PLANNED_AS = {
  zero_shot: null,
  linear_probe: "linear_probe",
  linear_probe_text: "linear_probe",
  prompt: "prompt",
  lora: "lora",
  adapter: null,
  adapter_training_free: null,
  adapter_ensemble: null,
  svd: null,
  partial: "partial",
  full: "full",
  lp_ft: "full",
  weight_averaging: "full",
} as const satisfies Record<DataStrategy, StrategyKind | null>;

/** The kind of plan that a strategy is; null for one that is none. */
export function plannedKind(strategy: DataStrategy): StrategyKind | null {
  return PLANNED_AS[strategy];
}

const NOTES: Readonly<Partial<Record<DataStrategy, string>>> = {
  lp_ft: "The full fine-tuning of its second stage; the probe before it comes on top and takes less.",
  weight_averaging: "Full fine-tuning; averaging takes seconds, and a second copy of the weights on the disk.",
  linear_probe_text: "Like a plain linear probe; encoding the class texts once comes on top.",
};

/**
 * Estimates the user's plan with other strategies, each plan once. A strategy's own settings are the user's where the plan
 * has that kind, else the defaults.
 *
 * @returns what a strategy asks for; null for one that trains nothing that can be planned
 */
export function strategyEfforts(
  base: ParsedPlan,
  figuresOf: FiguresOf,
): (strategy: DataStrategy) => StrategyEffort | null {
  const known = new Map<StrategyKind, StrategyEffort>();
  return (strategy) => {
    const kind = PLANNED_AS[strategy];
    if (kind === null) return null;
    const effort = known.get(kind) ?? effortOf(kind, base, figuresOf);
    known.set(kind, effort);
    return { ...effort, note: NOTES[strategy] ?? null };
  };
}

function effortOf(kind: StrategyKind, base: ParsedPlan, figuresOf: FiguresOf): StrategyEffort {
  const planned = base.plan.strategy.kind === kind ? base.plan.strategy : STRATEGY_DEFAULTS[kind];
  const figures = figuresOf({ ...base, plan: { ...base.plan, strategy: planned } });
  const { memory, parameters } = figures;
  return {
    planned,
    memory: {
      verdict: memory.verdict,
      deviceBytes: memory.deviceBytes,
      usableBytes: memory.usableBytes,
      trainableCount: parameters.trainable,
      largestBatchSize: memory.largestBatch.batchSize,
    },
    run: runOf(figures),
    note: null,
  };
}
