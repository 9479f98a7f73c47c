import { brokenSearchLimits, compareSearches } from "../../scripts/accuracy/search/search-report";

test("searches that Optuna ran lie within the range, and with its default sampler near the likely figure", () => {
  const comparisons = compareSearches();
  expect(comparisons.length).toBeGreaterThanOrEqual(12);
  expect(brokenSearchLimits(comparisons)).toEqual([]);
});

test("a mean outside the range and one far from the likely figure are named", () => {
  const row = { name: "50 x 5", sampler: "tpe", simulated: 0.9, low: 0.3, likely: 0.5, high: 0.7 } as const;
  expect(brokenSearchLimits([row])).toEqual([
    "50 x 5, tpe: 0.900 is not within 0.300..0.700",
    "50 x 5, tpe: 0.900 is further than 0.08 from 0.500",
  ]);
  expect(brokenSearchLimits([{ ...row, simulated: 0.69, sampler: "random" }])).toEqual([]);
});
