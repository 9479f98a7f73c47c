import type { StepLoad } from "../engine/onnxruntime/step-load";
import { type CalibrationAnswer, calibrate, type MeasuredValidation } from "./calibrate";
import { type DeviceKey, deviceKeyOf, isSameDevice } from "./device-key";
import { secondsRange } from "./judge-rates";
import { overheadOf, withOverhead } from "./overhead";
import { matrixPrecision } from "./runnable-plan";
import type { Device, Machine, PredictedStep, Prediction, SecondsSource, ValidationRequest } from "./validation";

/** What is predicted of a step from earlier measurements, beyond what its nodes alone say. */
export type AheadOfStep = Pick<PredictedStep, "stepSeconds" | "residentPeakBytes" | "deviceBytes">;

export interface SecondsAhead {
  /** Null where no seconds are predicted. */
  readonly source: SecondsSource | null;
  /**
   * A step that asks this of the device, whose arena takes so many bytes; where nothing is known, why there is no
   * prediction.
   */
  readonly of: (load: StepLoad, arenaBytes: number) => AheadOfStep;
}

/**
 * Seconds and memory of a step on the device that a validation runs on, from what was measured on that very device before.
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
  const answer = calibrate(earlier, key, matrixPrecision(plan), machine);
  const secondsOf = secondsFrom(answer);
  const wholeOf = wholeFrom(earlier, key);
  return {
    source: answer.kind === "calibrated" ? sourceOf(answer) : null,
    of: (load, arenaBytes) => ({ stepSeconds: secondsOf(load), ...wholeOf(arenaBytes) }),
  };
}

function sourceOf({ calibration }: Extract<CalibrationAnswer, { readonly kind: "calibrated" }>): SecondsSource {
  const { measurementCount, errorBefore, errorAfter, notes } = calibration;
  return { measurementCount, errorBefore, errorAfter, notes };
}

function secondsFrom(answer: CalibrationAnswer): (load: StepLoad) => Prediction {
  if (answer.kind === "not_calibrated")
    return () => notPredicted(`seconds are predicted from ${EARLIER}: ${answer.why}`);
  const { judged } = answer.calibration;
  return (load) => {
    const { low, likely, high } = secondsRange(load, judged);
    return { kind: "predicted", value: likely, low, high };
  };
}

/** Of the process, or of the card, from what either took beside the arena. */
function wholeFrom(earlier: readonly MeasuredValidation[], key: DeviceKey) {
  const own = earlier.filter((validation) => {
    const other = deviceKeyOf(validation);
    return other !== null && isSameDevice(other, key);
  });
  const overhead = overheadOf(
    own.flatMap(({ rows }) => rows),
    key.device,
  );
  return (arenaBytes: number) =>
    named(key.device, overhead === null ? notPredicted(NOT_SEEN) : withOverhead(arenaBytes, overhead));
}

const EARLIER = "earlier measurements";
const NOT_SEEN = `what is taken beside the arena is known from ${EARLIER} alone, and there are none on this device`;

function named(device: Device, prediction: Prediction): Omit<AheadOfStep, "stepSeconds"> {
  return device === "cuda" ? { deviceBytes: prediction } : { residentPeakBytes: prediction };
}

function unknown(why: string): SecondsAhead {
  return {
    source: null,
    of: () => ({ stepSeconds: notPredicted(`seconds are predicted from ${EARLIER}: ${why}`) }),
  };
}

function notPredicted(why: string): Prediction {
  return { kind: "not_predicted", why };
}

function whyNoDevice({ gpu, noGpu }: Machine): string {
  if (gpu === null) return `there is no GPU that could have been measured, ${noGpu ?? "the driver does not answer"}`;
  return `the catalogue does not know ${gpu.name}`;
}
