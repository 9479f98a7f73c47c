/** How far off a set of estimates is. Fractions, not percent. */
export interface ErrorSummary {
  readonly count: number;
  /** Of the absolute relative error. */
  readonly median: number;
  readonly p90: number;
  readonly p95: number;
  readonly worst: number;
  /** Mean of the signed relative error: positive means too high. */
  readonly bias: number;
}

/** Estimate against truth as a fraction of the truth. Both zero agree; anything against a zero truth is wholly wrong. */
export function relativeError(estimated: number, measured: number): number {
  if (measured === 0) return estimated === 0 ? 0 : 1;
  return estimated / measured - 1;
}

/** @throws {RangeError} for no errors at all: there is nothing to say about an empty set */
export function summarize(errors: readonly number[]): ErrorSummary {
  if (errors.length === 0) throw new RangeError("no errors to summarize");
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  return {
    count: errors.length,
    median: quantile(sizes, 0.5),
    p90: quantile(sizes, 0.9),
    p95: quantile(sizes, 0.95),
    worst: quantile(sizes, 1),
    bias: errors.reduce((sum, error) => sum + error, 0) / errors.length,
  };
}

/** Interpolated linearly between the nearest ranks of ascending values. */
export function quantile(ascending: readonly number[], fraction: number): number {
  const position = (ascending.length - 1) * fraction;
  const below = ascending[Math.floor(position)];
  const above = ascending[Math.ceil(position)];
  if (below === undefined || above === undefined)
    throw new RangeError(`no quantile ${fraction} of ${ascending.length} values`);
  return below + (above - below) * (position - Math.floor(position));
}
