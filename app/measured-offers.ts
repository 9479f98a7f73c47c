import { headers } from "next/headers";
import { measuredDevices } from "@/app/calibrations";
import { requireAccess } from "@/app/validations";
import type { MeasuredOffer } from "@/components/planner/measured";
import { ProblemError } from "@/lib/api/problem";
import { calibrationText } from "@/lib/estimate/calibration-text";
import type { DeviceCalibration } from "@/lib/profile/device-calibrations";
import { deviceKeyOf } from "@/lib/profile/device-key";
import { describeMachine } from "@/lib/profile/runner/machine";
import { StoreError } from "@/lib/store/store-error";

/** Cards that were measured here, for those who may see what ran on this machine; for others, and without a store, none. */
export async function measuredOffers(): Promise<readonly MeasuredOffer[]> {
  try {
    requireAccess(new Headers(await headers()));
    const { devices } = await measuredDevices();
    const cards = devices.filter(({ key, card }) => key.device === "cuda" && card !== null);
    if (cards.length === 0) return [];
    const here = deviceKeyOf({ device: "cuda", machine: await describeMachine() });
    const isHere = ({ key }: DeviceCalibration) => here?.identity != null && here.identity === key.identity;
    // The one in this machine comes first: it is offered before others of its kind.
    return [...cards.filter(isHere), ...cards.filter((each) => !isHere(each))].flatMap((device) => {
      const { key, name, card, validationIds } = device;
      if (key.device !== "cuda" || key.gpu.id === null || card === null) return [];
      const { measurementCount } = card;
      const text = calibrationText(card);
      const whose = isHere(device) ? name : `${name}, which is not known to be the card of this machine`;
      return [{ gpuId: key.gpu.id, name: whose, text, measurementCount, checkCount: validationIds.length }];
    });
  } catch (error) {
    // A planner needs neither.
    if (error instanceof ProblemError || error instanceof StoreError) return [];
    throw error;
  }
}
