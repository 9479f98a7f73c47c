import { estimateFixture } from "@/__tests__/fixtures/estimate";
import { ageText, dayText, priceOrigin, timeAndCostSentence, usdText } from "@/components/answer/time-words";

const estimate = estimateFixture();
const [cost] = estimate.cost;
if (cost === undefined) throw new Error("the fixture has no cost");

test("one sentence tells duration, range, cards, cost, and whose price of which day", () => {
  expect(timeAndCostSentence(estimate)).toBe(
    "2 h 30 min (2.0–3.3 h) on 1 × NVIDIA GeForce RTX 4090, about $1.25 at Lambda's price of 1 November 2026 (26 days old)",
  );
});

test("the user's own price is called theirs", () => {
  expect(priceOrigin({ ...cost, offer: null, usdPerGpuHour: 0.4 })).toBe("your price of $0.40 per GPU and hour");
});

test("a price without a day is said to have none", () => {
  const offer = cost.offer === null ? null : { ...cost.offer, asOf: null, ageDays: null };
  expect(priceOrigin({ ...cost, offer })).toBe("Lambda's price, which is not dated");
});

test("without a price the sentence says why, and invents none", () => {
  const sentence = timeAndCostSentence({ ...estimate, cost: [], noCost: "no provider lists a card of your own" });
  expect(sentence).toBe(
    "2 h 30 min (2.0–3.3 h) on 1 × NVIDIA GeForce RTX 4090; no cost, as no provider lists a card of your own",
  );
});

test("without a time there is no sentence", () => {
  expect(timeAndCostSentence({ ...estimate, time: null, cost: [] })).toBeNull();
});

test("a run that comes to less than a cent is not called free", () => {
  expect(usdText(0)).toBe("less than $0.01");
  expect(usdText(1.25)).toBe("$1.25");
});

test("days are told as people write them, and their age as people say it", () => {
  expect(dayText("2026-05-24")).toBe("24 May 2026");
  expect([0, 1, 187].map(ageText)).toEqual(["of today", "1 day old", "187 days old"]);
});
