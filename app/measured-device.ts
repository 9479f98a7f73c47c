import { measuredBefore } from "@/app/calibrations";
import type { UseAnswer } from "@/components/check/answers";
import { calibrationText } from "@/lib/estimate/calibration-text";
import { calibrate } from "@/lib/profile/calibrate";
import { deviceCalibrations } from "@/lib/profile/device-calibrations";
import { deviceKeyOf, isSameDevice } from "@/lib/profile/device-key";
import { matrixPrecision } from "@/lib/profile/runnable-plan";
import type { Validation } from "@/lib/profile/validation";

/** What all measurements on the device of a validation say, with this one among them. */
export async function measuredDeviceOf(validation: Validation): Promise<Extract<UseAnswer, { readonly kind: "use" }>> {
  const { validations, staleCount } = await measuredBefore(validation.device);
  const key = deviceKeyOf(validation);
  if (key === null) {
    const gpu = validation.machine?.gpu;
    const why = gpu == null ? "it ran on no device" : `the catalogue does not know ${gpu.name}`;
    return { kind: "use", measured: null, why, staleCount };
  }
  const products = matrixPrecision(validation.plan);
  const found = deviceCalibrations(validations).find((each) => isSameDevice(each.key, key));
  const own = found?.byProducts.find((each) => each.products === products);
  if (found === undefined || own === undefined || own.calibration === null) {
    const answer = calibrate(validations, key, products);
    return { kind: "use", measured: null, why: answer.kind === "not_calibrated" ? answer.why : "", staleCount };
  }
  const { rates, measurementCount, errorBefore, errorAfter } = own.calibration;
  // The others were in another type of products, and are not among the steps that are told.
  const alike = validations.filter(
    ({ id, plan }) => found.validationIds.includes(id) && matrixPrecision(plan) === products,
  );
  return {
    kind: "use",
    why: "",
    staleCount,
    measured: {
      name: found.name,
      gpuId: key.device === "cuda" ? key.gpu.id : null,
      checkCount: alike.length,
      ...{ measurementCount, rates, errorBefore, errorAfter },
      calibration: found.card === null ? null : calibrationText(found.card),
    },
  };
}
