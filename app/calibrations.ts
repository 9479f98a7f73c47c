/** What the validations that this server keeps say of its devices. */

import { type DeviceCalibration, deviceCalibrations, withKeptLoads } from "@/lib/profile/device-calibrations";
import { DEVICES, type Device, type Validation } from "@/lib/profile/validation";
import * as store from "@/lib/store/validations";

/** Of the newest validations, since an old one ran on a machine that may have changed. */
const MOST_VALIDATIONS = 100;

export interface MeasuredBefore {
  readonly validations: readonly Validation[];
  /** Timed steps of other versions, which were left out. */
  readonly staleCount: number;
}

export async function measuredBefore(device: Device): Promise<MeasuredBefore> {
  return withKeptLoads(await store.listEnded(device, MOST_VALIDATIONS));
}

export async function measuredDevices(): Promise<{
  readonly devices: readonly DeviceCalibration[];
  readonly staleCount: number;
}> {
  const all = await Promise.all(DEVICES.map(measuredBefore));
  return {
    devices: all.flatMap(({ validations }) => deviceCalibrations(validations)),
    staleCount: all.reduce((sum, { staleCount }) => sum + staleCount, 0),
  };
}
