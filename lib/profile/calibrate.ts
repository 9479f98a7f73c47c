import { fitRates, RATE_NAMES, type RateName, sharesOf, type TimedLoad } from "../engine/onnxruntime/fit-rates";
import { type RuntimeRates, secondsOf } from "../engine/onnxruntime/step-load";
import { parsePlan } from "../plan/parse-plan";
import { assumedRates, type ProductType } from "./assumed-rates";
import { type DeviceKey, deviceKeyOf, deviceName, isSameDevice } from "./device-key";
import { keptLoad } from "./load-counting";
import { stepLoadOf } from "./predict-seconds";
import { matrixPrecision } from "./runnable-plan";
import { median } from "./statistics";
import { stepGraph } from "./step-model";
import type { Validation, ValidationRow } from "./validation";

/** What of a validation is read: on which device which plan took what. */
export type MeasuredValidation = Pick<Validation, "plan" | "device" | "machine" | "rows"> &
  Partial<Pick<Validation, "createdAt">>;

export interface CalibratedRate {
  readonly before: number;
  readonly after: number;
  /** Measurements in which the rate accounts for a fair part of the seconds; 0: it was kept as it was. */
  readonly measurementCount: number;
  /** What to measure so that it can be known, or null. */
  readonly missing: string | null;
}

/** A device as its validations show it. */
export interface Calibration {
  readonly key: DeviceKey;
  readonly products: ProductType;
  readonly rates: Readonly<Record<RateName, CalibratedRate>>;
  readonly measurementCount: number;
  /** Predicted over measured seconds, off by so much in the median, as a fraction. */
  readonly errorBefore: number;
  readonly errorAfter: number;
  /** Bytes of a card beside the runtime's arena, over all measurements that have them. */
  readonly overheadBytes: OverheadBytes | null;
}

export interface OverheadBytes {
  readonly low: number;
  readonly median: number;
  readonly high: number;
  readonly measurementCount: number;
}

export type CalibrationAnswer =
  | { readonly kind: "calibrated"; readonly calibration: Calibration }
  | { readonly kind: "not_calibrated"; readonly why: string };

/** One measurement of seconds leaves open whether the machine or the model of it is off. */
const FEWEST_MEASUREMENTS = 2;
/** A rate is known from steps in which it accounts for at least this part of the seconds. */
const FAIR_SHARE = 0.1;

const MISSING: Readonly<Record<RateName, string>> = {
  flopsPerSecond: "a step of a larger batch, in which matrix products take a tenth of the time",
  memoryBytesPerSecond: "a full fine-tune at a small batch, in which passes over memory take a tenth of the time",
  secondsPerNode: "a step of a small model or batch, in which starting kernels takes a tenth of the time",
};

/**
 * The rates of one device from what was measured on it. Validations of other devices, and of another type of matrix
 * products, are left out.
 */
export function calibrate(
  validations: readonly MeasuredValidation[],
  key: DeviceKey,
  products: ProductType,
): CalibrationAnswer {
  const before = assumedRates(key.device === "cuda" ? key.gpu : null, products);
  if (before === null) return { kind: "not_calibrated", why: `${deviceName(key)} has no rates to start from` };
  const own = validations.filter((validation) => isOf(validation, key, products));
  const timed = own.flatMap(timedLoads);
  if (timed.length < FEWEST_MEASUREMENTS) {
    const why = `${timed.length} of at least ${FEWEST_MEASUREMENTS} steps were timed on ${deviceName(key)} in ${products}`;
    return { kind: "not_calibrated", why: `${why}${leftOut(validations, key, products)}` };
  }
  const counts = fairCounts(timed, before);
  const free = RATE_NAMES.filter((name) => counts[name] > 0);
  const fitted = fitRates(timed, before, free);
  // Steps that do not agree with each other can pull the rates away from most of them: then what is assumed is the better.
  const isBetter = medianError(timed, fitted) < medianError(timed, before);
  const after = isBetter ? fitted : before;
  const rateOf = (name: RateName): CalibratedRate => ({
    before: before[name],
    after: after[name],
    measurementCount: counts[name],
    missing: counts[name] > 0 ? null : MISSING[name],
  });
  return {
    kind: "calibrated",
    calibration: {
      key,
      products,
      rates: {
        flopsPerSecond: rateOf("flopsPerSecond"),
        memoryBytesPerSecond: rateOf("memoryBytesPerSecond"),
        secondsPerNode: rateOf("secondsPerNode"),
      },
      measurementCount: timed.length,
      errorBefore: medianError(timed, before),
      errorAfter: medianError(timed, after),
      overheadBytes: overheadOf(own.flatMap(({ rows }) => rows)),
    },
  };
}

