import { workOf } from "../../lib/engine/onnxruntime/node-work";
import { CPU_EFFICIENCIES, CPU_RATES } from "../../lib/engine/onnxruntime/runtime-efficiencies";
import { secondsOf, stepLoad } from "../../lib/engine/onnxruntime/step-load";
import type { OnnxModel } from "../../lib/onnx/model";

/** For one random number on one core. Weights are drawn in every run, and no step has to. */
const SECONDS_PER_DRAWN_NUMBER = 13e-9;
const FEWEST_STEPS = 3;

/**
 * How many steps the longer of two files unrolls so that the steps it has more take no less than drawing its weights:
 * of a run that mostly draws, the difference to another is noise.
 *
 * @param modelOf the model of so many steps
 */
export function timedSteps(modelOf: (stepCount: number) => OnnxModel): number {
  const one = modelOf(1);
  const step = secondsOf(stepLoad(one, modelOf(2), CPU_EFFICIENCIES), CPU_RATES);
  const drawing = drawnCount(one) * SECONDS_PER_DRAWN_NUMBER;
  return Math.max(FEWEST_STEPS, 1 + Math.ceil(drawing / step));
}

function drawnCount({ nodes }: OnnxModel): number {
  return nodes
    .filter((node) => workOf(node) === null)
    .flatMap(({ outputs }) => outputs)
    .reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
}
