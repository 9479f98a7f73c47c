import type { TrainingGraph } from "../graph/training-graph";
import { calibrate, calibratedRates, type MeasuredValidation } from "./calibrate";
import { deviceKeyOf } from "./device-key";
import { predictStepSeconds } from "./predict-seconds";
import { matrixPrecision } from "./runnable-plan";
import type { Machine, Prediction, ValidationRequest } from "./validation";

/**
 * Seconds of a step at any batch size on the device that a validation runs on, from what was measured on that very device
 * before; where nothing was, why there is no prediction.
 *
 * @param earlier validations, of any device
 */
export function secondsAhead(
  { plan, device }: Pick<ValidationRequest, "plan" | "device">,
  machine: Machine,
  graph: TrainingGraph,
  earlier: readonly MeasuredValidation[],
): (batchSize: number) => Prediction {
  const key = deviceKeyOf({ device, machine });
  const precision = matrixPrecision(plan);
  const answer =
    key === null
      ? ({ kind: "not_calibrated", why: "the catalogue does not know this card" } as const)
      : calibrate(earlier, key, precision);
  if (answer.kind === "not_calibrated")
    return () => ({ kind: "not_predicted", why: `seconds are predicted from earlier measurements: ${answer.why}` });
  const rates = calibratedRates(answer.calibration);
  return (batchSize) => ({
    kind: "predicted",
    value: predictStepSeconds(graph, { batchSize, precision, device }, rates),
  });
}