/** For predictions of later validations. */
export function calibratedRates({ rates }: Calibration): RuntimeRates {
  return {
    flopsPerSecond: rates.flopsPerSecond.after,
    memoryBytesPerSecond: rates.memoryBytesPerSecond.after,
    secondsPerNode: rates.secondsPerNode.after,
  };
}

function isOf(validation: MeasuredValidation, key: DeviceKey, products: ProductType): boolean {
  const own = deviceKeyOf(validation);
  return own !== null && isSameDevice(own, key) && matrixPrecision(validation.plan) === products;
}

/** What was timed besides, so that nobody wonders where it is: "; 6 in fp16, which say nothing of fp32, are left out". */
function leftOut(validations: readonly MeasuredValidation[], key: DeviceKey, products: ProductType): string {
  const other = products === "fp32" ? "fp16" : "fp32";
  const inOther = timedCount(validations.filter((validation) => isOf(validation, key, other)));
  const elsewhere = timedCount(validations) - inOther - timedCount(validations.filter((v) => isOf(v, key, products)));
  return [
    ...(inOther === 0 ? [] : [`; ${inOther} in ${other} say nothing of products in ${products}`]),
    ...(elsewhere === 0 ? [] : [`; ${elsewhere} on other devices are left out`]),
  ].join("");
}

function timedCount(validations: readonly MeasuredValidation[]): number {
  return validations.flatMap(({ rows }) => rows.filter(isTimed)).length;
}

function isTimed({ measured }: ValidationRow): boolean {
  return measured.stepSeconds.kind === "measured";
}

function timedLoads(validation: MeasuredValidation): readonly TimedLoad[] {
  const { plan, device, rows } = validation;
  const timed = rows.filter(isTimed);
  if (timed.length === 0) return [];
  const kept = timed.flatMap(({ load, measured: { stepSeconds } }) => {
    const own = keptLoad(load, device);
    return own !== null && stepSeconds.kind === "measured" ? [{ load: own, seconds: stepSeconds.median }] : [];
  });
  // Counting anew writes two models for each batch size, a tenth of a second and more.
  if (kept.length === timed.length) return kept;
  const parsed = parsePlan(plan);
  // A kept validation of a plan that today's version refuses says nothing that could be compared.
  if (!parsed.ok) return [];
  const graph = stepGraph(parsed);
  const precision = matrixPrecision(plan);
  return timed.flatMap(({ batchSize, measured: { stepSeconds } }) =>
    stepSeconds.kind === "measured"
      ? [{ load: stepLoadOf(graph, { batchSize, precision, device }), seconds: stepSeconds.median }]
      : [],
  );
}

function fairCounts(timed: readonly TimedLoad[], rates: RuntimeRates): Readonly<Record<RateName, number>> {
  const countOf = (name: RateName) => timed.filter(({ load }) => sharesOf(load, rates)[name] >= FAIR_SHARE).length;
  return {
    flopsPerSecond: countOf("flopsPerSecond"),
    memoryBytesPerSecond: countOf("memoryBytesPerSecond"),
    secondsPerNode: countOf("secondsPerNode"),
  };
}

function medianError(timed: readonly TimedLoad[], rates: RuntimeRates): number {
  return median(timed.map(({ load, seconds }) => Math.abs(secondsOf(load, rates) / seconds - 1)));
}

function overheadOf(rows: readonly ValidationRow[]): OverheadBytes | null {
  const bytes = rows.flatMap(({ measured: { deviceBytes, arenaBytes } }) =>
    deviceBytes.kind === "measured" && arenaBytes.kind === "measured" && deviceBytes.value > arenaBytes.value
      ? [deviceBytes.value - arenaBytes.value]
      : [],
  );
  if (bytes.length === 0) return null;
  return {
    low: Math.min(...bytes),
    median: median(bytes),
    high: Math.max(...bytes),
    measurementCount: bytes.length,
  };
}
