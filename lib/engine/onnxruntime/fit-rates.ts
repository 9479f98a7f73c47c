import { type RuntimeRates, type StepLoad, secondsOf } from "./step-load";

export interface TimedLoad {
  readonly load: StepLoad;
  /** Measured, of one step. */
  readonly seconds: number;
}

export const RATE_NAMES = ["flopsPerSecond", "memoryBytesPerSecond", "secondsPerNode"] as const;
export type RateName = (typeof RATE_NAMES)[number];

/** How far a measurement may be off, as a fraction: what is left between rounds on one machine. */
const MEASUREMENT_ERROR = 0.05;
/** How far a machine's speed may lie from the assumed one, as a logarithm: a factor of three is nothing rare. */
const MACHINE_SPREAD = 1;
/** And how far one rate from the others: machines differ less in their proportions. */
const RATE_SPREAD = 0.3;

const MOST_ROUNDS = 50;
const SMALLEST_MOVE = 1e-12;

/**
 * The rates that are likeliest given what was measured and what was assumed before. Few measurements move all rates
 * together, as a slower machine would; more of different kinds move each to its own place. Measurements that equal the
 * prediction change nothing.
 *
 * @param free rates that may move; the others stay as assumed
 *
 * Least squares of ln(predicted/measured) with a normal prior on the logarithms of the rates, by Gauss–Newton.
 */
export function fitRates(
  measurements: readonly TimedLoad[],
  assumed: RuntimeRates,
  free: readonly RateName[] = RATE_NAMES,
): RuntimeRates {
  let moved = [0, 0, 0];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const move = newtonMove(measurements, assumed, moved, free);
    moved = moved.map((value, i) => value + (move[i] ?? 0));
    if (Math.max(...move.map(Math.abs)) < SMALLEST_MOVE) break;
  }
  return ratesAt(assumed, moved);
}

function ratesAt(assumed: RuntimeRates, moved: readonly number[]): RuntimeRates {
  const [flops = 0, bytes = 0, node = 0] = moved;
  return {
    flopsPerSecond: assumed.flopsPerSecond * Math.exp(flops),
    memoryBytesPerSecond: assumed.memoryBytesPerSecond * Math.exp(bytes),
    secondsPerNode: assumed.secondsPerNode * Math.exp(node),
  };
}

function newtonMove(
  measurements: readonly TimedLoad[],
  assumed: RuntimeRates,
  moved: readonly number[],
  free: readonly RateName[],
): number[] {
  const precision = priorPrecision();
  const matrix = precision.map((row) => [...row]);
  const right = precision.map((row) => -row.reduce((sum, value, i) => sum + value * (moved[i] ?? 0), 0));
  const rates = ratesAt(assumed, moved);
  for (const { load, seconds } of measurements) {
    const shares = sharesOf(load, rates);
    // A higher rate shortens the step; more seconds per node lengthen it.
    const slopes = [-shares.flopsPerSecond, -shares.memoryBytesPerSecond, shares.secondsPerNode];
    const error = Math.log(secondsOf(load, rates) / seconds);
    for (const [i, slope] of slopes.entries()) {
      right[i] = (right[i] ?? 0) - (slope * error) / MEASUREMENT_ERROR ** 2;
      const row = matrix[i];
      if (row === undefined) continue;
      for (const [j, other] of slopes.entries()) row[j] = (row[j] ?? 0) + (slope * other) / MEASUREMENT_ERROR ** 2;
    }
  }
  for (const [i, name] of RATE_NAMES.entries()) {
    if (free.includes(name)) continue;
    matrix[i] = RATE_NAMES.map((_, j) => (i === j ? 1 : 0));
    right[i] = 0;
  }
  return solve(matrix, right);
}

/** Which part of a step's seconds each rate is responsible for; the parts sum to 1. What a queue hides has none. */
export function sharesOf(load: StepLoad, rates: RuntimeRates): Readonly<Record<RateName, number>> {
  const seconds = secondsOf(load, rates);
  const handing = (load.nodes * rates.secondsPerNode) / seconds;
  const isHandingAlone = load.isQueued && handing >= 1;
  const isWorkAlone = load.isQueued && !isHandingAlone;
  return {
    flopsPerSecond: isHandingAlone ? 0 : load.flops / rates.flopsPerSecond / seconds,
    memoryBytesPerSecond: isHandingAlone ? 0 : load.bytes / rates.memoryBytesPerSecond / seconds,
    secondsPerNode: isWorkAlone ? 0 : handing,
  };
}

/**
 * The inverse of r²·I + m²·v·vᵀ, with v the way rates move on a slower machine: two fall and the seconds per node rise.
 *
 * @source Sherman and Morrison, doi:10.1214/aoms/1177729893
 */
function priorPrecision(): readonly (readonly number[])[] {
  const way = [-1, -1, 1];
  const shared = MACHINE_SPREAD ** 2 / (RATE_SPREAD ** 2 * (RATE_SPREAD ** 2 + way.length * MACHINE_SPREAD ** 2));
  return way.map((a, i) => way.map((b, j) => (i === j ? 1 / RATE_SPREAD ** 2 : 0) - shared * a * b));
}

/** x with A·x = b, for a symmetric positive definite A. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i] ?? 0]);
  const size = rows.length;
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let pivot = 0; pivot < size; pivot++) {
    for (let i = pivot + 1; i < size; i++) {
      const factor = at(i, pivot) / at(pivot, pivot);
      rows[i] = (rows[i] ?? []).map((value, j) => value - factor * at(pivot, j));
    }
  }
  const x: number[] = [];
  for (let i = size - 1; i >= 0; i--) {
    let sum = at(i, size);
    for (let j = i + 1; j < size; j++) sum -= at(i, j) * (x[j] ?? 0);
    x[i] = sum / at(i, i);
  }
  return x;
}
