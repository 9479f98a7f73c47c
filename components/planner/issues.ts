import type { Issue } from "@/lib/plan/plan";
import { FIELD_TEXTS } from "./field-texts";

/** Fields that exist for some strategies only. */
const STRATEGY_FIELDS: Readonly<Record<string, readonly unknown[]>> = {
  "strategy.unlockedBlocks": ["partial"],
  "strategy.rank": ["lora"],
  "strategy.targets": ["lora"],
  "strategy.contextTokens": ["prompt"],
};

/** Which fields stand in the form. */
interface FormShape {
  readonly strategy: unknown;
  readonly hasOwnGpu: boolean;
}

/** Gives every issue to the field in sight that is nearest to it, so that none goes unseen. */
export function issuesByField(issues: readonly Issue[], shape: FormShape): ReadonlyMap<string, readonly Issue[]> {
  const byField = new Map<string, Issue[]>();
  for (const issue of issues) {
    const field = fieldOf(issue.path, shape);
    byField.set(field, [...(byField.get(field) ?? []), issue]);
  }
  return byField;
}

/** The field that an issue is shown beside; the model's for the plan as a whole. */
export function fieldOf(path: string, shape: FormShape): string {
  for (let place = path; place !== ""; place = place.slice(0, Math.max(0, place.lastIndexOf(".")))) {
    if (place in FIELD_TEXTS && isInSight(place, shape)) return place;
  }
  if (path.startsWith("strategy")) return "strategy.kind";
  if (path.startsWith("gpu")) return shape.hasOwnGpu ? "gpu.name" : "gpu";
  return "model";
}

function isInSight(field: string, { strategy, hasOwnGpu }: FormShape): boolean {
  if (field === "gpu") return !hasOwnGpu;
  if (field.startsWith("gpu.")) return hasOwnGpu;
  if (field === "classCount") return strategy === "prompt" || strategy === "linear_probe";
  return STRATEGY_FIELDS[field]?.includes(strategy) ?? true;
}
