import { nearestIndex, niceTicks } from "@/components/charts/scale";

test("ticks are round, start at zero and stay within the axis", () => {
  expect(niceTicks(25.4, 6)).toEqual([0, 5, 10, 15, 20, 25]);
  expect(niceTicks(0.9, 6)).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8]);
  expect(niceTicks(24_080, 6)).toEqual([0, 5000, 10_000, 15_000, 20_000]);
});

test("an axis without height has its zero only", () => {
  expect(niceTicks(0, 6)).toEqual([0]);
  expect(niceTicks(Number.NaN, 6)).toEqual([0]);
});

test("the nearest value is found between and beyond the ends, the earlier of two as near", () => {
  const values = [0, 10, 20, 40];
  expect([-5, 4, 5, 6, 29, 31, 99].map((target) => nearestIndex(values, target))).toEqual([0, 0, 0, 1, 2, 3, 3]);
  expect(nearestIndex([7], 100)).toBe(0);
});
