/** What a store of validations says of each device that was measured in it. */

import type { CardCalibration } from "../estimate/calibration";
import type { ProductType } from "./assumed-rates";
import { type Calibration, calibrate, type MeasuredValidation } from "./calibrate";
import { elsewhereNotes } from "./calibration-notes";
import { calibrationOfCard } from "./card-calibration";
import { type DeviceKey, deviceKeyOf, deviceName, isSameDevice } from "./device-key";
import { keptLoad } from "./load-counting";
import type { Validation } from "./validation";

export interface DeviceCalibration {
  readonly key: DeviceKey;
  readonly name: string;
  /** Of the validations that something was timed in, the newest first. */
  readonly validationIds: readonly string[];
  /** For later validations, by the type of their products; of a type in which nothing was timed there is none. */
  readonly byProducts: readonly {
    readonly products: ProductType;
    readonly timedCount: number;
    readonly calibration: Calibration | null;
    /** Why there is none. */
    readonly why: string | null;
  }[];
  /** For estimates; null on a CPU, of which no estimate is made, and where too little was measured. */
  readonly card: CardCalibration | null;
  /** What to mind of the measurements, and which were left out. */
  readonly notes: readonly string[];
}

/** Those of each device together, in the order in which devices appear. */
export function deviceCalibrations(
  validations: readonly (MeasuredValidation & Pick<Validation, "id">)[],
): DeviceCalibration[] {
  const groups: { readonly key: DeviceKey; readonly own: (typeof validations)[number][] }[] = [];
  for (const validation of validations) {
    const key = deviceKeyOf(validation);
    if (key === null || timedCount([validation]) === 0) continue;
    const group = groups.find((each) => isSameDevice(each.key, key));
    if (group === undefined) groups.push({ key, own: [validation] });
    else group.own.push(validation);
  }
  return groups.map(({ key, own }) => {
    const answer = key.device === "cuda" ? calibrationOfCard(key.gpu, own) : null;
    const byProducts = (["fp32", "fp16"] as const).flatMap((products) => {
      const timed = timedCount(own.filter(({ plan }) => (plan.precision === "fp32") === (products === "fp32")));
      if (timed === 0) return [];
      const answered = calibrate(own, key, products);
      const calibration = answered.kind === "calibrated" ? answered.calibration : null;
      return [{ products, timedCount: timed, calibration, why: answered.kind === "calibrated" ? null : answered.why }];
    });
    return {
      key,
      name: deviceName(key),
      validationIds: own.map(({ id }) => id),
      byProducts,
      card: answer?.kind === "calibrated" ? answer.calibration : null,
      notes: [
        ...new Set([
          ...byProducts.flatMap(({ calibration }) => calibration?.notes ?? []),
          ...elsewhereNotes(validations, key),
        ]),
      ],
    };
  });
}

/**
 * The validations without the timed steps whose load was not kept, or counted otherwise than today. To count one anew its
 * models must be written, a tenth of a second and more, for which a server that answers others has no time.
 */
export function withKeptLoads<V extends MeasuredValidation>(
  validations: readonly V[],
): { readonly validations: readonly V[]; readonly staleCount: number } {
  const kept = validations.map((validation) => ({
    ...validation,
    rows: validation.rows.filter((row) => !isTimed(row) || keptLoad(row.load, validation.device) !== null),
  }));
  return { validations: kept, staleCount: timedCount(validations) - timedCount(kept) };
}

function timedCount(validations: readonly Pick<MeasuredValidation, "rows">[]): number {
  return validations.flatMap(({ rows }) => rows.filter(isTimed)).length;
}

function isTimed({ measured }: MeasuredValidation["rows"][number]): boolean {
  return measured.stepSeconds.kind === "measured";
}
