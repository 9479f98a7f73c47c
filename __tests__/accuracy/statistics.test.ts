import { GIB } from "../../lib/units";
import { outOfMemoryRates } from "../../scripts/accuracy/out-of-memory";
import { quantile, relativeError, summarize } from "../../scripts/accuracy/statistics";

test("an estimate above the truth has a positive error", () => {
  expect(relativeError(110, 100)).toBeCloseTo(0.1, 12);
  expect(relativeError(90, 100)).toBeCloseTo(-0.1, 12);
});

test("nothing estimated where nothing was measured is exact, something is wholly wrong", () => {
  expect(relativeError(0, 0)).toBe(0);
  expect(relativeError(5, 0)).toBe(1);
});

test("quantiles lie between the nearest ranks", () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5, 12);
  expect(quantile([7], 0.9)).toBe(7);
});

test("a summary sizes errors without their sign and keeps the sign in the bias", () => {
  const summary = summarize([-0.3, 0.1, 0.1]);
  expect(summary).toMatchObject({ count: 3, median: 0.1, worst: 0.3 });
  expect(summary.bias).toBeCloseTo(-0.1 / 3, 12);
});

test("an empty set has no summary", () => {
  expect(() => summarize([])).toThrow(RangeError);
});

test("a need of 13 GiB said to be 11 is missed on the 12 GiB card and on no other", () => {
  // It runs out on cards of 8 and 12 GiB and fits the five larger ones.
  const rates = outOfMemoryRates([{ estimated: 11 * GIB, measured: 13 * GIB }]);
  expect(rates).toEqual({ exceedingCount: 2, missed: 0.5, fittingCount: 5, falseAlarms: 0 });
});

test("a need of 11 GiB said to be 13 is a false alarm on the 12 GiB card", () => {
  const rates = outOfMemoryRates([{ estimated: 13 * GIB, measured: 11 * GIB }]);
  expect(rates).toEqual({ exceedingCount: 1, missed: 0, fittingCount: 6, falseAlarms: 1 / 6 });
});
