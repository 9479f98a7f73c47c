/** Which batch sizes to measure where memory does not suffice for all of them. */

import type { Plan } from "../plan/plan";
import { defaultBatchSizes } from "./request-limits";
import type { Device } from "./validation";

/** Bytes that a step of this batch size needs by prediction. It never falls as the batch grows. */
export type NeededBytes = (batchSize: number) => Promise<number>;

/**
 * The usual batch sizes for a plan, or smaller ones where the largest of them would not fit.
 *
 * @param freeBytes  what a step may take on the device
 * @returns the usual ones, too, where not even one sample fits: there is nothing better to try
 */
export async function fittingBatchSizes(
  plan: Pick<Plan, "perDeviceBatchSize">,
  device: Device,
  freeBytes: number,
  neededBytes: NeededBytes,
): Promise<number[]> {
  const usual = defaultBatchSizes(plan, device);
  const most = Math.max(...usual);
  const largest = await largestFitting(most, freeBytes, neededBytes);
  if (largest === 0 || largest === most) return usual;
  return defaultBatchSizes({ perDeviceBatchSize: largest }, device).filter((batchSize) => batchSize <= largest);
}

/** The largest batch size up to `most` that fits; 0 where none does. */
async function largestFitting(most: number, freeBytes: number, neededBytes: NeededBytes): Promise<number> {
  if ((await neededBytes(most)) <= freeBytes) return most;
  if ((await neededBytes(1)) > freeBytes) return 0;
  // Memory is nearly a straight line over the batch, so that the line between the ends guesses well; it need not be right.
  let [fits, tooLarge] = [1, most];
  while (tooLarge - fits > 1) {
    const [low, high] = [await neededBytes(fits), await neededBytes(tooLarge)];
    const share = high > low ? (freeBytes - low) / (high - low) : 0;
    const guess = Math.min(tooLarge - 1, Math.max(fits + 1, Math.floor(fits + share * (tooLarge - fits))));
    if ((await neededBytes(guess)) <= freeBytes) fits = guess;
    else tooLarge = guess;
    // Near enough: a batch a few percent larger teaches nothing more.
    if (tooLarge <= fits * 1.05 + 1) break;
  }
  return fits;
}
