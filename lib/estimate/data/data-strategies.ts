import type { CurveFamily } from "../../catalogue/learning-curves";

/** Ways of adapting CLIP that accuracy can be asked about; more than can be planned, because users compare them. */
export type DataStrategy =
  | "zero_shot"
  | "linear_probe"
  | "linear_probe_text"
  | "prompt"
  | "lora"
  | "adapter"
  | "adapter_training_free"
  | "adapter_ensemble"
  | "svd"
  | "partial"
  | "full"
  | "lp_ft"
  | "weight_averaging";

interface StrategyFacts {
  readonly label: string;
  /** Whose published curves are followed; null where too few are published. */
  readonly family: CurveFamily | null;
}

export const DATA_STRATEGIES = {
  zero_shot: { label: "zero-shot", family: null },
  linear_probe: { label: "linear probe", family: "linear_probe" },
  linear_probe_text: { label: "linear probe that starts from the class texts", family: null },
  prompt: { label: "prompt tuning", family: "prompt_tuning" },
  lora: { label: "LoRA", family: "lora" },
  adapter: { label: "feature adapter", family: "adapter" },
  adapter_training_free: { label: "training-free adapter", family: "adapter_training_free" },
  adapter_ensemble: { label: "adapter over several models", family: "adapter_ensemble" },
  svd: { label: "singular-value tuning", family: null },
  partial: { label: "partial fine-tuning", family: null },
  full: { label: "full fine-tuning", family: null },
  lp_ft: { label: "linear probe, then full fine-tuning", family: null },
  weight_averaging: { label: "full fine-tuning averaged with the zero-shot weights", family: null },
} as const satisfies Record<DataStrategy, StrategyFacts>;

/** Other names that the literature and the published curves use. */
export const STRATEGY_ALIASES = {
  prompt_tuning: "prompt",
  full_finetune: "full",
  full_finetuning: "full",
  peft_svd: "svd",
} as const satisfies Record<string, DataStrategy>;

export const DATA_STRATEGY_NAMES: readonly string[] = [
  ...Object.keys(DATA_STRATEGIES),
  ...Object.keys(STRATEGY_ALIASES),
];

/** @returns the strategy that a name means, or null for a name that means none */
export function dataStrategyOf(name: string): DataStrategy | null {
  if (isStrategy(name)) return name;
  return isAlias(name) ? STRATEGY_ALIASES[name] : null;
}

function isStrategy(name: string): name is DataStrategy {
  return Object.hasOwn(DATA_STRATEGIES, name);
}

function isAlias(name: string): name is keyof typeof STRATEGY_ALIASES {
  return Object.hasOwn(STRATEGY_ALIASES, name);
}
