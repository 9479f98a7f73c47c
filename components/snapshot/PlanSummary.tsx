import { FIELD_TEXTS } from "@/components/planner/field-texts";
import { formatCount, formatShape } from "@/lib/format";
import type { Plan } from "@/lib/plan/plan";

/** Fields of a plan in the order of the form. */
const ROWS = [
  "model",
  "implementation",
  "perDeviceBatchSize",
  "precision",
  "gradCheckpointing",
  "optimizer",
  "gpu",
  "deviceCount",
  "gradAccumulationSteps",
  "attention",
  "imageSize",
  "contextLength",
  "localLoss",
  "gatherWithGrad",
  "classCount",
] as const satisfies readonly (keyof Plan)[];

/** The plan of a saved answer, as text. */
export function PlanSummary({ plan }: { plan: Plan }) {
  return (
    <dl className="divide-y divide-line text-sm">
      <Row name={FIELD_TEXTS["strategy.kind"].label} value={strategyText(plan.strategy)} />
      {ROWS.map((field) => (
        <Row key={field} name={FIELD_TEXTS[field].label} value={fieldText(plan[field])} />
      ))}
    </dl>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex items-baseline justify-between gap-4 px-5 py-2">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 text-right font-medium break-words">{value}</dd>
    </div>
  );
}

function strategyText(strategy: Plan["strategy"]): string {
  switch (strategy.kind) {
    case "full":
      return "everything";
    case "linear_probe":
      return "linear probe";
    case "partial":
      return `the last ${strategy.unlockedBlocks} blocks`;
    case "lora":
      return `LoRA, rank ${strategy.rank}, on ${strategy.targets.join(", ")}`;
    case "prompt":
      return `${strategy.contextTokens} context tokens`;
  }
}

function fieldText(value: Plan[(typeof ROWS)[number]]): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return formatCount(value);
  if (typeof value === "string") return value;
  return "name" in value ? value.name : `own configuration ${formatShape([value.embed_dim])}`;
}
