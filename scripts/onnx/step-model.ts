import type { TrainingModelOptions } from "../../lib/engine/onnxruntime/training-model";
import type { OnnxModel } from "../../lib/onnx/model";
import { parsePlan } from "../../lib/plan/parse-plan";
import { stepModel as modelOfGraph, stepGraph } from "../../lib/profile/step-model";

/** @throws {Error} with every issue of a plan that cannot be */
export function stepModel(
  plan: Readonly<Record<string, unknown>>,
  precision: TrainingModelOptions["precision"],
  stepCount: number,
): { readonly model: OnnxModel; readonly batchSize: number } {
  // The card of a plan changes nothing of its graph.
  const parsed = parsePlan({ gpu: "a100-sxm4-80gb", ...plan });
  if (!parsed.ok) throw new Error(parsed.issues.map(({ path, message }) => `${path} ${message}`).join("; "));
  const batchSize = parsed.plan.perDeviceBatchSize;
  return { model: modelOfGraph(stepGraph(parsed), { batchSize, stepCount, precision }), batchSize };
}
