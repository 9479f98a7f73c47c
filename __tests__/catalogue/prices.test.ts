import fc from "fast-check";
import { resolveGpu } from "../../lib/catalogue/gpus";
import {
  type OfferFilter,
  offersFor,
  PRICE_OFFERS,
  type RentableOffer,
  STALE_AFTER_DAYS,
} from "../../lib/catalogue/prices";
import { SOURCES, type Source } from "../../lib/catalogue/sources";

const TODAY = "2026-06-01";

function rentable(gpuId: string, gpuCount: number, filter: OfferFilter = {}): readonly RentableOffer[] {
  const found = offersFor(gpuId, gpuCount, TODAY, filter);
  if (found.kind === "no_price") throw new Error(found.reason);
  return found.offers;
}

const pricedGpus = fc.constantFrom(...new Set(PRICE_OFFERS.map(({ gpuId }) => gpuId)));

describe("the price table", () => {
  test("holds 500 offers of 26 providers, each of a card of the catalogue with a price above zero", () => {
    expect(PRICE_OFFERS).toHaveLength(500);
    expect(new Set(PRICE_OFFERS.map(({ provider }) => provider)).size).toBe(26);
    for (const { gpuId, gpuCount, usdPerHour } of PRICE_OFFERS) {
      expect(resolveGpu(gpuId)).toMatchObject({ ok: true, gpu: { id: gpuId } });
      expect(Number.isSafeInteger(gpuCount) && gpuCount >= 1).toBe(true);
      expect(usdPerHour).toBeGreaterThan(0);
    }
  });

  test("dates every offer or says that its source does not, and names the source", () => {
    for (const { asOf, source } of PRICE_OFFERS) {
      expect(asOf ?? "2026-01-01").toMatch(/^202[5-6]-\d{2}-\d{2}$/);
      const { url }: Source = SOURCES[source];
      expect(url).toMatch(/^https:/);
    }
    expect(PRICE_OFFERS.filter(({ asOf }) => asOf === null)).toHaveLength(94);
  });
});

describe("offers for a number of GPUs", () => {
  test("come cheapest first and hold the GPUs that are asked for", () => {
    fc.assert(
      fc.property(pricedGpus, fc.integer({ min: 1, max: 64 }), (gpuId, gpuCount) => {
        const offers = rentable(gpuId, gpuCount);
        const totals = offers.map(({ totalUsdPerHour }) => totalUsdPerHour);
        expect(totals).toEqual([...totals].sort((a, b) => a - b));
        for (const offer of offers) {
          expect(offer.billedGpuCount).toBeGreaterThanOrEqual(gpuCount);
          // One instance fewer would not do.
          expect(offer.billedGpuCount - offer.gpuCount).toBeLessThan(gpuCount);
        }
      }),
    );
  });

  test("never get cheaper with more GPUs", () => {
    fc.assert(
      fc.property(pricedGpus, fc.integer({ min: 1, max: 32 }), (gpuId, gpuCount) => {
        const cheapest = (count: number) => rentable(gpuId, count)[0]?.totalUsdPerHour ?? 0;
        expect(cheapest(gpuCount)).toBeLessThanOrEqual(cheapest(gpuCount + 1));
      }),
    );
  });

  test("charge for the whole of an instance that is larger than the plan", () => {
    const offer = rentable("v100-sxm2-32gb", 2).find(({ instanceType }) => instanceType === "p3dn.24xlarge");
    expect(offer).toMatchObject({
      gpuCount: 8,
      instanceCount: 1,
      billedGpuCount: 8,
      totalUsdPerHour: offer?.usdPerHour,
    });
  });

  test("can be narrowed by kind, provider, region, price, age and machine", () => {
    const providers = rentable("h100-sxm5-80gb", 1, { providers: ["AWS", "Lambda"] }).map(({ provider }) => provider);
    expect(new Set(providers)).toEqual(new Set(["AWS", "Lambda"]));
    const kinds = rentable("h100-sxm5-80gb", 1, { kinds: ["spot"] }).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(["spot"]));
    for (const { region } of rentable("l4", 1, { regions: ["us-central1"] }))
      expect(["us-central1", "any", "global"]).toContain(region);
    for (const { usdPerGpuHour } of rentable("h100-sxm5-80gb", 8, { maxUsdPerGpuHour: 2.5 }))
      expect(usdPerGpuHour).toBeLessThanOrEqual(2.5);
    for (const { stale } of rentable("h100-sxm5-80gb", 8, { freshOnly: true })) expect(stale).toBeNull();
    for (const { instanceCount } of rentable("h100-sxm5-80gb", 8, { gpusTogether: 8 })) expect(instanceCount).toBe(1);
  });
});

describe("a price that may no longer hold", () => {
  test("is flagged on the first day after its kind's term", () => {
    const [offer] = rentable("l40s", 1, { kinds: ["on_demand"], providers: ["Verda"] });
    expect(offer?.asOf).toBe("2026-05-24");
    const staleOn = (today: string) => {
      const found = offersFor("l40s", 1, today, { kinds: ["on_demand"], providers: ["Verda"] });
      return found.kind === "offers" ? found.offers[0]?.stale : undefined;
    };
    // 180 days after 24 May is 20 November.
    expect(STALE_AFTER_DAYS.on_demand).toBe(180);
    expect(staleOn("2026-11-20")).toBeNull();
    expect(staleOn("2026-11-21")).toContain("181 days old");
  });

  test("is flagged when its source does not date it", () => {
    const [offer] = rentable("a100-pcie-80gb", 1, { kinds: ["marketplace"], regions: ["Oklahoma"] }).filter(
      ({ asOf }) => asOf === null,
    );
    expect(offer?.stale).toContain("does not date");
  });
});

describe("no price", () => {
  test("is said of a card that nobody lists, never invented", () => {
    expect(offersFor("mi210", 1, TODAY)).toEqual({
      kind: "no_price",
      reason: "no provider's price for mi210 is known",
    });
    expect(offersFor(null, 1, TODAY)).toMatchObject({ kind: "no_price" });
  });

  test("is told apart from a filter that nothing passes", () => {
    const found = offersFor("h100-sxm5-80gb", 1, TODAY, { maxUsdPerGpuHour: 0.01 });
    expect(found).toMatchObject({ kind: "no_price", reason: expect.stringContaining("passes the filter") });
  });

  test("is not the answer to a question that makes no sense", () => {
    expect(() => offersFor("t4", 1, "2026-02-30")).toThrow(RangeError);
    expect(() => offersFor("t4", 0, TODAY)).toThrow(RangeError);
    expect(() => offersFor("t4", 1.5, TODAY)).toThrow(RangeError);
  });
});
