import { RATE_NAMES, type RateName, sharesOf, type TimedLoad } from "../engine/onnxruntime/fit-rates";
import type { RuntimeRates } from "../engine/onnxruntime/step-load";
import { formatCount, formatPercent } from "../format";
import { parsePlan } from "../plan/parse-plan";
import { assumedRates, type ProductType } from "./assumed-rates";
import { calibrationNotes, disturbedNote, elsewhereNotes } from "./calibration-notes";
import { type DeviceKey, deviceKeyOf, deviceName, isSameDevice, isSameKind } from "./device-key";
import { type JudgedRates, judgeRates } from "./judge-rates";
import { keptLoad } from "./load-counting";
import { isDisturbed, timedLoad } from "./measured-load";
import { type OverheadBytes, overheadOf } from "./overhead";
import { stepLoadOf } from "./predict-seconds";
import { matrixPrecision } from "./runnable-plan";
import { reachOfNineInTen } from "./statistics";
import { stepGraph } from "./step-model";
import type { Machine, Validation, ValidationRow } from "./validation";

/** What of a validation is read: on which device which plan took what. */
export type MeasuredValidation = Pick<Validation, "plan" | "device" | "machine" | "rows"> &
  Partial<Pick<Validation, "createdAt">>;

export interface CalibratedRate {
  readonly before: number;
  readonly after: number;
  /** The rate lies between them with nine chances in ten, as far as these measurements tell; both are `after` where it was kept. */
  readonly low: number;
  readonly high: number;
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
  /** Predicted over measured seconds, off by so much in the median, as a fraction. After: with rates from other plans alone. */
  readonly errorBefore: number;
  readonly errorAfter: number;
  /** The rates with what is not known of them, to predict a range from. */
  readonly judged: JudgedRates;
  /** What to mind of the measurements, and which were left out. */
  readonly notes: readonly string[];
  /** Bytes of a card beside the runtime's arena, over all measurements that have them. */
  readonly overheadBytes: OverheadBytes | null;
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
 * products, are left out, and so are steps that other programs disturbed.
 *
 * @param now the machine that predictions are for, to say what has changed since; null: as it was measured last
 */
export function calibrate(
  validations: readonly MeasuredValidation[],
  key: DeviceKey,
  products: ProductType,
  now: Machine | null = null,
): CalibrationAnswer {
  const before = assumedRates(key.device === "cuda" ? key.gpu : null, products);
  if (before === null) return { kind: "not_calibrated", why: `${deviceName(key)} has no rates to start from` };
  const own = validations.filter((validation) => isOf(validation, key, products));
  const timed = own.flatMap(timedLoads);
  if (timed.length < FEWEST_MEASUREMENTS) {
    const why = `${timed.length} of at least ${FEWEST_MEASUREMENTS} steps were timed on ${deviceName(key)} in ${products}`;
    return { kind: "not_calibrated", why: `${why}${leftOut(validations, own, key, products)}` };
  }
  const counts = fairCounts(timed, before);
  const free = RATE_NAMES.filter((name) => counts[name] > 0);
  const judgement = judgeRates(timed, before, free);
  if (judgement.kind === "contradictory") {
    const error = formatPercent(judgement.error);
    const why = `the ${formatCount(timed.length)} steps that were timed on ${deviceName(key)} contradict each other: predicted from the others, most are off by ${error} and more. Check again while nothing else runs`;
    return { kind: "not_calibrated", why };
  }
  const { judged } = judgement;
  return {
    kind: "calibrated",
    calibration: {
      key,
      products,
      rates: calibratedRatesOf(judged, before, counts),
      measurementCount: timed.length,
      errorBefore: judged.errorBefore,
      errorAfter: judged.errorAfter,
      judged,
      notes: calibrationNotes(own, validations, key, now),
      overheadBytes: overheadOf(
        own.flatMap(({ rows }) => rows),
        key.device,
      ),
    },
  };
}

/** For predictions of later validations. */
export function calibratedRates({ judged }: Calibration): RuntimeRates {
  return judged.rates;
}

function calibratedRatesOf(
  { rates, covariance, freedom }: JudgedRates,
  before: RuntimeRates,
  counts: Readonly<Record<RateName, number>>,
): Calibration["rates"] {
  const rateOf = (name: RateName): CalibratedRate => {
    const index = RATE_NAMES.indexOf(name);
    const spread = Math.exp(Math.sqrt(covariance[index]?.[index] ?? 0) * reachOfNineInTen(freedom));
    return {
      before: before[name],
      after: rates[name],
      low: rates[name] / spread,
      high: rates[name] * spread,
      measurementCount: counts[name],
      missing: counts[name] > 0 ? null : MISSING[name],
    };
  };
  return {
    flopsPerSecond: rateOf("flopsPerSecond"),
    memoryBytesPerSecond: rateOf("memoryBytesPerSecond"),
    secondsPerNode: rateOf("secondsPerNode"),
  };
}

function isOf(validation: MeasuredValidation, key: DeviceKey, products: ProductType): boolean {
  const own = deviceKeyOf(validation);
  return own !== null && isSameDevice(own, key) && matrixPrecision(validation.plan) === products;
}

/** What was timed besides, so that nobody wonders where it is: "; 6 in fp16, which say nothing of fp32, are left out". */
function leftOut(
  validations: readonly MeasuredValidation[],
  own: readonly MeasuredValidation[],
  key: DeviceKey,
  products: ProductType,
): string {
  const other = products === "fp32" ? "fp16" : "fp32";
  const inOther = timedCount(validations.filter((validation) => isOf(validation, key, other)));
  const elsewhere = timedCount(
    validations.filter((validation) => {
      const device = deviceKeyOf(validation);
      return device === null || !isSameKind(device, key);
    }),
  );
  return [
    ...(inOther === 0 ? [] : [`; ${inOther} in ${other} say nothing of products in ${products}`]),
    ...[...disturbedNote(own), ...elsewhereNotes(validations, key)].map((note) => `; ${note}`),
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
  const timed = rows.filter((row) => isTimed(row) && !isDisturbed(row, device));
  if (timed.length === 0) return [];
  const kept = timed.flatMap(({ load, others, measured: { stepSeconds } }) => {
    const own = keptLoad(load, device);
    return own !== null && stepSeconds.kind === "measured"
      ? [timedLoad(own, { seconds: stepSeconds, others }, validation)]
      : [];
  });
  // Counting anew writes two models for each batch size, a tenth of a second and more.
  if (kept.length === timed.length) return kept;
  const parsed = parsePlan(plan);
  // A kept validation of a plan that today's version refuses says nothing that could be compared.
  if (!parsed.ok) return [];
  const graph = stepGraph(parsed);
  const precision = matrixPrecision(plan);
  return timed.flatMap(({ batchSize, others, measured: { stepSeconds } }) =>
    stepSeconds.kind === "measured"
      ? [timedLoad(stepLoadOf(graph, { batchSize, precision, device }), { seconds: stepSeconds, others }, validation)]
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
