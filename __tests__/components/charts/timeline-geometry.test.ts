import { estimateFixture } from "@/__tests__/fixtures/estimate";
import { outline, sampleFraction, stackedAreas, totals } from "@/components/charts/timeline-geometry";
import { MEMORY_CATEGORIES } from "@/lib/estimate/estimate";

const { timeline } = estimateFixture().memory;

test("the total of a moment is the sum of its categories", () => {
  const sum = MEMORY_CATEGORIES.reduce((bytes, category) => bytes + (timeline.bytes[category][100] ?? 0), 0);
  expect(totals(timeline)[100]).toBeCloseTo(sum, 0);
});

test("areas are stacked in the order of the categories, and the outline lies on the last one", () => {
  const top = 2 * Math.max(...totals(timeline));
  const areas = stackedAreas(timeline, top);
  expect(areas.map(({ category }) => category)).toEqual([...MEMORY_CATEGORIES]);
  const upperEdge = areas.at(-1)?.path.slice(0, outline(timeline, top).length);
  expect(upperEdge).toBe(outline(timeline, top));
});

test("the first sample lies at the start of the step and none lies beyond its end", () => {
  expect(sampleFraction(timeline, 0)).toBe(0);
  expect(sampleFraction(timeline, timeline.event.length - 1)).toBeLessThanOrEqual(1);
});
