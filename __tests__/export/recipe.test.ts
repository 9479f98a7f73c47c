import fc from "fast-check";
import { machinesFor, recipeFor } from "../../lib/export/recipe";
import { fullStepsPerEpoch } from "../../lib/plan/run-length";
import { planned } from "./support";

test("an epoch has as many steps as full groups of batches", () => {
  const steps = (input: Record<string, unknown>) => fullStepsPerEpoch(planned(input).plan);
  expect(steps({ trainSampleCount: 1000, perDeviceBatchSize: 32 })).toBe(31);
  expect(steps({ trainSampleCount: 1000, perDeviceBatchSize: 32, deviceCount: 4 })).toBe(7);
  expect(steps({ trainSampleCount: 1000, perDeviceBatchSize: 32, gradAccumulationSteps: 4 })).toBe(7);
  expect(steps({ trainSampleCount: 10, perDeviceBatchSize: 32 })).toBe(0);
});

test("the warm-up is a tenth of the run and never open_clip's 10,000 steps", () => {
  expect(recipeFor(planned({ trainSampleCount: 3200, epochs: 10 }).plan).warmupSteps).toBe(100);
  expect(recipeFor(planned({ trainSampleCount: 10_000_000, epochs: 10 }).plan).warmupSteps).toBe(500);
});

test("machines hold all devices, equally many each, at most eight", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1024 }), (deviceCount) => {
      const { count, devicesEach } = machinesFor(deviceCount);
      expect(count * devicesEach).toBe(deviceCount);
      expect(devicesEach).toBeLessThanOrEqual(8);
    }),
  );
});
