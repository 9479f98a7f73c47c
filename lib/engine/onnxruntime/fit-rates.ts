import { type RuntimeRates, type StepLoad, secondsOf } from "./step-load";

export interface TimedLoad {
  readonly load: StepLoad;
  /** Measured, of one step. */
  readonly seconds: number;
  /** How far the measurement may be off besides the model, as a fraction: its own noise, and what others took. Default: 0. */
  readonly error?: number;
  /** What is of one plan shares what the model has wrong of it, and counts as one witness. Default: a plan of its own. */
  readonly plan?: string;
}

export const RATE_NAMES = ["flopsPerSecond", "memoryBytesPerSecond", "secondsPerNode"] as const;
export type RateName = (typeof RATE_NAMES)[number];

/**
 * How far a step lies from what the model says of it on a machine that is known, as a standard deviation of logarithms:
 * `npm run accuracy -- onnxruntime` prints it as the spread of rows.
 */
export const MODEL_ERROR = 0.13;
/** How far a machine's speed may lie from the assumed one, as a logarithm: a factor of three is nothing rare. */
const MACHINE_SPREAD = 1;
/** And how far one rate from the others: machines differ less in their proportions. */
const RATE_SPREAD = 0.3;
/** For rates that move as one. Not 0, since the prior is inverted. */
const NO_SPREAD = 1e-3;
/** Freedom of Student's distribution of errors: a measurement ten deviations off weighs a twentieth of one that agrees. */
const FREEDOM = 4;

const MOST_ROUNDS = 60;
/** From then on by halves, for fits that swing between two sides of a queue. */
const PATIENT_ROUNDS = 30;
const SMALLEST_MOVE = 1e-10;

export interface FitOptions {
  /** Rates that may move; the others stay as assumed. Default: all. */
  readonly free?: readonly RateName[];
  /** Whether they move by one factor, as on a machine that is slower in everything. Default: each to its own place. */
  readonly together?: boolean;
}

export interface FittedRates {
  readonly rates: RuntimeRates;
  /** Of the logarithms of the rates, in the order of `RATE_NAMES`; 0 for those that may not move. */
  readonly covariance: readonly (readonly number[])[];
}

/**
 * The rates that are likeliest given what was measured and what was assumed before. Few measurements move all rates
 * together, as a slower machine would; more of different kinds move each to its own place. Measurements that equal the
 * prediction change nothing, and one that lies far from the others hardly counts.
 *
 * Least squares of ln(predicted/measured), reweighted by Student's distribution, with a normal prior on the logarithms of
 * the rates, by Gauss–Newton. What disturbs a step makes it slower, so the search begins at the lower median.
 *
 * @source Lange, Little and Taylor, doi:10.1080/01621459.1989.10478852 (weights of Student's distribution)
 */
export function fitRates(
  measurements: readonly TimedLoad[],
  assumed: RuntimeRates,
  { free = RATE_NAMES, together = false }: FitOptions = {},
): FittedRates {
  const precision = priorPrecision(together ? NO_SPREAD : RATE_SPREAD, free);
  const known = withErrors(measurements);
  const start = lowerMedian(known.map(({ load, seconds }) => Math.log(seconds / secondsOf(load, assumed))));
  let moved = RATE_NAMES.map((name, i) => (free.includes(name) ? start * (SLOWER[i] ?? 0) : 0));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { matrix, right } = normalEquations(known, assumed, moved, precision, free);
    const move = solve(matrix, right).map((value) => (round < PATIENT_ROUNDS ? value : value / 2));
    moved = moved.map((value, i) => value + (move[i] ?? 0));
    if (Math.max(...move.map(Math.abs)) < SMALLEST_MOVE) break;
  }
  const { matrix } = normalEquations(known, assumed, moved, precision, free);
  return { rates: ratesAt(assumed, moved), covariance: inverse(matrix, free) };
}

/** The way rates move on a slower machine: two fall and the seconds per node rise. */
const SLOWER = [-1, -1, 1] as const;

interface KnownLoad extends TimedLoad {
  readonly variance: number;
}

