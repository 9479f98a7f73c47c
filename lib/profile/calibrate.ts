import type { GpuSpec } from "../catalogue/gpus";
import { fitRates, RATE_NAMES, type RateName, sharesOf, type TimedLoad } from "../engine/onnxruntime/fit-rates";
import { type RuntimeRates, secondsOf } from "../engine/onnxruntime/step-load";
import type { CardCalibration, MeasuredUnit } from "../estimate/calibration";
import { parsePlan } from "../plan/parse-plan";
import type { Plan } from "../plan/plan";
import { assumedRates, type ProductType } from "./assumed-rates";
import { type DeviceKey, deviceKeyOf, deviceName, isSameDevice } from "./device-key";
import { stepLoadOf } from "./predict-seconds";
import { matrixPrecision } from "./runnable-plan";
import { median } from "./statistics";
import { stepGraph } from "./step-model";
import type { Validation, ValidationRow } from "./validation";

/** What of a validation is read: on which device which plan took what. */
export type MeasuredValidation = Pick<Validation, "plan" | "device" | "machine" | "rows">;

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
    return { kind: "not_calibrated", why };
  }
  const counts = fairCounts(timed, before);
  const free = RATE_NAMES.filter((name) => counts[name] > 0);
  const after = fitRates(timed, before, free);
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

/**
 * What earlier validations of a plan's card say of it that holds for PyTorch, in the type of its products.
 *
 * @returns why, where it says nothing: no card of the catalogue, or too few measurements on it
 */
export function calibrationOfCard(
  gpu: GpuSpec,
  precision: Plan["precision"],
  earlier: readonly MeasuredValidation[],
): { readonly calibration: CardCalibration } | { readonly why: string } {
  if (gpu.id === null) return { why: `${gpu.name} is no card of the catalogue` };
  const answer = calibrate(earlier, { device: "cuda", gpu }, precision === "fp32" ? "fp32" : "fp16");
  if (answer.kind === "not_calibrated") return { why: answer.why };
  const calibration = cardCalibration(answer.calibration);
  return calibration === null ? { why: `${gpu.name} is no card of the catalogue` } : { calibration };
}

/**
 * What of it holds for PyTorch on the same card, or null for a CPU. Bandwidth does: both runtimes stream through the same
 * memory. The rate of products does for the very unit that was measured. The pace at which nodes are handed over does not:
 * there it is C++, in PyTorch Python.
 */
export function cardCalibration({
  key,
  products,
  rates,
  measurementCount,
  errorAfter,
  overheadBytes,
}: Calibration): CardCalibration | null {
  if (key.device !== "cuda" || key.gpu.id === null) return null;
  const factorOf = ({ before, after, measurementCount: count }: CalibratedRate) =>
    count === 0 ? null : { factor: after / before, measurementCount: count };
  const product = factorOf(rates.flopsPerSecond);
  const unit: MeasuredUnit = products === "fp16" ? "fp16" : key.gpu.tf32 ? "tf32" : "fp32";
  return {
    gpuId: key.gpu.id,
    products: product === null ? null : { ...product, unit },
    bandwidth: factorOf(rates.memoryBytesPerSecond),
    contextBytes:
      overheadBytes === null ? null : { bytes: overheadBytes.low, measurementCount: overheadBytes.measurementCount },
    measurementCount,
    spread: errorAfter,
  };
}

function isOf(validation: MeasuredValidation, key: DeviceKey, products: ProductType): boolean {
  const own = deviceKeyOf(validation);
  return own !== null && isSameDevice(own, key) && matrixPrecision(validation.plan) === products;
}

function timedLoads({ plan, device, rows }: MeasuredValidation): readonly TimedLoad[] {
  const timed = rows.filter(({ measured }) => measured.stepSeconds.kind === "measured");
  if (timed.length === 0) return [];
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
