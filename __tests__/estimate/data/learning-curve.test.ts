import * as fc from "fast-check";
import { LEARNING_CURVES } from "../../../lib/catalogue/learning-curves";
import { type AccuracyBand, accuracyBand, FARTHEST_MULTIPLE } from "../../../lib/estimate/data/accuracy-band";
import { fitLearningCurve } from "../../../lib/estimate/data/learning-curve";
import { joinRepeats, type PilotPoint, pilotFalls, pilotSizeCount } from "../../../lib/estimate/data/pilot";
import { samplesNeeded } from "../../../lib/estimate/data/samples-needed";

/** A hair of float64 noise, far below anything shown. */
const HAIR = 1e-9;

const family = fc.constantFrom("adapter", "linear_probe", "lora", "prompt_tuning", null);

/** Any pilot at all, also one that falls or stands at 0 or 1, with sizes given more than once. */
const pilot = fc
  .array(fc.record({ size: fc.integer({ min: 1, max: 5000 }), accuracy: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    minLength: 1,
    maxLength: 7,
  })
  .map((points) => points.map((each) => ({ ...each, repeats: 1 })));

const testSampleCount = fc.option(fc.integer({ min: 10, max: 100_000 }), { nil: null });

function bandOf(measured: readonly PilotPoint[], of: Parameters<typeof fitLearningCurve>[1], tests: number | null) {
  const points = joinRepeats(measured);
  const curve = fitLearningCurve(points, of, LEARNING_CURVES);
  const highestAccuracy = Math.max(...measured.map(({ accuracy }) => accuracy));
  const input = { points, highestAccuracy, testSampleCount: tests, residuals: LEARNING_CURVES.residuals };
  return { curve, input, at: (size: number) => accuracyBand(curve.accuracyAt(size), size, input) };
}

function widths({ low80, high80, low90, high90 }: AccuracyBand): [number, number] {
  return [high80 - low80, high90 - low90];
}

function point(size: number, accuracy: number, repeats = 1): PilotPoint {
  return { size, accuracy, repeats };
}

function extent(points: readonly PilotPoint[]): [smallest: number, largest: number] {
  const sizes = points.map(({ size }) => size);
  return [Math.min(...sizes), Math.max(...sizes)];
}

describe("for every pilot", () => {
  test("more data never lowers the expected accuracy, which stays within 0 and 1", () => {
    fc.assert(
      fc.property(
        pilot,
        family,
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 2 }),
        (points, of, sizes) => {
          const { accuracyAt } = fitLearningCurve(points, of, LEARNING_CURVES);
          const expected = [...sizes].sort((a, b) => a - b).map(accuracyAt);
          for (const [index, accuracy] of expected.entries()) {
            expect(accuracy).toBeGreaterThanOrEqual(Math.max(0, expected[index - 1] ?? 0) - HAIR);
            expect(accuracy).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  test("a higher target never needs fewer samples, at any edge", () => {
    const target = fc.double({ min: 0.01, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(pilot, family, testSampleCount, target, target, (points, of, tests, a, b) => {
        const { curve, input } = bandOf(points, of, tests);
        const [lower, higher] = [Math.min(a, b), Math.max(a, b)].map((each) => samplesNeeded(curve, each, input));
        const count = (value: number | null | undefined) => value ?? Number.POSITIVE_INFINITY;
        expect(count(higher?.low)).toBeGreaterThanOrEqual(count(lower?.low));
        expect(count(higher?.likely)).toBeGreaterThanOrEqual(count(lower?.likely));
        expect(count(higher?.high)).toBeGreaterThanOrEqual(count(lower?.high));
        expect(count(lower?.low)).toBeLessThanOrEqual(count(lower?.likely));
        expect(count(lower?.likely)).toBeLessThanOrEqual(count(lower?.high));
      }),
    );
  });

  test("a band never narrows with distance, holds the expected accuracy and stays within 0 and 1", () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(pilot, family, testSampleCount, part, part, (points, of, tests, a, b) => {
        const { at } = bandOf(points, of, tests);
        const [smallest, largest] = extent(points);
        const ahead = (fraction: number) => largest * FARTHEST_MULTIPLE ** fraction;
        const behind = (fraction: number) => smallest / FARTHEST_MULTIPLE ** fraction;
        for (const place of [ahead, behind]) {
          const [near, far] = [at(place(Math.min(a, b))), at(place(Math.max(a, b)))];
          for (const [index, width] of widths(far).entries()) {
            expect(width).toBeGreaterThanOrEqual((widths(near)[index] ?? 0) - HAIR);
          }
          for (const { low90, low80, likely, high80, high90 } of [near, far]) {
            const ascending = [0, low90, low80, likely, high80, high90, 1];
            for (const [index, edge] of ascending.entries()) {
              expect(edge).toBeGreaterThanOrEqual((ascending[index - 1] ?? 0) - HAIR);
            }
          }
        }
      }),
    );
  });

  test("one more point on the curve never widens the band, wherever it lies", () => {
    const position = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(pilot, family, testSampleCount, position, position, (points, of, tests, where, asked) => {
        const before = bandOf(points, of, tests);
        const [smallest, largest] = extent(points);
        const placed = (log2: number) => (log2 < 0 ? smallest * 2 ** log2 : largest * 2 ** log2);
        const added = point(placed(where), before.curve.accuracyAt(placed(where)));
        const after = bandOf([...points, added], of, tests);
        const size = placed(asked);
        for (const [index, width] of widths(after.at(size)).entries()) {
          expect(width).toBeLessThanOrEqual((widths(before.at(size))[index] ?? 0) + HAIR);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test("a curve through points of a power law with the family's slope goes on along it", () => {
  // Error 0.4·n^−b. The odds are no line then, so half of the answer is a little off: a third of a point at 32 shots.
  const slope = LEARNING_CURVES.slopes.error.lora ?? 0;
  const points = [1, 2, 4, 8].map((size) => point(size, 1 - 0.4 * size ** -slope));
  const { accuracyAt } = fitLearningCurve(points, "lora", { ...LEARNING_CURVES, steepening: 1 });
  expect(accuracyAt(16)).toBeCloseTo(1 - 0.4 * 16 ** -slope, 2);
});

test("a single size goes on with the slope of its family, and of all curves where there is none", () => {
  const fitted = (of: Parameters<typeof fitLearningCurve>[1]) =>
    fitLearningCurve([point(4, 0.7)], of, LEARNING_CURVES).slopes.error;
  expect(fitted("linear_probe")).toBe(LEARNING_CURVES.slopes.error.linear_probe);
  expect(fitted(null)).toBe(LEARNING_CURVES.slopes.error.all);
});

test("a pilot that falls all the way gives a level curve, and its falls are named", () => {
  const points = [point(1, 0.9), point(2, 0.6), point(4, 0.4), point(8, 0.2)];
  const { accuracyAt } = fitLearningCurve(points, "lora", LEARNING_CURVES);
  expect(accuracyAt(16)).toBeCloseTo(accuracyAt(8), 12);
  expect(pilotFalls(points).map(({ from, to }) => [from.size, to.size])).toEqual([
    [1, 2],
    [2, 4],
    [4, 8],
  ]);
});

test("accuracies of the same size are joined by how many trainings each is the mean of", () => {
  // (0.5·1 + 0.75·3) / 4
  expect(joinRepeats([point(8, 0.9), point(4, 0.5), point(4, 0.75, 3)])).toEqual([point(4, 0.6875, 4), point(8, 0.9)]);
});

test.each([
  [[1], 1],
  [[1, 2, 4, 8], 4],
  [[1, 2, 4, 8, 16, 32], 4],
  [[1, 4], 2],
  [[100, 110, 120], 1],
  [[100, 150, 200], 2],
])("sizes %j count as %i, because sizes closer than a doubling say little about the slope", (sizes, count) => {
  expect(pilotSizeCount(sizes.map((size) => point(size, 0.5)))).toBe(count);
});

test("a target beyond the band is not established, and the least is four times the pilot", () => {
  const points = [point(1, 0.5), point(2, 0.52), point(4, 0.54)];
  const { curve, input } = bandOf(points, "lora", null);
  expect(samplesNeeded(curve, 0.99, input)).toEqual({ low: 16, likely: null, high: null });
});

test("a small test set widens the band by its noise", () => {
  const points = [point(1, 0.6), point(2, 0.7)];
  const [large, small] = [bandOf(points, "lora", 100_000).at(4), bandOf(points, "lora", 100).at(4)];
  const half = (band: AccuracyBand) => (band.high90 - band.low90) / 2;
  // 1.645 · √(0.7·0.3 / 100) = 0.0754, in quadrature.
  expect(half(small)).toBeCloseTo(Math.hypot(half(large), 0.0754), 3);
});
