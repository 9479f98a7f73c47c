import { type StepLoad, secondsOf } from "../engine/onnxruntime/step-load";
import { type CalibrationAnswer, calibrate, calibratedRates, type MeasuredValidation } from "./calibrate";
import { deviceKeyOf } from "./device-key";
import { matrixPrecision } from "./runnable-plan";
import type { Machine, Prediction, SecondsSource, ValidationRequest } from "./validation";

export interface SecondsAhead {
  /** Null where no seconds are predicted. */
  readonly source: SecondsSource | null;
  /** Seconds of a step that asks this of the device; where nothing is known, why there is no prediction. */
  readonly of: (load: StepLoad) => Prediction;
}

/**
 * Seconds of a step on the device that a validation runs on, from what was measured on that very device before.
 *
 * @param earlier validations, of any device
 */
export function secondsAhead(
  { plan, device, calibrate: isWanted = true }: Pick<ValidationRequest, "plan" | "device" | "calibrate">,
  machine: Machine,
  earlier: readonly MeasuredValidation[],
): SecondsAhead {
  if (!isWanted) return unknown("that was switched off");
  const key = deviceKeyOf({ device, machine });
  if (key === null) return unknown(whyNoDevice(machine));
  const answer = calibrate(earlier, key, matrixPrecision(plan));
  return answer.kind === "not_calibrated" ? unknown(answer.why) : known(answer);
}

function known({ calibration }: Extract<CalibrationAnswer, { readonly kind: "calibrated" }>): SecondsAhead {
  const rates = calibratedRates(calibration);
  const { measurementCount, errorBefore, errorAfter } = calibration;
  return {
    source: { measurementCount, errorBefore, errorAfter },
    of: (load) => ({ kind: "predicted", value: secondsOf(load, rates) }),
  };
}

function unknown(why: string): SecondsAhead {
  return {
    source: null,
    of: () => ({ kind: "not_predicted", why: `seconds are predicted from earlier measurements: ${why}` }),
  };
}

function whyNoDevice({ gpu, noGpu }: Machine): string {
  if (gpu === null) return `there is no GPU that could have been measured, ${noGpu ?? "the driver does not answer"}`;
  return `the catalogue does not know ${gpu.name}`;
}
