import { CONFIGURATIONS } from "../../scripts/onnx/configurations";
import { stepModel } from "../../scripts/onnx/step-model";
import { timedSteps } from "../../scripts/onnx/timed-steps";

function stepsOf(name: string, batchSize: number): number {
  const found = CONFIGURATIONS.cpu?.find(
    (configuration) => configuration.name === name && configuration.plan.perDeviceBatchSize === batchSize,
  );
  if (found === undefined) throw new Error(`no configuration ${name} of batch ${batchSize}`);
  return timedSteps((stepCount) => stepModel(found.plan, found.precision, stepCount).model);
}

test("a step that is long beside drawing the weights is timed on three", () => {
  expect(stepsOf("small-vit-full", 16)).toBe(3);
});

test("the shorter a step is beside drawing the weights, the more of them are timed", () => {
  const counts = [2, 8, 16].map((batchSize) => stepsOf("small-rn-probe", batchSize));
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  expect(counts.at(-1)).toBeGreaterThan(3);
});
