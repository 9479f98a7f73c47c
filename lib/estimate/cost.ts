/** What a run costs: hours × price × GPUs, for the user's own price and for every offer that could carry it. */

import { type OfferFilter, offersFor, type RentableOffer } from "../catalogue/prices";
import { HOUR_SECONDS } from "../units";
import type { Interval } from "./estimate";

/** One way to pay for a run. */
export interface Cost {
  /** The offer that is paid; `null` for the user's own price. */
  readonly offer: RentableOffer | null;
  readonly usdPerGpuHour: number;
  /** GPUs that are paid for: more than the plan uses when the instance is larger. */
  readonly billedGpuCount: number;
  /** USD to the cent, for the low, likely and high duration. Nothing but the hours is in it. */
  readonly usd: Interval;
}

export interface CostAnswer {
  /** The user's own price, where one was given. */
  readonly own: Cost | null;
  /** Cheapest first. */
  readonly offers: readonly Cost[];
  /** Why there is no offer; `null` when there is one. */
  readonly noOffer: string | null;
}

export interface CostQuestion {
  /** The whole run, by the clock. */
  readonly seconds: Interval;
  /** A catalogue id; `null` for a card that the user described. */
  readonly gpuId: string | null;
  readonly gpuCount: number;
  /** USD; `null` when the user has given none. */
  readonly ownUsdPerGpuHour: number | null;
  /** Such as "2026-11-27". */
  readonly today: string;
  readonly filter?: OfferFilter;
  /** How many of the cheapest offers are wanted; all by default. */
  readonly mostOffers?: number;
}

/** Nothing is invented: without an own price and without an offer there is no cost, and `noOffer` says why. */
export function runCosts(question: CostQuestion): CostAnswer {
  const { seconds, gpuId, gpuCount, ownUsdPerGpuHour, today, filter, mostOffers } = question;
  const found = offersFor(gpuId, gpuCount, today, filter, mostOffers);
  return {
    own: ownUsdPerGpuHour === null ? null : ownCost(seconds, gpuCount, ownUsdPerGpuHour),
    offers: found.kind === "no_price" ? [] : found.offers.map((offer) => offeredCost(seconds, offer)),
    noOffer: found.kind === "no_price" ? found.reason : null,
  };
}

/** What a person would pay: their own price where they gave one, else the cheapest offer; `null` when neither is known. */
export function leastRunCost(question: CostQuestion): Cost | null {
  const { seconds, gpuCount, ownUsdPerGpuHour } = question;
  if (ownUsdPerGpuHour !== null) return ownCost(seconds, gpuCount, ownUsdPerGpuHour);
  return runCosts({ ...question, mostOffers: 1 }).offers[0] ?? null;
}

/**
 * Hours times price, to the cent. Cents are rounded to the nearest, halves up; providers bill by the second to the hour,
 * so that a bill may differ by an hour's price.
 *
 * @param seconds    duration of the run
 * @param usdPerHour  of everything that is rented
 * @throws {RangeError} for a negative or infinite figure: that is a bug, never a bill
 */
export function usdFor(seconds: number, usdPerHour: number): number {
  if (!(Number.isFinite(seconds) && seconds >= 0 && Number.isFinite(usdPerHour) && usdPerHour >= 0)) {
    throw new RangeError(`${seconds} s at ${usdPerHour} USD per hour is no bill`);
  }
  const cents = (seconds / HOUR_SECONDS) * usdPerHour * CENTS_PER_USD;
  // Binary fractions leave 497.5 a hair below: half a cent is what is within rounding of it.
  return Math.round(cents * (1 + 4 * Number.EPSILON)) / CENTS_PER_USD;
}

const CENTS_PER_USD = 100;

function ownCost(seconds: Interval, gpuCount: number, usdPerGpuHour: number): Cost {
  return { offer: null, usdPerGpuHour, billedGpuCount: gpuCount, usd: usdOver(seconds, gpuCount * usdPerGpuHour) };
}

function offeredCost(seconds: Interval, offer: RentableOffer): Cost {
  const { usdPerGpuHour, billedGpuCount, totalUsdPerHour } = offer;
  return { offer, usdPerGpuHour, billedGpuCount, usd: usdOver(seconds, totalUsdPerHour) };
}

function usdOver(seconds: Interval, usdPerHour: number): Interval {
  return {
    low: usdFor(seconds.low, usdPerHour),
    likely: usdFor(seconds.likely, usdPerHour),
    high: usdFor(seconds.high, usdPerHour),
    ...(seconds.reason === undefined ? {} : { reason: seconds.reason }),
  };
}
