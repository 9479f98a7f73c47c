import { parsePlan } from "../../lib/plan/parse-plan";
import type { ValidationRequest } from "../../lib/profile/validation";
import { TINY_MODEL } from "./tiny-clip";

/** A request that takes about a second for each batch size. */
export function tinyRequest(fields: Partial<ValidationRequest> = {}): ValidationRequest {
  const parsed = parsePlan({ model: TINY_MODEL, precision: "fp32" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return { plan: parsed.plan, device: "cpu", batchSizes: [1], repeats: 1, timeLimitSeconds: 60, ...fields };
}
