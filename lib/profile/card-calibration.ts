import type { GpuSpec } from "../catalogue/gpus";
import type { CardCalibration, MeasuredUnit } from "../estimate/calibration";
import type { ProductType } from "./assumed-rates";
import { type CalibratedRate, type Calibration, calibrate, type MeasuredValidation } from "./calibrate";
import { deviceKeyOf, isSameDevice } from "./device-key";

export type CardCalibrationAnswer =
  | {
      readonly kind: "calibrated";
      readonly calibration: CardCalibration;
      /** What to mind of the measurements, where that is known: a link does not say. */
      readonly notes?: readonly string[];
    }
  | { readonly kind: "not_calibrated"; readonly why: string };

/** More of a figure than a measurement has, and few enough to stand in a link. */
const DIGITS = 4;

/**
 * What earlier validations say of a card that holds for PyTorch on it, in either type of products. Bandwidth does: both
 * runtimes stream through the same memory. The rate of products does for the very unit that was measured. Of the pace at
 * which nodes are handed over the factor does: there it is C++ and in PyTorch Python, on the same processor.
 *
 * @returns why, where they say nothing: no card of the catalogue, or too few measurements on it
 */
export function calibrationOfCard(gpu: GpuSpec, earlier: readonly MeasuredValidation[]): CardCalibrationAnswer {
  if (gpu.id === null) return { kind: "not_calibrated", why: `${gpu.name} is no card of the catalogue` };
  const key = { device: "cuda", gpu } as const;
  const own = earlier.filter((validation) => {
    const other = deviceKeyOf(validation);
    return other !== null && isSameDevice(other, key);
  });
  // Without any the reason counts them all, other devices included.
  const from = own.length === 0 ? earlier : own;
  const answers = (["fp32", "fp16"] as const).map((products) => calibrate(from, key, products));
  const found = answers.flatMap((answer) => (answer.kind === "calibrated" ? [answer.calibration] : []));
  if (found.length > 0) {
    const calibration = cardCalibration(gpu.id, gpu.tf32, found);
    const notes = [...new Set(found.flatMap((each) => each.notes))];
    return { kind: "calibrated", calibration: { ...calibration, ...measuredOn(own) }, notes };
  }
  const whys = answers.flatMap((answer) => (answer.kind === "not_calibrated" ? [answer.why] : []));
  return { kind: "not_calibrated", why: whys.find((why) => !why.startsWith("0 ")) ?? whys[0] ?? "" };
}

/** The day of the newest validation in which something was timed. */
function measuredOn(own: readonly MeasuredValidation[]): Pick<CardCalibration, "measuredOn"> {
  const days = own.flatMap(({ createdAt, rows }) =>
    createdAt !== undefined && rows.some(({ measured }) => measured.stepSeconds.kind === "measured")
      ? [createdAt.slice(0, "2026-11-27".length)]
      : [],
  );
  const newest = days.sort().at(-1);
  return newest === undefined ? {} : { measuredOn: newest };
}

/** @param found calibrations of one card, in one type of products or in both */
export function cardCalibration(gpuId: string, hasTf32: boolean, found: readonly Calibration[]): CardCalibration {
  const measured = (rate: CalibratedRate) => rate.measurementCount > 0;
  const bandwidths = found.map(({ rates }) => rates.memoryBytesPerSecond).filter(measured);
  const launches = found.map(({ rates }) => rates.secondsPerNode).filter(measured);
  const overheads = found.flatMap(({ overheadBytes }) => (overheadBytes === null ? [] : [overheadBytes]));
  return {
    gpuId,
    products: found
      .filter(({ rates }) => measured(rates.flopsPerSecond))
      .map(({ products, rates: { flopsPerSecond: rate } }) => ({
        unit: unitOf(products, hasTf32),
        factor: rounded(rate.after / rate.before),
        measurementCount: rate.measurementCount,
      })),
    bandwidth: bandwidths.length === 0 ? null : pooled(bandwidths),
    ...(launches.length === 0 ? {} : { launch: pooled(launches) }),
    contextBytes:
      overheads.length === 0
        ? null
        : { bytes: Math.min(...overheads.map(({ low }) => low)), measurementCount: countOf(overheads) },
    measurementCount: countOf(found),
    spread: Number(Math.max(...found.map(({ errorAfter }) => errorAfter)).toFixed(DIGITS)),
  };
}

/** The provider multiplies fp32 in TF32 where the card has it. */
function unitOf(products: ProductType, hasTf32: boolean): MeasuredUnit {
  if (products === "fp16") return "fp16";
  return hasTf32 ? "tf32" : "fp32";
}

/** One memory, seen in steps of either type: the mean of the logarithms, each by how many measurements stand behind it. */
function pooled(rates: readonly CalibratedRate[]) {
  const measurementCount = countOf(rates);
  const sum = rates.reduce((total, rate) => total + rate.measurementCount * Math.log(rate.after / rate.before), 0);
  return { factor: rounded(Math.exp(sum / measurementCount)), measurementCount };
}

function countOf(all: readonly { readonly measurementCount: number }[]): number {
  return all.reduce((sum, { measurementCount }) => sum + measurementCount, 0);
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
