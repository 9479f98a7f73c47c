import fc from "fast-check";
import { fullStepsPerEpoch, runLength } from "../../lib/plan/run-length";

const sizes = fc.record({
  trainSampleCount: fc.integer({ min: 1, max: 100_000 }),
  perDeviceBatchSize: fc.integer({ min: 1, max: 512 }),
  gradAccumulationSteps: fc.integer({ min: 1, max: 8 }),
  deviceCount: fc.integer({ min: 1, max: 16 }),
  epochs: fc.integer({ min: 1, max: 50 }),
});

test("an epoch never holds more than its samples, filled up to equal shares, and a run of epochs has whole ones", () => {
  fc.assert(
    fc.property(sizes, (plan) => {
      const { stepSamples, stepsPerEpoch, stepCount, epochCount } = runLength(plan);
      const shared = Math.ceil(plan.trainSampleCount / plan.deviceCount) * plan.deviceCount;
      expect(fullStepsPerEpoch(plan) * stepSamples).toBeLessThanOrEqual(shared);
      expect(stepCount).toBe(epochCount * stepsPerEpoch);
    }),
  );
});

test("a run that is given by samples sees them all, and no step more than it must", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 1_000_000 }), (plan, samplesSeen) => {
      const { stepSamples, stepsPerEpoch, stepCount, epochCount } = runLength({ ...plan, samplesSeen });
      expect(stepCount * stepSamples).toBeGreaterThanOrEqual(samplesSeen);
      expect((stepCount - 1) * stepSamples).toBeLessThan(samplesSeen);
      expect(epochCount * stepsPerEpoch).toBeGreaterThanOrEqual(stepCount);
      expect((epochCount - 1) * stepsPerEpoch).toBeLessThan(stepCount);
    }),
  );
});

test("a set that is smaller than a step makes one all the same", () => {
  const plan = { trainSampleCount: 1, perDeviceBatchSize: 32, gradAccumulationSteps: 1, deviceCount: 1, epochs: 10 };
  expect(runLength(plan)).toEqual({ stepSamples: 32, stepsPerEpoch: 1, stepCount: 10, epochCount: 10 });
});
