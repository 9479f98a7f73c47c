import { estimateFixture } from "@/__tests__/fixtures/estimate";
import { largestBatchText, verdictFigures, verdictHeadline, verdictRange } from "@/components/answer/words";
import type { MemoryEstimate } from "@/lib/estimate/estimate";
import { GIB } from "@/lib/units";

/** Usable 20 GiB; the rest is set by each test. */
function memory(low: number, likely: number, high: number, verdict: MemoryEstimate["verdict"]): MemoryEstimate {
  return {
    ...estimateFixture().memory,
    usableBytes: 20 * GIB,
    deviceBytes: { low: low * GIB, likely: likely * GIB, high: high * GIB },
    headroomBytes: (20 - high) * GIB,
    verdict,
  };
}

test("what fits says how much is used and how much is free", () => {
  const fits = memory(14, 15, 16, "fits");
  expect(verdictFigures(fits, "GiB")).toBe("15.0 of 20.0 GiB at the peak · 5.0 GiB free (25 %)");
  expect(verdictRange(fits, "GiB")).toBe("Likely range 14.0–16.0 GiB: even the upper estimate leaves 4.0 GiB.");
});

test("tight explains itself by the upper estimate", () => {
  const tight = memory(18, 19.5, 20.4, "tight");
  expect(verdictRange(tight, "GiB")).toBe("Likely fits, but the upper estimate is 0.4 GiB over (range 18.0–20.4 GiB).");
});

test("what does not fit says how much is missing, never a negative free amount", () => {
  const over = memory(24, 25, 26, "does_not_fit");
  expect(verdictFigures(over, "GiB")).toBe("needs 25.0 GiB at the peak · 20.0 GiB usable · 5.0 GiB short");
});

test("the headline names the cards and how many there are", () => {
  expect(verdictHeadline(estimateFixture())).toBe("Fits on NVIDIA GeForce RTX 4090");
  expect(verdictHeadline(estimateFixture(32, { deviceCount: 4 }))).toBe("Fits on 4 × NVIDIA GeForce RTX 4090");
});

test("the largest batch shows the multiple of 8 only where that is another number", () => {
  expect(largestBatchText({ batchSize: 71, multipleOf8: 64, limitedBy: "weights" })).toBe("71 (64)");
  expect(largestBatchText({ batchSize: 64, multipleOf8: 64, limitedBy: "weights" })).toBe("64");
  expect(largestBatchText({ batchSize: 5, multipleOf8: null, limitedBy: "weights" })).toBe("5");
  expect(largestBatchText({ batchSize: 0, multipleOf8: null, limitedBy: "weights" })).toMatch("none");
});
