/**
 * A calibration as one word of a link: the card, then name, value and number of measurements of each figure, such as
 * `h100-sxm5-80gb,fp16_0.92_6,bandwidth_0.81_9,context_573571072_9,steps_9,spread_0.031`. Whoever opens the link has the
 * same figures, on any server and without the validations that they come from.
 */

import { resolveGpu } from "../catalogue/gpus";
import { type CardCalibration, MEASURED_UNITS } from "./calibration";

export const LONGEST_CALIBRATION = 300;

/** A card that is so many times faster or slower than its kind was not measured but mistaken. */
const FACTORS = { min: 0.02, max: 50 } as const;
/** No context takes more; see `uncertainty.ts` for what they do take. */
const MOST_CONTEXT_BYTES = 2 ** 36;
const MOST_MEASUREMENTS = 100_000;

export type CalibrationReading =
  | { readonly ok: true; readonly calibration: CardCalibration }
  /** Completes "the calibration …". */
  | { readonly ok: false; readonly message: string };

export function calibrationText(calibration: CardCalibration): string {
  const { gpuId, products, bandwidth, launch, contextBytes, measurementCount, spread } = calibration;
  return [
    gpuId,
    ...products.map(({ unit, factor, measurementCount: count }) => `${unit}_${factor}_${count}`),
    ...(bandwidth === null ? [] : [`bandwidth_${bandwidth.factor}_${bandwidth.measurementCount}`]),
    ...(launch === undefined ? [] : [`launch_${launch.factor}_${launch.measurementCount}`]),
    ...(contextBytes === null ? [] : [`context_${contextBytes.bytes}_${contextBytes.measurementCount}`]),
    `steps_${measurementCount}`,
    `spread_${spread}`,
    ...(calibration.measuredOn === undefined ? [] : [`on_${calibration.measuredOn.replaceAll("-", "")}`]),
  ].join(",");
}

/** Says what is wrong first of all; a text that a program wrote has nothing wrong with it. */
export function readCalibration(text: string): CalibrationReading {
  if (text.length > LONGEST_CALIBRATION) return refused(`has more than ${LONGEST_CALIBRATION} characters`);
  const [gpuId = "", ...entries] = text.split(",");
  const found = resolveGpu(gpuId);
  if (!found.ok || found.gpu.id !== gpuId) return refused(`must begin with a card of the catalogue, not "${gpuId}"`);
  const figures = new Map<string, Figure>();
  for (const entry of entries) {
    const [name = "", value = "", count, ...rest] = entry.split("_");
    const figure = { value: numberOf(value), count: count === undefined ? null : numberOf(count) };
    const problem = rest.length > 0 ? "has too many parts" : problemWith(name, figure);
    if (problem !== null) return refused(`says "${entry}", which ${problem}`);
    if (figures.has(name)) return refused(`says ${name} twice`);
    figures.set(name, figure);
  }
  const [steps, spread] = [figures.get("steps"), figures.get("spread")];
  if (steps === undefined || spread === undefined) return refused("must say steps and spread");
  const factorOf = (name: string) => {
    const figure = figures.get(name);
    return figure === undefined ? null : { factor: figure.value, measurementCount: figure.count ?? 0 };
  };
  const launch = factorOf("launch");
  const context = figures.get("context");
  const products = MEASURED_UNITS.flatMap((unit) => {
    const factor = factorOf(unit);
    return factor === null ? [] : [{ ...factor, unit }];
  });
  return {
    ok: true,
    calibration: {
      gpuId,
      products,
      bandwidth: factorOf("bandwidth"),
      ...(launch === null ? {} : { launch }),
      contextBytes: context === undefined ? null : { bytes: context.value, measurementCount: context.count ?? 0 },
      measurementCount: steps.value,
      spread: spread.value,
      ...measuredOnIn(figures),
    },
  };
}

/** Links of older versions do not say it. */
function measuredOnIn(figures: ReadonlyMap<string, Figure>): Pick<CardCalibration, "measuredOn"> {
  const day = figures.get("on");
  return day === undefined ? {} : { measuredOn: dayText(day.value) };
}

/** 20261127 is 2026-11-27. */
function dayText(day: number): string {
  return String(day).replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

interface Figure {
  readonly value: number;
  readonly count: number | null;
}

function problemWith(name: string, { value, count }: Figure): string | null {
  const isCount = (number: number | null) =>
    number !== null && Number.isInteger(number) && number >= 1 && number <= MOST_MEASUREMENTS;
  if (name === "steps") return count === null && isCount(value) ? null : "is no number of measurements";
  if (name === "on") return count === null && isDay(dayText(value)) ? null : "is no day";
  if (name === "spread") return count === null && value >= 0 && value <= FACTORS.max ? null : "is no spread";
  if (!isCount(count)) return "does not end with how many measurements stand behind it";
  if (name === "context") {
    return Number.isInteger(value) && value > 0 && value <= MOST_CONTEXT_BYTES ? null : "is no number of bytes";
  }
  if (name !== "bandwidth" && name !== "launch" && !MEASURED_UNITS.some((unit) => unit === name)) {
    return `is none of ${[...MEASURED_UNITS, "bandwidth", "launch", "context", "steps", "spread", "on"].join(", ")}`;
  }
  const { min, max } = FACTORS;
  return value >= min && value <= max ? null : `is not a factor from ${min} to ${max}`;
}

/** NaN, which no bound lets pass, for what is no plain decimal. */
function numberOf(text: string): number {
  return /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN;
}

function refused(message: string): CalibrationReading {
  return { ok: false, message };
}
