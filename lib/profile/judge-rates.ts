/** Which rates measurements speak for, judged by measurements that had no part in them. */

import {
  type FittedRates,
  fitRates,
  MODEL_ERROR,
  RATE_NAMES,
  type RateName,
  rateVariance,
  type TimedLoad,
} from "../engine/onnxruntime/fit-rates";
import { type RuntimeRates, type StepLoad, secondsOf } from "../engine/onnxruntime/step-load";
import { median, reachOfNineInTen } from "./statistics";

/** `assumed`: nothing moves. `together`: all rates by one factor. `each`: every rate to its own place. */
export const RATE_MODELS = ["assumed", "together", "each"] as const;
export type RateModel = (typeof RATE_MODELS)[number];

export interface JudgedRates extends FittedRates {
  readonly model: RateModel;
  /** Median error of predictions, as a fraction: of the assumed rates, and of rates from the other plans. */
  readonly errorBefore: number;
  readonly errorAfter: number;
  /** Of ln(measured/predicted) of a step that was not measured, besides what is not known of the rates. */
  readonly deviation: number;
  /** How many errors that was seen on, those it is assumed from included. */
  readonly freedom: number;
}

export type RateJudgement =
  | { readonly kind: "judged"; readonly judged: JudgedRates }
  /** Predicted from the others, most are off by more than a factor that any use could bear. */
  | { readonly kind: "contradictory"; readonly error: number };

/** Beyond this factor measurements do not describe one device. */
const CONTRADICTION = 1.5;
/** Errors beyond a factor of two are as bad as one of two: a single wild measurement must not decide. */
const WORST_COUNTED = Math.log(2);
/** How many errors the deviation that is assumed of the model counts for. */
const ASSUMED_FREEDOM = 4;
/** Each takes a fit of what is left. */
const MOST_FOLDS = 12;

/**
 * Leaves out the measurements of one plan after the other, predicts them from the rest, and takes that way of moving rates
 * by which they are met best, the simplest of equals. With a single plan its batch sizes are left out one by one.
 *
 * @param measurements at least two
 */
export function judgeRates(
  measurements: readonly TimedLoad[],
  assumed: RuntimeRates,
  free: readonly RateName[],
): RateJudgement {
  const folds = foldsOf(measurements);
  const errorsOf = (model: RateModel) => folds.map((fold) => foldErrors(fold, model, assumed, free));
  const judged = RATE_MODELS.map((model) => ({ model, errors: errorsOf(model) }));
  const best = judged.reduce((a, b) => (cost(b.errors) < cost(a.errors) ? b : a));
  const typical = median(best.errors.map(meanSize));
  if (typical > Math.log(CONTRADICTION)) return { kind: "contradictory", error: Math.exp(typical) - 1 };
  const [before] = judged;
  const freedom = ASSUMED_FREEDOM + folds.length;
  const squares = best.errors.reduce((sum, errors) => sum + meanSquare(errors), ASSUMED_FREEDOM * MODEL_ERROR ** 2);
  return {
    kind: "judged",
    judged: {
      ...fitted(measurements, best.model, assumed, free),
      model: best.model,
      errorBefore: medianError((before ?? best).errors),
      errorAfter: medianError(best.errors),
      deviation: Math.sqrt(squares / freedom),
      freedom,
    },
  };
}

interface Fold {
  readonly kept: readonly TimedLoad[];
  readonly left: readonly TimedLoad[];
}

function foldsOf(measurements: readonly TimedLoad[]): Fold[] {
  const plans = new Set(measurements.map(({ plan }) => plan));
  const groupOf = (index: number) => (plans.size < 2 ? index : [...plans].indexOf(measurements[index]?.plan));
  const count = Math.min(MOST_FOLDS, plans.size < 2 ? measurements.length : plans.size);
  return Array.from({ length: count }, (_, fold) => ({
    kept: measurements.filter((_each, index) => groupOf(index) % count !== fold),
    left: measurements.filter((_each, index) => groupOf(index) % count === fold),
  }));
}

/** ln(predicted/measured) of what was left out. */
function foldErrors({ kept, left }: Fold, model: RateModel, assumed: RuntimeRates, free: readonly RateName[]) {
  const { rates } = fitted(kept, model, assumed, free);
  return left.map(({ load, seconds }) => Math.log(secondsOf(load, rates) / seconds));
}

function fitted(
  measurements: readonly TimedLoad[],
  model: RateModel,
  assumed: RuntimeRates,
  free: readonly RateName[],
): FittedRates {
  if (model === "assumed") return { rates: assumed, covariance: RATE_NAMES.map(() => RATE_NAMES.map(() => 0)) };
  return fitRates(measurements, assumed, { free, together: model === "together" });
}

function cost(errors: readonly (readonly number[])[]): number {
  const capped = errors.map((own) => meanSize(own.map((error) => Math.min(Math.abs(error), WORST_COUNTED))));
  return meanSize(capped);
}

function meanSize(errors: readonly number[]): number {
  return errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
}

function meanSquare(errors: readonly number[]): number {
  return errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
}

function medianError(errors: readonly (readonly number[])[]): number {
  return median(errors.flat().map((error) => Math.abs(Math.exp(error) - 1)));
}

export interface SecondsRange {
  readonly low: number;
  readonly likely: number;
  readonly high: number;
}

/** Nine of ten steps lie within, by Student's distribution: the fewer were measured and the less they agree, the wider. */
export function secondsRange(load: StepLoad, judged: JudgedRates): SecondsRange {
  const likely = secondsOf(load, judged.rates);
  const spread = Math.sqrt(judged.deviation ** 2 + rateVariance(load, judged)) * reachOfNineInTen(judged.freedom);
  return { low: likely * Math.exp(-spread), likely, high: likely * Math.exp(spread) };
}
