import { guarded } from "@/app/api/v1/validations/guarded";
import { measuredDevices } from "@/app/calibrations";
import { deviceAnswer, listCalibrations } from "@/lib/api/calibration-operation";
import { handle, refuseOthers } from "@/lib/api/handle";

export const GET = guarded(
  handle(listCalibrations, async () => {
    const { devices, staleCount } = await measuredDevices();
    return { devices: devices.map(deviceAnswer), staleCount };
  }),
);

export const { POST, PUT, PATCH, DELETE, OPTIONS } = refuseOthers("GET");
