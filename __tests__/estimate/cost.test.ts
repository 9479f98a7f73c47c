import fc from "fast-check";
import { PRICE_OFFERS } from "../../lib/catalogue/prices";
import { leastRunCost, runCosts, usdFor } from "../../lib/estimate/cost";

const TODAY = "2026-06-01";
const hour = { low: 3600, likely: 3600, high: 3600 };
const question = { seconds: hour, gpuId: "h100-sxm5-80gb", gpuCount: 1, ownUsdPerGpuHour: null, today: TODAY };

const durations = fc
  .tuple(fc.double({ min: 0, max: 1e8, noNaN: true }), fc.double({ min: 0, max: 1e8, noNaN: true }))
  .map(([a, b]) => ({ low: Math.min(a, b), likely: (a + b) / 2, high: Math.max(a, b) }));

describe("the cost of a run", () => {
  test("is hours times price to the cent", () => {
    // 2 h 30 min at 1.99 USD: 4.975, halves up.
    expect(usdFor(9000, 1.99)).toBe(4.98);
    expect(usdFor(100 * 3600, 98.32)).toBe(9832);
    expect(usdFor(0, 98.32)).toBe(0);
  });

  test("is hours × price × GPUs to the cent for every offer and the user's own price", () => {
    fc.assert(
      fc.property(
        durations,
        fc.constantFrom(...new Set(PRICE_OFFERS.map(({ gpuId }) => gpuId))),
        fc.integer({ min: 1, max: 16 }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (seconds, gpuId, gpuCount, ownUsdPerGpuHour) => {
          const { own, offers } = runCosts({ seconds, gpuId, gpuCount, ownUsdPerGpuHour, today: TODAY });
          for (const cost of own === null ? offers : [own, ...offers]) {
            for (const end of ["low", "likely", "high"] as const) {
              const exact = (seconds[end] / 3600) * cost.usdPerGpuHour * cost.billedGpuCount;
              expect(Math.abs(cost.usd[end] - exact)).toBeLessThan(0.005 + 1e-9 * exact);
              expect(Number(cost.usd[end].toFixed(2))).toBe(cost.usd[end]);
            }
            expect(cost.usd.low).toBeLessThanOrEqual(cost.usd.high);
          }
        },
      ),
    );
  });

  test("ranks offers by what is paid", () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 1, max: 16 }), (seconds, gpuCount) => {
        const paid = runCosts({ ...question, seconds, gpuCount }).offers.map(({ usd }) => usd.likely);
        expect(paid).toEqual([...paid].sort((a, b) => a - b));
      }),
    );
  });

  test("of the cheapest offers alone is what all offers begin with", () => {
    const all = runCosts({ ...question, gpuCount: 3 }).offers;
    expect(runCosts({ ...question, gpuCount: 3, mostOffers: 2 }).offers).toEqual(all.slice(0, 2));
    expect(leastRunCost({ ...question, gpuCount: 3 })).toEqual(all[0]);
  });

  test("is at the user's own price where one is given, beside the offers", () => {
    const own = { ...question, gpuCount: 4, ownUsdPerGpuHour: 0.5 };
    const answer = runCosts(own);
    expect(answer.own).toMatchObject({ offer: null, billedGpuCount: 4, usd: { likely: 2 } });
    expect(answer.offers.length).toBeGreaterThan(0);
    expect(leastRunCost(own)).toEqual(answer.own);
  });

  test("of a card without a price is no figure but a reason", () => {
    const answer = runCosts({ ...question, gpuId: "mi210" });
    expect(answer).toEqual({ own: null, offers: [], noOffer: "no provider's price for mi210 is known" });
    expect(leastRunCost({ ...question, gpuId: "mi210" })).toBeNull();
    expect(leastRunCost({ ...question, gpuId: null, ownUsdPerGpuHour: 0 })?.usd.likely).toBe(0);
  });

  test("keeps the reason of the duration's range", () => {
    const { offers } = runCosts({ ...question, seconds: { ...hour, reason: "few measurements" } });
    expect(offers[0]?.usd.reason).toBe("few measurements");
  });

  test("is never made of a figure that is none", () => {
    expect(() => usdFor(Number.NaN, 1)).toThrow(RangeError);
    expect(() => usdFor(1, -1)).toThrow(RangeError);
  });
});
