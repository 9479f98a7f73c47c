/** What a GPU costs to rent: dated offers, the ones that can carry a run, and whether they are still to be believed. */

import { DAY_SECONDS } from "../units";
import { PRICE_TABLE } from "./price-table";
import type { SourceId } from "./sources";

/**
 * How a price comes about. `on_demand` and `serverless` are list prices; a `spot` machine can be taken away; a
 * `marketplace` or `community` price is what single hosts asked for on that day.
 */
export type PriceKind = "on_demand" | "serverless" | "spot" | "marketplace" | "community";

export type PriceNote = keyof typeof PRICE_NOTES;

/** Instances of one provider read on one day, in the form of `price-table.ts`. */
export interface PriceGroup {
  readonly provider: string;
  readonly source: SourceId;
  /** The provider's page that the source read. */
  readonly page?: string;
  /** Day of the price; `null` where the source does not date it. */
  readonly asOf: string | null;
  readonly offers: readonly (readonly [
    gpuId: string,
    gpuCount: number,
    kind: PriceKind,
    region: string,
    usdPerHour: number,
    instanceType: string | null,
    notes?: readonly PriceNote[],
  ])[];
}

export interface PriceOffer {
  readonly provider: string;
  /** A catalogue id. */
  readonly gpuId: string;
  /** GPUs of one instance. */
  readonly gpuCount: number;
  readonly kind: PriceKind;
  readonly region: string;
  /** USD per hour of the whole instance, as listed. */
  readonly usdPerHour: number;
  readonly usdPerGpuHour: number;
  readonly instanceType: string | null;
  /** Such as "2026-05-24"; `null` where the source does not date it. */
  readonly asOf: string | null;
  readonly notes: readonly string[];
  readonly page: string | null;
  readonly source: SourceId;
}

/** An offer as it would be rented for a number of GPUs. */
export interface RentableOffer extends PriceOffer {
  /** Instances needed; more than one means separate machines, unless the provider puts them together. */
  readonly instanceCount: number;
  /** GPUs that are paid for: more than asked when the instance is larger. */
  readonly billedGpuCount: number;
  /** USD per hour of all instances. */
  readonly totalUsdPerHour: number;
  readonly ageDays: number | null;
  /** Why the price may no longer hold; `null` for one that is recent enough. */
  readonly stale: string | null;
}

/** Which offers are wanted. An absent entry restricts nothing. */
export interface OfferFilter {
  readonly kinds?: readonly PriceKind[];
  readonly providers?: readonly string[];
  /** Offers that hold in any region always pass. */
  readonly regions?: readonly string[];
  readonly maxUsdPerGpuHour?: number;
  readonly freshOnly?: boolean;
  /** Only instances of at least so many GPUs: what is linked inside one machine cannot be rented in pieces. */
  readonly gpusTogether?: number;
}

export type Offers =
  | { readonly kind: "offers"; readonly offers: readonly RentableOffer[] }
  /** Nobody's price is known, or none passes the filter; `reason` says which. */
  | { readonly kind: "no_price"; readonly reason: string };

/**
 * Days after which a price is flagged. Assumed, as the table holds no offer twice: list prices are revised a few times
 * a year; what is left over, or asked by single hosts, moves within days, and after a month tells only the order.
 */
export const STALE_AFTER_DAYS = {
  on_demand: 180,
  serverless: 180,
  spot: 30,
  marketplace: 30,
  community: 30,
} as const satisfies Record<PriceKind, number>;

/** What to know before renting, beside the price. */
const PRICE_NOTES = {
  "cheapest-live-offer": "The cheapest host of that day; others ask for more.",
  "cpu-and-memory-extra": "Processors and memory are billed separately.",
  fluctuates: "The provider says that the price moves by about 15 %.",
  "gpu-count-recalled": "GPUs per instance were not in the source and were filled in from the provider's documents.",
  "gpu-over-network": "The GPU is reached over the network: transfers to it are slower than on a local card.",
  interruptible: "The machine can be taken away.",
  "memory-mislabelled": "The provider's page states another memory size than the card has.",
  "page-of-2024": "The provider's page was dated July 2024.",
  "production-tier": "The provider's tier for steady use.",
  "prototyping-tier": "The provider's cheaper tier, with less assurance.",
  "rarely-available": "Rarely free in practice.",
  "secure-cloud": "In the provider's own data centres.",
  "sold-in-eights": "Sold only as a machine of eight; the price is per GPU.",
  "varies-between-hosts": "Hosts ask for very different prices.",
} as const;

/** Every offer, grouped by provider and day. */
export const PRICE_OFFERS: readonly PriceOffer[] = PRICE_TABLE.flatMap((group: PriceGroup) =>
  group.offers.map(([gpuId, gpuCount, kind, region, usdPerHour, instanceType, notes = []]) => ({
    provider: group.provider,
    gpuId,
    gpuCount,
    kind,
    region,
    usdPerHour,
    usdPerGpuHour: usdPerHour / gpuCount,
    instanceType,
    asOf: group.asOf,
    notes: notes.map((note) => PRICE_NOTES[note]),
    page: group.page ?? null,
    source: group.source,
  })),
);

