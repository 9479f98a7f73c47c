import fc from "fast-check";
import { fittingBatchSizes } from "@/lib/profile/fitting-batches";

const plan = (perDeviceBatchSize: number) => ({ perDeviceBatchSize });

test("where everything fits the usual sizes are measured, and predicted once", async () => {
  const asked: number[] = [];
  const sizes = await fittingBatchSizes(plan(64), "cuda", 1000, async (batchSize) => {
    asked.push(batchSize);
    return batchSize;
  });
  expect(sizes).toEqual([16, 32, 64]);
  expect(asked).toEqual([64]);
});

test("where nothing fits the usual sizes stay, for the answer to say so", async () => {
  expect(await fittingBatchSizes(plan(64), "cuda", 10, async () => 11)).toEqual([16, 32, 64]);
});

test.each([
  [1, [1]],
  [2, [1, 2]],
  [3, [1, 2, 3]],
])("where %i fits, sizes up to it are measured", async (most, sizes) => {
  expect(await fittingBatchSizes(plan(64), "cuda", most, async (batchSize) => batchSize)).toEqual(sizes);
});

test("every size fits, and the largest is near the most that does, however memory grows", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 4, max: 300 }),
      fc.array(fc.nat(1000), { minLength: 300, maxLength: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (batchSize, growth, share) => {
        const bytes = [0];
        for (const step of growth) bytes.push((bytes.at(-1) ?? 0) + step);
        const at = (size: number) => bytes[size] ?? Number.NaN;
        const freeBytes = at(1) + share * (at(batchSize) - at(1));
        const sizes = await fittingBatchSizes(plan(batchSize), "cuda", freeBytes, async (size) => at(size));
        const largest = Math.max(...sizes);
        expect(at(largest)).toBeLessThanOrEqual(freeBytes);
        const littleMore = Math.min(batchSize, Math.floor(largest * 1.05) + 2);
        if (largest < batchSize) expect(at(littleMore)).toBeGreaterThan(freeBytes);
      },
    ),
    { numRuns: 500 },
  ));
