import * as fc from "fast-check";
import { accuracyHalfWidth, exactLimits, regularizedBeta, testSamplesFor } from "../../../lib/estimate/data/binomial";

/** P(X ≤ k) of n tries, added up term by term; logarithms keep terms that a float64 could not hold. */
function cumulative(k: number, n: number, p: number): number {
  let logTerm = n * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let i = 1; i <= k; i += 1) {
    logTerm += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return sum;
}

test("limits are where the exact binomial leaves 2.5 % on each side", () => {
  const counts = fc
    .integer({ min: 2, max: 400 })
    .chain((n) => fc.tuple(fc.integer({ min: 1, max: n - 1 }), fc.constant(n)));
  fc.assert(
    fc.property(counts, ([k, n]) => {
      const { low, high } = exactLimits(k, n, 0.95);
      expect(1 - cumulative(k - 1, n, low)).toBeCloseTo(0.025, 8);
      expect(cumulative(k, n, high)).toBeCloseTo(0.025, 8);
    }),
  );
});

// Binomial sums in 60-digit arithmetic, bisected.
test.each([
  [81, 100, 0.95, 0.719302042, 0.881556804],
  [0, 20, 0.95, 0, 0.168433471],
  [20, 20, 0.9, 0.860891659, 1],
  [920, 1000, 0.95, 0.901420221, 0.936058017],
])("%i of %i at %d are within %d and %d", (k, n, confidence, low, high) => {
  const limits = exactLimits(k, n, confidence);
  expect(limits.low).toBeCloseTo(low, 8);
  expect(limits.high).toBeCloseTo(high, 8);
});

test("a test set is the smallest that is enough", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.005, max: 0.3, noNaN: true }),
      (p, half) => {
        const count = testSamplesFor(p, half, 0.95) ?? Number.NaN;
        expect(accuracyHalfWidth(p, count, 0.95)).toBeLessThanOrEqual(half);
        if (count > 1) expect(accuracyHalfWidth(p, count - 1, 0.95)).toBeGreaterThan(half);
      },
    ),
    { numRuns: 50 },
  );
});

test("a wish that a hundred million images do not meet has no test set", () => {
  expect(testSamplesFor(0.5, 1e-6, 0.95)).toBeNull();
});

test("the regularized beta function is that of the arcsine and of powers", () => {
  // I_x(1/2, 1/2) = (2/π)·arcsin √x, I_x(a, 1) = x^a
  expect(regularizedBeta(0.3, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(0.3)), 12);
  expect(regularizedBeta(0.3, 7, 1)).toBeCloseTo(0.3 ** 7, 14);
});

test.each([
  [5, 4, 0.95],
  [1, 0, 0.95],
  [1, 4, 1],
])("%i of %i at %d is refused", (k, n, confidence) => {
  expect(() => exactLimits(k, n, confidence)).toThrow(RangeError);
});

test("half-widths go on smoothly where exact limits end", () => {
  const below = accuracyHalfWidth(0.8, 100_000_000, 0.95);
  expect(accuracyHalfWidth(0.8, 100_000_001, 0.95) / below).toBeCloseTo(1, 3);
  expect(accuracyHalfWidth(0, 1e16, 0.95)).toBe(0);
  expect(testSamplesFor(0.5, 0.0001, 0.5000001)).toBeGreaterThan(1e6);
});
