import { labelOf } from "@/components/planner/field-texts";
import { CannotCard } from "@/components/ui/CannotCard";
import type { Plan } from "@/lib/plan/plan";
import type { RefusedPlan } from "./answers";
import { deviceText, issueText, listText } from "./words";

/** An honest no: what of the plan this engine cannot run, and the nearest plan that it can, one click away. */
export function RefusedCard({
  refused: { device, plan, nearest, issues },
  onUse,
}: {
  refused: RefusedPlan;
  onUse: (plan: Plan) => void;
}) {
  const changes = changedFields(plan, nearest);
  return (
    <CannotCard id="refused" title="This plan cannot run here as it stands">
      <p className="mt-2 text-sm text-muted">
        A check runs one training step in ONNX Runtime on one {deviceText(device)}. Of this plan it cannot run:
      </p>
      <ul className="mt-2 list-disc space-y-1.5 pl-5 text-sm wrap-anywhere">
        {issues.map((issue) => (
          <li key={issue.path}>
            <strong className="font-semibold">{labelOf(issue.path)}</strong>: {issueText(issue)}
          </li>
        ))}
      </ul>
      <button type="button" className="button button-primary mt-4 whitespace-normal" onClick={() => onUse(nearest)}>
        Use the nearest plan that can: {listText(changes)}
      </button>
      <p className="mt-2 text-sm text-muted">Everything else stays as it is, and your plan in the planner too.</p>
    </CannotCard>
  );
}

/** What of the nearest plan is otherwise, in words. */
function changedFields(plan: Plan, nearest: Plan): string[] {
  const words = [
    { isOther: plan.precision !== nearest.precision, text: `precision ${nearest.precision}` },
    { isOther: plan.optimizer !== nearest.optimizer, text: `optimizer ${nearest.optimizer}` },
    { isOther: plan.deviceCount !== nearest.deviceCount, text: "one device" },
    { isOther: plan.sharding !== nearest.sharding, text: "no sharding" },
    { isOther: plan.gradAccumulationSteps !== nearest.gradAccumulationSteps, text: "no accumulation" },
  ];
  return words.filter(({ isOther }) => isOther).map(({ text }) => text);
}
