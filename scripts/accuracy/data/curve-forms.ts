/** Curves that people fit to few points, to be compared with: each is given the pilot alone and answers ahead of it. */

import type { PilotPoint } from "../../../lib/estimate/data/pilot";

export const CURVE_FORMS = ["powerLaw", "powerLawWithOffset", "logLinear", "arctan"] as const;

export type CurveForm = (typeof CURVE_FORMS)[number];

/** @returns accuracy by size, a fraction within 0..1; null when the form has more parameters than the pilot has sizes */
export function fitForm(form: CurveForm, points: readonly PilotPoint[]): ((size: number) => number) | null {
  const fitted = FITS[form](points);
  return fitted === null ? null : (size) => Math.min(1, Math.max(0, fitted(size)));
}

type Fit = (points: readonly PilotPoint[]) => ((size: number) => number) | null;

const FITS = { powerLaw, powerLawWithOffset, logLinear, arctan } as const satisfies Record<CurveForm, Fit>;

/** 1 − accuracy = a·n^−b, least squares in logarithms. */
function powerLaw(points: readonly PilotPoint[]): ReturnType<Fit> {
  if (points.length < 2) return null;
  const { intercept, slope } = leastSquares(
    points.map(({ size, accuracy }) => [Math.log(size), Math.log(1 - accuracy)]),
  );
  return (size) => 1 - Math.exp(intercept + slope * Math.log(size));
}

/** accuracy = a + b·ln n. */
function logLinear(points: readonly PilotPoint[]): ReturnType<Fit> {
  if (points.length < 2) return null;
  const { intercept, slope } = leastSquares(points.map(({ size, accuracy }) => [Math.log(size), accuracy]));
  return (size) => intercept + slope * Math.log(size);
}

/** 1 − accuracy = c + a·n^−b with c ≥ 0: for each exponent of a grid the other two by least squares. */
function powerLawWithOffset(points: readonly PilotPoint[]): ReturnType<Fit> {
  if (points.length < 3) return null;
  const fits = grid(0.02, 3, 150).map((exponent) => {
    const free = leastSquares(points.map(({ size, accuracy }) => [size ** -exponent, 1 - accuracy]));
    const { intercept, slope } = free.intercept >= 0 ? free : throughOrigin(points, exponent);
    return withLoss(points, (size) => 1 - intercept - slope * size ** -exponent);
  });
  return best(fits);
}

function throughOrigin(points: readonly PilotPoint[], exponent: number) {
  const xs = points.map(({ size }) => size ** -exponent);
  const products = points.reduce((sum, { accuracy }, index) => sum + (xs[index] ?? 0) * (1 - accuracy), 0);
  return { intercept: 0, slope: products / xs.reduce((sum, x) => sum + x * x, 0) };
}

/** accuracy = (2/π)·arctan(a·π/2·n + b) + c: a and b from a grid, c the mean that is left. */
function arctan(points: readonly PilotPoint[]): ReturnType<Fit> {
  if (points.length < 3) return null;
  const largest = Math.max(...points.map(({ size }) => size));
  const shape = (size: number, a: number, b: number) => (2 / Math.PI) * Math.atan((a * Math.PI * size) / 2 + b);
  const fits = grid(1e-3 / largest, 10, 60).flatMap((a) =>
    grid(1e-2, 50, 60).map((b) => {
      const c = points.reduce((sum, { size, accuracy }) => sum + accuracy - shape(size, a, b), 0) / points.length;
      return withLoss(points, (size) => shape(size, a, b) + c);
    }),
  );
  return best(fits);
}

interface Fitted {
  readonly at: (size: number) => number;
  readonly loss: number;
}

function withLoss(points: readonly PilotPoint[], at: (size: number) => number): Fitted {
  return { at, loss: points.reduce((sum, { size, accuracy }) => sum + (accuracy - at(size)) ** 2, 0) };
}

function best(fits: readonly Fitted[]): (size: number) => number {
  return fits.reduce((least, fit) => (fit.loss < least.loss ? fit : least)).at;
}

/** Geometric, both ends included. */
function grid(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from * (to / from) ** (index / (count - 1)));
}

function leastSquares(pairs: readonly (readonly [number, number])[]): { intercept: number; slope: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(pairs.map(([x]) => x)), mean(pairs.map(([, y]) => y))];
  const covariance = pairs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  const slope = covariance / pairs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return { slope, intercept: my - slope * mx };
}
