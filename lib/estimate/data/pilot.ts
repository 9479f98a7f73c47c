import { MOST_PILOT_SIZES, type PilotSizeCount } from "../../catalogue/learning-curves";

/** One measured accuracy: trained on `size` samples (per class, or in all: one unit within a pilot). */
export interface PilotPoint {
  readonly size: number;
  /** Fraction of the test set that was right. */
  readonly accuracy: number;
  /** Trainings that the accuracy is the mean of. */
  readonly repeats: number;
}

/** Points of equal size joined into their mean, by ascending size. */
export function joinRepeats(points: readonly PilotPoint[]): PilotPoint[] {
  const bySize = new Map<number, PilotPoint>();
  for (const point of points) {
    const other = bySize.get(point.size);
    if (other === undefined) {
      bySize.set(point.size, point);
      continue;
    }
    const repeats = other.repeats + point.repeats;
    const accuracy = (other.accuracy * other.repeats + point.accuracy * point.repeats) / repeats;
    bySize.set(point.size, { size: point.size, accuracy, repeats });
  }
  return [...bySize.values()].sort((a, b) => a.size - b.size);
}

/**
 * How many sizes a pilot counts for. The published pilots double from size to size, so that sizes closer together than
 * that say less about the slope than their number would make believe.
 *
 * @param points  joined, ascending, at least one
 */
export function pilotSizeCount(points: readonly PilotPoint[]): 1 | 2 | 3 | 4 {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("a pilot without points has no sizes");
  // A hair of slack: log2(8 / 1) may come out below 3.
  const doublings = Math.floor(Math.log2(last.size / first.size) + 1e-9);
  const count = Math.min(points.length, 1 + doublings, MOST_PILOT_SIZES);
  return count >= 4 ? 4 : count === 3 ? 3 : count === 2 ? 2 : 1;
}

export function sizeCountKey(count: 1 | 2 | 3 | 4): PilotSizeCount {
  return `${count}`;
}

/** A step at which more samples gave a lower accuracy. */
export interface PilotFall {
  readonly from: PilotPoint;
  readonly to: PilotPoint;
}

/** Where a pilot falls; noise of one test set explains small falls, nothing explains a learning curve that goes down. */
export function pilotFalls(points: readonly PilotPoint[]): PilotFall[] {
  return points.flatMap((to, index) => {
    const from = points[index - 1];
    return from !== undefined && to.accuracy < from.accuracy ? [{ from, to }] : [];
  });
}