const offersByGpu: ReadonlyMap<string, readonly PriceOffer[]> = groupByGpu(PRICE_OFFERS);

/** The table has few days and many offers. */
const dayOfPrice: ReadonlyMap<string, number | null> = new Map(
  PRICE_OFFERS.flatMap(({ asOf }) => (asOf === null ? [] : [[asOf, dayNumber(asOf)]])),
);

/**
 * The offers that can run a plan, cheapest first: whole instances, as many as hold the GPUs, so that a larger instance is
 * paid for in full.
 *
 * @param gpuId     a catalogue id; `null` for a card that the user described, which nobody lists
 * @param gpuCount  GPUs that train together, at least 1
 * @param today     such as "2026-11-27": prices are judged by their age on this day
 * @param most      how many of the cheapest are wanted
 * @throws {RangeError} when `today` is no date or `gpuCount` no count
 */
export function offersFor(
  gpuId: string | null,
  gpuCount: number,
  today: string,
  filter: OfferFilter = {},
  most: number = Number.POSITIVE_INFINITY,
): Offers {
  const day = dayNumber(today);
  if (day === null) throw new RangeError(`${today} is not a day such as 2026-11-27`);
  if (!(Number.isSafeInteger(gpuCount) && gpuCount >= 1)) throw new RangeError(`${gpuCount} is not a count of GPUs`);
  if (gpuId === null) return { kind: "no_price", reason: "no provider lists a card of your own" };
  const listed = offersByGpu.get(gpuId) ?? [];
  if (listed.length === 0) return { kind: "no_price", reason: `no provider's price for ${gpuId} is known` };
  const offers: RentableOffer[] = [];
  for (const offer of cheapestFirst(listed, gpuCount)) {
    if (offers.length >= most) break;
    if (!passes(offer, filter)) continue;
    const rented = rentable(offer, gpuCount, day);
    if (filter.freshOnly !== true || rented.stale === null) offers.push(rented);
  }
  if (offers.length > 0) return { kind: "offers", offers };
  return { kind: "no_price", reason: noneReason(gpuId, listed, filter) };
}

function noneReason(gpuId: string, listed: readonly PriceOffer[], { gpusTogether = 1 }: OfferFilter): string {
  return listed.every(({ gpuCount }) => gpuCount < gpusTogether)
    ? `none of the ${listed.length} known offers of ${gpuId} has ${gpusTogether} GPUs in one machine`
    : `none of the ${listed.length} known offers of ${gpuId} passes the filter`;
}

/** Equal prices keep the order of the table, with fewer machines first. */
function cheapestFirst(listed: readonly PriceOffer[], gpuCount: number): PriceOffer[] {
  const ranked = listed.map((offer) => {
    const instances = Math.ceil(gpuCount / offer.gpuCount);
    return { offer, instances, usd: instances * offer.usdPerHour };
  });
  return ranked.sort((a, b) => a.usd - b.usd || a.instances - b.instances).map(({ offer }) => offer);
}

function rentable(offer: PriceOffer, gpuCount: number, today: number): RentableOffer {
  const instanceCount = Math.ceil(gpuCount / offer.gpuCount);
  const asOf = offer.asOf === null ? null : (dayOfPrice.get(offer.asOf) ?? null);
  const ageDays = asOf === null ? null : today - asOf;
  return {
    ...offer,
    instanceCount,
    billedGpuCount: instanceCount * offer.gpuCount,
    totalUsdPerHour: instanceCount * offer.usdPerHour,
    ageDays,
    stale: staleness(offer, ageDays),
  };
}

function staleness({ kind }: PriceOffer, ageDays: number | null): string | null {
  if (ageDays === null) return "the source does not date the price";
  const limit = STALE_AFTER_DAYS[kind];
  if (ageDays <= limit) return null;
  return `the price is ${ageDays} days old, and ${kind.replace("_", "-")} prices are trusted for ${limit}`;
}

/** Of what a filter asks, all but the age of the price. */
function passes(offer: PriceOffer, filter: OfferFilter): boolean {
  const { kinds, providers, regions, maxUsdPerGpuHour = Number.POSITIVE_INFINITY } = filter;
  return (
    (kinds === undefined || kinds.includes(offer.kind)) &&
    (providers === undefined || providers.includes(offer.provider)) &&
    (regions === undefined || EVERYWHERE.includes(offer.region) || regions.includes(offer.region)) &&
    offer.usdPerGpuHour <= maxUsdPerGpuHour &&
    offer.gpuCount >= (filter.gpusTogether ?? 1)
  );
}

const EVERYWHERE: readonly string[] = ["any", "global"];

function groupByGpu(offers: readonly PriceOffer[]): ReadonlyMap<string, readonly PriceOffer[]> {
  const groups = new Map<string, PriceOffer[]>();
  for (const offer of offers) {
    const group = groups.get(offer.gpuId);
    if (group === undefined) groups.set(offer.gpuId, [offer]);
    else group.push(offer);
  }
  return groups;
}

/** Days since 1970, or null for a text that is not a day of the calendar. */
function dayNumber(text: string): number | null {
  const milliseconds = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(text)) return null;
  return milliseconds / (1000 * DAY_SECONDS);
}
