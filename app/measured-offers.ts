import { headers } from "next/headers";
import { measuredDevices } from "@/app/calibrations";
import { requireAccess } from "@/app/validations";
import type { MeasuredOffer } from "@/components/planner/measured";
import { ProblemError } from "@/lib/api/problem";
import { calibrationText } from "@/lib/estimate/calibration-text";
import { StoreError } from "@/lib/store/store-error";

/** Cards that were measured here, for those who may see what ran on this machine; for others, and without a store, none. */
export async function measuredOffers(): Promise<readonly MeasuredOffer[]> {
  try {
    requireAccess(new Headers(await headers()));
    const { devices } = await measuredDevices();
    return devices.flatMap(({ key, name, card, validationIds }) => {
      if (key.device !== "cuda" || key.gpu.id === null || card === null) return [];
      const { measurementCount } = card;
      const text = calibrationText(card);
      return [{ gpuId: key.gpu.id, name, text, measurementCount, checkCount: validationIds.length }];
    });
  } catch (error) {
    // A planner needs neither.
    if (error instanceof ProblemError || error instanceof StoreError) return [];
    throw error;
  }
}
