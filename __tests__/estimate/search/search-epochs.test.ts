import * as fc from "fast-check";
import type { Pruner } from "../../../lib/estimate/search/pruner";
import { randomNumbers } from "../../../lib/estimate/search/random-numbers";
import { searchEpochs } from "../../../lib/estimate/search/search-epochs";

const pruner: fc.Arbitrary<Pruner> = fc.oneof(
  fc.constant({ kind: "none" } as const),
  fc.record({
    kind: fc.constant("median" as const),
    startupTrials: fc.integer({ min: 0, max: 30 }),
    warmupEpochs: fc.integer({ min: 0, max: 10 }),
  }),
  fc.record({
    kind: fc.constant("halving" as const),
    minEpochs: fc.integer({ min: 1, max: 5 }),
    reductionFactor: fc.integer({ min: 2, max: 6 }),
  }),
);

test("a range is in order, within one epoch a trial and the cap, and the same each time", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      pruner,
      (trialCount, epochsPerTrial, by) => {
        const size = { trialCount, epochsPerTrial, pruner: by };
        const { low, likely, high, cap, fraction } = searchEpochs(size);
        expect(cap).toBe(trialCount * epochsPerTrial);
        const ascending = [trialCount, low, likely, high, cap];
        expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
        expect(fraction).toBeCloseTo(likely / cap, 12);
        expect(searchEpochs(size)).toEqual(searchEpochs(size));
      },
    ),
    { numRuns: 25 },
  );
});

test.each<[string, Pruner]>([
  ["no pruner", { kind: "none" }],
  ["more startups than trials", { kind: "median", startupTrials: 50, warmupEpochs: 0 }],
  ["a warm-up as long as a trial", { kind: "median", startupTrials: 5, warmupEpochs: 5 }],
  ["a first decision after the end", { kind: "halving", minEpochs: 6, reductionFactor: 2 }],
])("%s trains every epoch", (_what, by) => {
  const { low, likely, high, cap } = searchEpochs({ trialCount: 50, epochsPerTrial: 5, pruner: by });
  expect([low, likely, high]).toEqual([cap, cap, cap]);
});

test("later stopping trains more", () => {
  const epochs = (startupTrials: number, warmupEpochs: number) =>
    searchEpochs({ trialCount: 50, epochsPerTrial: 5, pruner: { kind: "median", startupTrials, warmupEpochs } }).likely;
  expect(epochs(10, 0)).toBeGreaterThan(epochs(5, 0));
  expect(epochs(5, 2)).toBeGreaterThan(epochs(5, 0));
});

test("the chapter's search of 50 trials of 5 epochs costs about half its cap", () => {
  const { fraction } = searchEpochs({
    trialCount: 50,
    epochsPerTrial: 5,
    pruner: { kind: "median", startupTrials: 5, warmupEpochs: 0 },
  });
  expect(fraction).toBeCloseTo(0.5, 1);
});

test("random numbers are even: mean 1/2, variance 1/12", () => {
  const next = randomNumbers(7);
  const drawn = Array.from({ length: 20_000 }, next);
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / drawn.length;
  expect(mean).toBeCloseTo(0.5, 2);
  expect(variance).toBeCloseTo(1 / 12, 2);
  expect(Math.min(...drawn)).toBeGreaterThan(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
});
