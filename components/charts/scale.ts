/** Round values from 0 up to at most `max`, about `count` of them, in steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(max: number, count: number): number[] {
  if (!(max > 0)) return [0];
  const rough = max / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  // Products, not a running sum: sums of 0.1 drift.
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** Index of the value nearest to `target` in an ascending list; the earlier of two as near. */
export function nearestIndex(ascending: readonly number[], target: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= target) low = middle;
    else high = middle;
  }
  return target - (ascending[low] ?? 0) <= (ascending[high] ?? 0) - target ? low : high;
}

/** A share of the whole as a CSS percentage. */
export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(3)}%`;
}
