/** Measurements of a card that an address carries beside its plan. */

import type { Estimate } from "@/lib/estimate/estimate";
import { formatCount } from "@/lib/format";

/** Parameters of the page, beside those of the plan. */
export const MEASURED_PARAMETERS = ["calibration", "calibrate"] as const;

/** Nothing in it is checked here: the answer says what cannot be read. */
export interface Measured {
  /** Such as `h100-sxm5-80gb,bandwidth_0.81_9,steps_9,spread_0.031`. */
  readonly text: string;
  /** Whether the figures rest on them; switched off they stay in the address, to be switched on again. */
  readonly isOn: boolean;
}

export function measuredIn(query: URLSearchParams): Measured | null {
  const text = query.get("calibration");
  return text === null || text === "" ? null : { text, isOn: query.get("calibrate") !== "false" };
}

/** To be put behind a plan's own parameters; empty where there are none. */
export function measuredQuery(measured: Measured | null): string {
  if (measured === null) return "";
  const text = encodeURIComponent(measured.text).replaceAll("%2C", ",");
  return `&calibration=${text}${measured.isOn ? "" : "&calibrate=false"}`;
}

/** What is sent with a plan to be answered: null where nothing measured is to enter it. */
export function usedText(measured: Measured | null): string | null {
  return measured?.isOn === true ? measured.text : null;
}

/** What shows the measurements of a plan's card, and lets them be taken in and out, is given. */
export interface MeasuredProps {
  readonly estimate: Estimate;
  readonly measured: Measured | null;
  readonly offers: readonly MeasuredOffer[];
  readonly onChange: (measured: Measured | null) => void;
}

/** Measurements of a card that this server keeps, and whoever looks may use. */
export interface MeasuredOffer {
  readonly gpuId: string;
  readonly name: string;
  readonly text: string;
  readonly measurementCount: number;
  readonly checkCount: number;
}

/** Those of a card; a card that is none of the catalogue has none. */
export function offerFor(offers: readonly MeasuredOffer[], gpuId: string | null): MeasuredOffer | null {
  return offers.find((offer) => offer.gpuId === gpuId) ?? null;
}

export function offerText({ name, measurementCount, checkCount }: MeasuredOffer): string {
  const checks = checkCount === 1 ? "one check" : `${formatCount(checkCount)} checks`;
  const steps = measurementCount === 1 ? "one step that was" : `${formatCount(measurementCount)} steps that were`;
  return `This server keeps ${steps} timed on ${name} in ${checks}. These figures rest on what is assumed of the card.`;
}
