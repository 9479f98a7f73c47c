import { type Measured, measuredQuery } from "@/components/planner/measured";
import { formatCount } from "@/lib/format";
import type { Plan, Strategy } from "@/lib/plan/plan";
import { planQuery } from "./plan-link";

/** Which plan the page is about, in one line, and the way back to change it. */
export function PlanLine({
  plan,
  measured,
}: {
  plan: Plan /** Goes along where the plan is changed. */;
  measured: Measured | null;
}) {
  const query = planQuery(plan);
  const parts = [
    typeof plan.model === "string" ? plan.model : "your own configuration",
    strategyText(plan.strategy),
    `batch ${formatCount(plan.perDeviceBatchSize)} per GPU`,
    plan.precision,
    ...(plan.gradCheckpointing ? ["checkpointing"] : []),
    plan.samplesSeen === undefined
      ? `${formatCount(plan.trainSampleCount)} pairs × ${formatCount(plan.epochs)} epochs`
      : `${formatCount(plan.samplesSeen)} pairs seen`,
  ];
  return (
    <p className="text-sm text-muted">
      For <span className="font-medium text-ink">{parts.join(" · ")}</span>.{" "}
      {query !== null && (
        <a className="link whitespace-nowrap" href={`/?${query}${measuredQuery(measured)}`}>
          Change the plan
        </a>
      )}
    </p>
  );
}

/** What trains, in a few words. */
export function strategyText(strategy: Strategy): string {
  switch (strategy.kind) {
    case "full":
      return "everything trains";
    case "linear_probe":
      return "linear probe";
    case "partial":
      return `last ${formatCount(strategy.unlockedBlocks)} blocks`;
    case "lora":
      return `LoRA, rank ${formatCount(strategy.rank)}`;
    case "prompt":
      return `prompt, ${formatCount(strategy.contextTokens)} tokens`;
  }
}
