/** Exact confidence limits of a share that was counted on a test set. */

import { normalQuantile } from "./normal";

/** A share and the limits between which the true one lies with the given confidence. */
export interface ShareLimits {
  readonly low: number;
  readonly high: number;
}

/**
 * Clopper–Pearson limits. `successCount` need not be whole, so that the limits of an expected share change smoothly with
 * the number of tries.
 *
 *   low = Beta⁻¹(α/2; k, n − k + 1),  high = Beta⁻¹(1 − α/2; k + 1, n − k)
 *
 * @param confidence  such as 0.95; α is what is left of 1
 */
export function exactLimits(successCount: number, tryCount: number, confidence: number): ShareLimits {
  if (!(tryCount > 0 && successCount >= 0 && successCount <= tryCount)) {
    throw new RangeError(`${successCount} of ${tryCount} is no share`);
  }
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence} is not within 0..1`);
  const tail = (1 - confidence) / 2;
  const failures = tryCount - successCount;
  return {
    low: successCount === 0 ? 0 : betaQuantile(tail, successCount, failures + 1),
    high: failures === 0 ? 1 : betaQuantile(1 - tail, successCount + 1, failures),
  };
}

/**
 * Half the distance between the limits: how far off an accuracy measured on so many images may be. Beyond a hundred million
 * images the normal approximation is used, which is then nearer than the exact limits can be reckoned.
 */
export function accuracyHalfWidth(accuracy: number, sampleCount: number, confidence: number): number {
  if (sampleCount > MOST_TEST_SAMPLES) {
    return normalQuantile((1 + confidence) / 2) * Math.sqrt((accuracy * (1 - accuracy)) / sampleCount);
  }
  const { low, high } = exactLimits(accuracy * sampleCount, sampleCount, confidence);
  return (high - low) / 2;
}

/** Beyond this a test set is no longer a question of planning. */
const MOST_TEST_SAMPLES = 100_000_000;

/** @returns the fewest images on which an accuracy is known to ± halfWidth; null beyond a hundred million */
export function testSamplesFor(accuracy: number, halfWidth: number, confidence: number): number | null {
  const isEnough = (count: number) => accuracyHalfWidth(accuracy, count, confidence) <= halfWidth;
  // The normal approximation is near, and where it is not the bracket widens until it holds the answer.
  const near = (normalQuantile((1 + confidence) / 2) / halfWidth) ** 2 * accuracy * (1 - accuracy);
  if (near > MOST_TEST_SAMPLES) return null;
  let enough = Math.min(MOST_TEST_SAMPLES, Math.ceil(near + 1 / halfWidth));
  while (!isEnough(enough)) {
    if (enough === MOST_TEST_SAMPLES) return null;
    enough = Math.min(MOST_TEST_SAMPLES, enough * 2);
  }
  let tooFew = Math.floor(near * 0.9);
  while (tooFew > 0 && isEnough(tooFew)) tooFew = Math.floor(tooFew / 2);
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/** Share of a share that no test set resolves. */
const CLOSE_ENOUGH = 1e-13;

/** Where the regularized incomplete beta function reaches a probability, by bisection. */
function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  while (high - low > CLOSE_ENOUGH) {
    const middle = (low + high) / 2;
    if (regularizedBeta(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * I_x(a, b), by the continued fraction on the side where it converges fast.
 *
 * @source Numerical Recipes, 3rd edition, section 6.4
 */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

const MOST_STEPS = 100_000;
const ENOUGH = 1e-15;
const TINY = 1e-300;

/** Lentz's method: each step multiplies in one even and one odd term. */
function betaFraction(x: number, a: number, b: number): number {
  const notZero = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MOST_STEPS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < ENOUGH) return fraction;
  }
  throw new RangeError(`the incomplete beta function of ${x}, ${a}, ${b} does not converge`);
}

/** ln Γ(x) for x > 0. @source Lanczos, g = 7 with nine terms: relative error about 1e-15 */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  const sum = LANCZOS.reduce((total, term, index) => total + (index === 0 ? term : term / (x - 1 + index)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
