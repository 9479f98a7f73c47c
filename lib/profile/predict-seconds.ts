import { type RuntimeRates, type StepLoad, secondsOf, stepLoad } from "../engine/onnxruntime/step-load";
import type { TrainingGraph } from "../graph/training-graph";
import { efficienciesOn, type ProductType } from "./assumed-rates";
import { stepModel } from "./step-model";
import type { Device } from "./validation";

/** What one step of a plan asks of a device in ONNX Runtime. */
export function stepLoadOf(
  graph: TrainingGraph,
  how: { readonly batchSize: number; readonly precision: ProductType; readonly device: Device },
): StepLoad {
  const { batchSize, precision, device } = how;
  const [one, two] = [1, 2].map((stepCount) => stepModel(graph, { batchSize, stepCount, precision }));
  if (one === undefined || two === undefined) throw new RangeError("two models are compared");
  return stepLoad(one, two, efficienciesOn(device));
}

/** Seconds of one step, from the very nodes that a validation runs. */
export function predictStepSeconds(
  graph: TrainingGraph,
  how: Parameters<typeof stepLoadOf>[1],
  rates: RuntimeRates,
): number {
  return secondsOf(stepLoadOf(graph, how), rates);
}
