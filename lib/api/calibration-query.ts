/** How a query carries measurements of a card: the same text as in a link. */

import * as z from "zod";
import type { CardCalibration } from "../estimate/calibration";
import { readCalibration } from "../estimate/calibration-text";

export const CALIBRATION_QUERY = {
  calibration: z
    .string()
    .superRefine((text, context) => {
      const reading = readCalibration(text);
      if (!reading.ok) context.addIssue({ code: "custom", message: `it ${reading.message}` });
    })
    .optional()
    .describe(
      "Measurements of a card, which stand in for what is assumed of it: what `/api/v1/calibrations` gives, or " +
        "`calibration.text` of an estimate. They change the figures of no other card",
    ),
  calibrate: z
    .enum(["true", "false"])
    .optional()
    .describe("`false`: the figures without those measurements, as if they were not given. Default: true"),
};

/** @returns null where there are none, or they are switched off */
export function calibrationIn({
  calibration,
  calibrate,
}: {
  readonly calibration?: string | undefined;
  readonly calibrate?: "true" | "false" | undefined;
}): CardCalibration | null {
  if (calibration === undefined || calibrate === "false") return null;
  const reading = readCalibration(calibration);
  return reading.ok ? reading.calibration : null;
}
