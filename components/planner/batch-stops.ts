/** Batch sizes a slider stops at: every one up to 8, then steps a person would try, to 4,096. */
export const BATCH_STOPS: readonly number[] = [
  ...[1, 2, 3, 4, 5, 6, 7],
  ...steps(8, 32, 4),
  ...steps(32, 64, 8),
  ...steps(64, 128, 16),
  ...steps(128, 256, 32),
  ...steps(256, 512, 64),
  ...steps(512, 1024, 128),
  ...steps(1024, 2048, 256),
  ...steps(2048, 4096, 512),
  4096,
];

/** Index of the stop nearest to a batch size by ratio. */
export function nearestStop(batchSize: number): number {
  const distance = (index: number) => Math.abs(Math.log((BATCH_STOPS[index] ?? 1) / Math.max(1, batchSize)));
  return BATCH_STOPS.reduce((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
}

/** How far along the slider a batch size lies, 0 to 1, between two stops by ratio. */
export function sliderFraction(batchSize: number): number {
  const last = BATCH_STOPS.length - 1;
  const next = BATCH_STOPS.findIndex((stop) => stop > batchSize);
  if (next === -1) return 1;
  if (next === 0) return 0;
  const below = BATCH_STOPS[next - 1] ?? 1;
  const above = BATCH_STOPS[next] ?? below;
  return (next - 1 + Math.log(batchSize / below) / Math.log(above / below)) / last;
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step }, (_, index) => from + index * step);
}
