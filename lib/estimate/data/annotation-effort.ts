import {
  ANNOTATION_PRICES,
  ANNOTATION_TIMES,
  type AnnotationMethod,
  type AnnotationPrice,
  type AnnotationTime,
  PRICED_AS,
} from "../../catalogue/annotation";
import { HOUR_SECONDS } from "../../units";
import type { Interval } from "../estimate";
import { type Factor, type Term, term } from "../term";
import type { AnnotationWish } from "./data-request";

/** Labelling some images: people's time and what it costs. */
export interface AnnotationEffort {
  readonly method: AnnotationMethod;
  readonly label: string;
  readonly imageCount: number;
  /** Labels to be made, redundancy included. */
  readonly unitCount: number;
  readonly seconds: Interval;
  readonly secondsTerm: Term;
  /** Null when neither the user nor a vendor's list gives a price. */
  readonly costUsd: Interval | null;
  readonly costTerm: Term | null;
  /** The list prices that the range spans; empty when the user gave a rate. */
  readonly prices: readonly AnnotationPrice[];
  readonly status: "given" | "measured" | "assumed";
  readonly note: string | null;
}

/** @param imageCount  images to label, in all splits */
export function annotationEffort(imageCount: number, wish: AnnotationWish): AnnotationEffort {
  const time: AnnotationTime = ANNOTATION_TIMES[wish.method];
  const objectsPerImage = time.unit === "image" ? 1 : wish.objectsPerImage;
  const units: Factor[] = [
    { name: "images", value: imageCount, unit: "images" },
    ...(time.unit === "image"
      ? []
      : [{ name: `${time.unit} count an image`, value: objectsPerImage, unit: `per image` }]),
    { name: "people who label each", value: wish.redundancy, unit: "labels" },
  ];
  const unitCount = imageCount * objectsPerImage * wish.redundancy;
  const perUnit = wish.secondsPerUnit === null ? time.seconds : same(wish.secondsPerUnit);
  const [source] = wish.secondsPerUnit === null ? time.sources : [];
  const secondsTerm = term("annotation", "Labelling", "seconds", [
    ...units,
    {
      name: `time for one ${time.unit}`,
      value: perUnit.likely,
      unit: "seconds",
      ...(source === undefined ? {} : { source }),
    },
  ]);
  const seconds = scaled(perUnit, unitCount, timeReason(wish, time));
  const cost = costOf(units, unitCount, seconds, wish);
  return {
    method: wish.method,
    label: time.label,
    imageCount,
    unitCount,
    seconds,
    secondsTerm,
    costUsd: cost?.interval ?? null,
    costTerm: cost?.term ?? null,
    prices: cost?.prices ?? [],
    status: wish.secondsPerUnit === null ? time.status : "given",
    note: wish.secondsPerUnit === null ? (time.note ?? null) : null,
  };
}

interface Cost {
  readonly interval: Interval;
  readonly term: Term;
  readonly prices: readonly AnnotationPrice[];
}

/** The user's own rate first, then vendors' lists. */
function costOf(units: readonly Factor[], unitCount: number, seconds: Interval, wish: AnnotationWish): Cost | null {
  if (wish.usdPerUnit !== null) {
    const price = { name: "your price", value: wish.usdPerUnit, unit: "USD" };
    return {
      interval: scaled(same(wish.usdPerUnit), unitCount, "your price for one label"),
      term: term("cost", "Cost of labelling", "USD", [...units, price]),
      prices: [],
    };
  }
  if (wish.usdPerHour !== null) {
    const rate = wish.usdPerHour / HOUR_SECONDS;
    return {
      interval: scaled(seconds, rate, "your hourly rate; the range is that of the time"),
      term: term("cost", "Cost of labelling", "USD", [
        { name: "labelling", value: seconds.likely / HOUR_SECONDS, unit: "hours" },
        { name: "your hourly rate", value: wish.usdPerHour, unit: "USD per hour" },
      ]),
      prices: [],
    };
  }
  const work = PRICED_AS[wish.method];
  const prices = ANNOTATION_PRICES.filter((price) => price.work === work);
  const ascending = prices.map(({ usdPerUnit }) => usdPerUnit).sort((a, b) => a - b);
  const [low, high] = [ascending[0], ascending.at(-1)];
  const likely = ascending[Math.floor((ascending.length - 1) / 2)];
  if (low === undefined || high === undefined || likely === undefined) return null;
  const middle = prices.find(({ usdPerUnit }) => usdPerUnit === likely);
  return {
    interval: scaled({ low, likely, high }, unitCount, "from the cheapest to the dearest list price"),
    term: term("cost", "Cost of labelling", "USD", [
      ...units,
      {
        name: "list price for one label, the middle of the list",
        value: likely,
        unit: "USD",
        ...(middle === undefined ? {} : { source: middle.source }),
      },
    ]),
    prices,
  };
}

function timeReason(wish: AnnotationWish, time: AnnotationTime): string {
  if (wish.secondsPerUnit !== null) return "your own time for one label";
  if (time.status === "assumed") return "an assumed range: no measurement was found";
  return time.seconds.low === time.seconds.high ? "a single published mean; yours will differ" : "as published";
}

function same(value: number): Interval {
  return { low: value, likely: value, high: value };
}

function scaled({ low, likely, high }: Interval, factor: number, reason: string): Interval {
  return { low: low * factor, likely: likely * factor, high: high * factor, reason };
}
