import { BATCH_STOPS, nearestStop, sliderFraction } from "@/components/planner/batch-stops";

test("the slider stops at every power of two, each stop once and ascending", () => {
  for (let batch = 1; batch <= 4096; batch *= 2) expect(BATCH_STOPS).toContain(batch);
  expect(BATCH_STOPS).toEqual([...new Set(BATCH_STOPS)].sort((a, b) => a - b));
});

test("a stop stands for itself, and any other batch for the stop nearest by ratio", () => {
  BATCH_STOPS.forEach((stop, index) => {
    expect(nearestStop(stop)).toBe(index);
    expect(sliderFraction(stop)).toBeCloseTo(index / (BATCH_STOPS.length - 1), 10);
  });
  expect(BATCH_STOPS[nearestStop(0)]).toBe(1);
  expect(BATCH_STOPS[nearestStop(1e12)]).toBe(4096);
  expect(sliderFraction(1e12)).toBe(1);
});
