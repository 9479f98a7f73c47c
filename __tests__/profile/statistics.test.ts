import fc from "fast-check";
import { fitLine, median, stepSeconds } from "@/lib/profile/statistics";

const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true });

test("the median is the middle value, or the mean of the two in the middle", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([7])).toBe(7);
  expect(() => median([])).toThrow(RangeError);
});

test("a median lies between the least and the greatest value, and no order of values changes it", () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1 }), (values) => {
      const middle = median(values);
      expect(middle).toBeGreaterThanOrEqual(Math.min(...values));
      expect(middle).toBeLessThanOrEqual(Math.max(...values));
      expect(median(values.toReversed())).toBe(middle);
    }),
  );
});

test("what a run costs once cancels out of the seconds of a step", () => {
  // 5 s once and 2 s a step: 7 s for one step, 11 s for three.
  const seconds = stepSeconds(
    { stepCount: 1, runSeconds: [7, 7.5, 6.5] },
    { stepCount: 3, runSeconds: [11, 10.5, 11.5] },
  );
  // Slowest short run to quickest long one: (10.5 − 7.5)/2; the other way round: (11.5 − 6.5)/2.
  expect(seconds).toMatchObject({ kind: "measured", median: 2, low: 1.5, high: 2.5 });
});

test("the median of a step lies within its range", () => {
  const seconds = fc.array(fc.double({ min: 1e-6, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(seconds, seconds, (short, long) => {
      const measured = stepSeconds({ stepCount: 1, runSeconds: short }, { stepCount: 3, runSeconds: long });
      if (measured.kind !== "measured") return;
      expect(measured.low).toBeLessThanOrEqual(measured.median);
      expect(measured.high).toBeGreaterThanOrEqual(measured.median);
    }),
  );
});

test("runs too noisy to tell one step from three, and runs that were not timed, are not measured", () => {
  const one = { stepCount: 1, runSeconds: [0.02] };
  expect(stepSeconds(one, { stepCount: 3, runSeconds: [0.02] })).toMatchObject({ kind: "not_measured" });
  // The median would be 1 s a step; one short run that took as long as a long one says how little that is worth.
  expect(stepSeconds({ stepCount: 1, runSeconds: [1, 1, 3] }, { stepCount: 3, runSeconds: [3, 3, 4] })).toEqual({
    kind: "not_measured",
    why: expect.stringContaining("1 in 1 s to 3 s, 3 in 3 s to 4 s"),
  });
  expect(stepSeconds(one, { stepCount: 3, runSeconds: [] })).toMatchObject({ kind: "not_measured" });
  expect(() => stepSeconds(one, one)).toThrow(RangeError);
});

test("points on a line give that line and no residuals", () => {
  const whole = fc.integer({ min: -1000, max: 1000 });
  const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 4096 }), { minLength: 3, maxLength: 8 });
  fc.assert(
    fc.property(whole, whole, sizes, (intercept, slope, batchSizes) => {
      const line = fitLine(batchSizes.map((batchSize) => ({ batchSize, value: intercept + slope * batchSize })));
      if (line.kind !== "fitted") throw new Error(line.why);
      expect(line.intercept).toBeCloseTo(intercept, 4);
      expect(line.slope).toBeCloseTo(slope, 6);
      for (const { residual } of line.points) expect(residual).toBeCloseTo(0, 4);
    }),
  );
});

test("residuals are value minus line: (1, 1), (2, 3), (3, 2) lie on 1 + x/2 with −½, 1, −½", () => {
  const line = fitLine([1, 3, 2].map((value, index) => ({ batchSize: index + 1, value })));
  expect(line).toEqual({
    kind: "fitted",
    intercept: 1,
    slope: 0.5,
    points: [
      { batchSize: 1, value: 1, residual: -0.5 },
      { batchSize: 2, value: 3, residual: 1 },
      { batchSize: 3, value: 2, residual: -0.5 },
    ],
  });
});

test("two batch sizes make no line", () => {
  expect(fitLine([1, 2, 2].map((batchSize) => ({ batchSize, value: batchSize })))).toMatchObject({
    kind: "not_fitted",
  });
});