function withErrors(measurements: readonly TimedLoad[]): readonly KnownLoad[] {
  const counts = new Map<string, number>();
  for (const { plan } of measurements) if (plan !== undefined) counts.set(plan, (counts.get(plan) ?? 0) + 1);
  return measurements.map((measurement) => {
    const { plan, error = 0 } = measurement;
    const alike = plan === undefined ? 1 : (counts.get(plan) ?? 1);
    return { ...measurement, variance: alike * MODEL_ERROR ** 2 + error ** 2 };
  });
}

function lowerMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

function ratesAt(assumed: RuntimeRates, moved: readonly number[]): RuntimeRates {
  const [flops = 0, bytes = 0, node = 0] = moved;
  return {
    flopsPerSecond: assumed.flopsPerSecond * Math.exp(flops),
    memoryBytesPerSecond: assumed.memoryBytesPerSecond * Math.exp(bytes),
    secondsPerNode: assumed.secondsPerNode * Math.exp(node),
  };
}

function normalEquations(
  measurements: readonly KnownLoad[],
  assumed: RuntimeRates,
  moved: readonly number[],
  precision: readonly (readonly number[])[],
  free: readonly RateName[],
): { readonly matrix: number[][]; readonly right: number[] } {
  const matrix = precision.map((row) => [...row]);
  const right = precision.map((row) => -row.reduce((sum, value, i) => sum + value * (moved[i] ?? 0), 0));
  const rates = ratesAt(assumed, moved);
  for (const { load, seconds, variance } of measurements) {
    const slopes = slopesOf(load, rates);
    const error = Math.log(secondsOf(load, rates) / seconds);
    const weight = (FREEDOM + 1) / (FREEDOM + error ** 2 / variance) / variance;
    for (const [i, slope] of slopes.entries()) {
      right[i] = (right[i] ?? 0) - slope * error * weight;
      const row = matrix[i];
      if (row === undefined) continue;
      for (const [j, other] of slopes.entries()) row[j] = (row[j] ?? 0) + slope * other * weight;
    }
  }
  for (const [i, name] of RATE_NAMES.entries()) {
    if (free.includes(name)) continue;
    for (const [j, row] of matrix.entries()) row[i] = i === j ? 1 : 0;
    matrix[i] = RATE_NAMES.map((_, j) => (i === j ? 1 : 0));
    right[i] = 0;
  }
  return { matrix, right };
}

/** How the logarithm of a step's seconds follows those of the rates, in the order of `RATE_NAMES`. */
function slopesOf(load: StepLoad, rates: RuntimeRates): readonly number[] {
  const shares = sharesOf(load, rates);
  // A higher rate shortens the step; more seconds per node lengthen it.
  return RATE_NAMES.map((name, i) => (SLOWER[i] ?? 0) * shares[name]);
}

/** Variance of the logarithm of a step's seconds for what is not known of the rates. */
export function rateVariance(load: StepLoad, { rates, covariance }: FittedRates): number {
  const slopes = slopesOf(load, rates);
  return slopes.reduce(
    (sum, a, i) => sum + slopes.reduce((inner, b, j) => inner + a * b * (covariance[i]?.[j] ?? 0), 0),
    0,
  );
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
 * The inverse of r²·I + m²·v·vᵀ, with v the way rates move on a slower machine, over those that may move.
 *
 * @source Sherman and Morrison, doi:10.1214/aoms/1177729893
 */
function priorPrecision(rateSpread: number, free: readonly RateName[]): readonly (readonly number[])[] {
  const way = SLOWER.map((direction, i) => (free.some((name) => name === RATE_NAMES[i]) ? direction : 0));
  const shared = MACHINE_SPREAD ** 2 / (rateSpread ** 2 * (rateSpread ** 2 + free.length * MACHINE_SPREAD ** 2));
  return way.map((a, i) => way.map((b, j) => (i === j ? 1 / rateSpread ** 2 : 0) - shared * a * b));
}

function inverse(matrix: readonly (readonly number[])[], free: readonly RateName[]): number[][] {
  return RATE_NAMES.map((name, i) => {
    if (!free.includes(name)) return RATE_NAMES.map(() => 0);
    const unit = RATE_NAMES.map((_, j) => (i === j ? 1 : 0));
    return solve(matrix, unit);
  });
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
