import { normalQuantile } from "../data/normal";

/** The next of a row of numbers, evenly spread over 0..1, ends excluded. */
export type RandomNumbers = () => number;

/**
 * A fixed row of numbers for each seed, so that the same question has the same answer.
 *
 * @source mulberry32, a 32-bit mixing generator in the public domain
 */
export function randomNumbers(seed: number): RandomNumbers {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** One standard normal number. */
export function normalNumber(next: RandomNumbers): number {
  return normalQuantile(next());
}
