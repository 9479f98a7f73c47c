import { trainingStep } from "../../lib/clip/training-step";
import { type TrainingModelOptions, trainingModel } from "../../lib/engine/onnxruntime/training-model";
import type { OnnxModel } from "../../lib/onnx/model";
import { parsePlan } from "../../lib/plan/parse-plan";

/** Neither time nor memory depends on them. */
const OPTIMIZER: TrainingModelOptions["optimizer"] = {
  learningRate: 1e-5,
  weightDecay: 0.1,
  betas: [0.9, 0.98],
  epsilon: 1e-6,
  momentum: 0.9,
};

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
  const training = trainingStep(parsed.architecture, parsed.plan);
  return { model: trainingModel(training, { batchSize, stepCount, precision, optimizer: OPTIMIZER }), batchSize };
}
