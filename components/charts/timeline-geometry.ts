import { MEMORY_CATEGORIES, type MemoryCategory, type MemoryTimeline } from "@/lib/estimate/estimate";

/** Drawn in a box of 1000 × 1000 that is stretched to the chart. */
const BOX = 1000;

/** Bytes of all categories together at every sample. */
export function totals(timeline: MemoryTimeline): number[] {
  return timeline.event.map((_, sample) =>
    MEMORY_CATEGORIES.reduce((sum, category) => sum + (timeline.bytes[category][sample] ?? 0), 0),
  );
}

/** Where a sample lies along the step, 0 to 1. */
export function sampleFraction(timeline: MemoryTimeline, sample: number): number {
  const last = Math.max(1, timeline.eventCount - 1);
  return Math.min(1, (timeline.event[sample] ?? last) / last);
}

/** One closed area per category, each on top of the ones before it. */
export function stackedAreas(timeline: MemoryTimeline, top: number): { category: MemoryCategory; path: string }[] {
  const base = timeline.event.map(() => 0);
  const x = timeline.event.map((_, sample) => (sampleFraction(timeline, sample) * BOX).toFixed(1));
  const y = (bytes: number) => ((1 - bytes / top) * BOX).toFixed(1);
  return MEMORY_CATEGORIES.map((category) => {
    const lower = base.map((bytes, sample) => `${x[sample]} ${y(bytes)}`).reverse();
    timeline.bytes[category].forEach((bytes, sample) => {
      base[sample] = (base[sample] ?? 0) + bytes;
    });
    const upper = base.map((bytes, sample) => `${x[sample]} ${y(bytes)}`);
    return { category, path: `M${upper.join("L")}L${lower.join("L")}Z` };
  });
}

/** The line on top of all areas. */
export function outline(timeline: MemoryTimeline, top: number): string {
  const points = totals(timeline).map(
    (bytes, sample) => `${(sampleFraction(timeline, sample) * BOX).toFixed(1)} ${((1 - bytes / top) * BOX).toFixed(1)}`,
  );
  return `M${points.join("L")}`;
}
