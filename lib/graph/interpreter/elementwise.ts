import type { Kernel } from "./kernel";
import { broadcastPairs, mapped, zipped } from "./tensor";

export const add: Kernel<"Add"> = ({ input }) => [broadcastPairs(input(0), input(1), (a, b) => a + b)];
export const accumulate: Kernel<"Accumulate"> = ({ input }) => [zipped(input(0), input(1), (a, b) => a + b)];
export const mul: Kernel<"Mul"> = ({ input }) => [broadcastPairs(input(0), input(1), (a, b) => a * b)];
export const scale: Kernel<"Scale"> = ({ input, attributes: { factor, batchPower }, batchSize }) => [
  mapped(input(0), (x) => x * factor * batchSize ** batchPower),
];
export const exp: Kernel<"Exp"> = ({ input }) => [mapped(input(0), Math.exp)];

export const sigmoid: Kernel<"Sigmoid"> = ({ input }) => [mapped(input(0), logistic)];
export const sigmoidGrad: Kernel<"SigmoidGrad"> = ({ input }) => [
  zipped(input(0), input(1), (y, dy) => dy * y * (1 - y)),
];

/** −ln(1 + e⁻ˣ), written so that e⁻ˣ cannot overflow. */
export const logSigmoid: Kernel<"LogSigmoid"> = ({ input }) => [
  mapped(input(0), (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))),
];
export const logSigmoidGrad: Kernel<"LogSigmoidGrad"> = ({ input }) => [
  zipped(input(0), input(1), (x, dy) => dy * logistic(-x)),
];

export const relu: Kernel<"Relu"> = ({ input }) => [mapped(input(0), (x) => (x < 0 ? 0 : x))];
export const reluGrad: Kernel<"ReluGrad"> = ({ input }) => [zipped(input(0), input(1), (y, dy) => (y > 0 ? dy : 0))];

export const gelu: Kernel<"Gelu"> = ({ input, attributes }) => [
  mapped(input(0), attributes.approximate === "tanh" ? geluTanh : (x) => x * normalCdf(x)),
];
export const geluGrad: Kernel<"GeluGrad"> = ({ input, attributes }) => {
  const slope = attributes.approximate === "tanh" ? geluTanhSlope : (x: number) => normalCdf(x) + x * normalDensity(x);
  return [zipped(input(0), input(1), (x, dy) => dy * slope(x))];
};

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function normalCdf(x: number): number {
  return (1 + erf(x / Math.SQRT2)) / 2;
}

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The coefficients of the tanh approximation. Source: arXiv:1606.08415 §2. */
const TANH_SLOPE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

function geluTanh(x: number): number {
  return (x / 2) * (1 + Math.tanh(TANH_SLOPE * (x + TANH_CUBIC * x ** 3)));
}

function geluTanhSlope(x: number): number {
  const tanh = Math.tanh(TANH_SLOPE * (x + TANH_CUBIC * x ** 3));
  return (1 + tanh) / 2 + (x / 2) * (1 - tanh ** 2) * TANH_SLOPE * (1 + 3 * TANH_CUBIC * x ** 2);
}

/** erf(x) is 1 to the last bit of a float64 from here on. */
const ERF_SATURATES = 6;

/**
 * The error function by its series of positive terms, exact to a few units in the last place.
 *
 * @source Abramowitz & Stegun 7.1.6
 */
function erf(x: number): number {
  if (Math.abs(x) > ERF_SATURATES) return Math.sign(x);
  let term = x;
  let sum = 0;
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
