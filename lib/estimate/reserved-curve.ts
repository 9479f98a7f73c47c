import type { LoweredStep } from "../engine/tape";
import { replayedReservedBytes } from "../readings/replay";
import { BATCH_LIMIT, type BatchReading } from "./batch-sizes";

/** What the allocator reserves of a step at any batch size. */
export interface ReservedCurve {
  /** Bytes; never fewer for more samples. */
  readonly at: (batchSize: number) => number;
  /** Replays a batch size, unless one near it was replayed. @returns whether it did */
  readonly sharpen: (batchSize: number) => boolean;
  /** Bytes reserved of a step of the same graph that asks for so many at its peak. */
  readonly ofRequested: (requestedBytes: number) => number;
}

/** A replay tells for batch sizes within this factor: what is reserved moves by some per cent over it, in steps nobody foresees. */
const NEAR = 1.1;

interface Replayed {
  readonly batchSize: number;
  readonly requestedBytes: number;
  readonly reservedBytes: number;
}

/**
 * The curve through replayed batch sizes. Between two of them what is reserved grows evenly with what is asked for, outside
 * of them in proportion to it: a single replay's proportion is 5 to 60 % off elsewhere.
 *
 * @param own the plan's batch size, which was replayed
 */
export function reservedCurve(
  lowered: LoweredStep,
  reading: BatchReading,
  own: Pick<Replayed, "batchSize" | "reservedBytes">,
): ReservedCurve {
  const first = { ...own, requestedBytes: reading.peakBytes(own.batchSize) };
  /** Ascending in each of the three. */
  const replayed: Replayed[] = [first];
  const ofRequested = (requestedBytes: number) => between(replayed, requestedBytes);
  return {
    at: (batchSize) => ofRequested(reading.peakBytes(batchSize)),
    sharpen: (batchSize) => {
      if (replayed.some((other) => isNear(other.batchSize, batchSize))) return false;
      const requestedBytes = reading.peakBytes(batchSize);
      const index = replayed.findIndex((other) => other.batchSize > batchSize);
      const place = index < 0 ? replayed.length : index;
      // Blocks that are not worth splitting make memory a little ragged; the curve does not fall.
      const least = replayed[place - 1]?.reservedBytes ?? 0;
      const most = replayed[place]?.reservedBytes ?? Number.POSITIVE_INFINITY;
      const reservedBytes = Math.min(most, Math.max(least, replayedReservedBytes(lowered, batchSize)));
      replayed.splice(place, 0, { batchSize, requestedBytes, reservedBytes });
      return true;
    },
    ofRequested,
  };
}

/** Replays batch sizes from 1 up, twice as large each, until a step asks for more than so many bytes. */
export function sharpenUpTo(curve: ReservedCurve, reading: BatchReading, mostBytes: number): void {
  for (let batchSize = 1; batchSize <= BATCH_LIMIT; batchSize *= 2) {
    curve.sharpen(batchSize);
    if (reading.peakBytes(batchSize) > mostBytes) return;
  }
}

/**
 * The curve of a step that differs in its card or in the number of them, through what was replayed of it. It stays as sharp
 * as the other was: an answer does not depend on what else is asked.
 */
export function likeCurve(
  curve: ReservedCurve,
  reading: BatchReading,
  own: Pick<Replayed, "batchSize" | "reservedBytes">,
): ReservedCurve {
  const scale = own.reservedBytes / curve.ofRequested(reading.peakBytes(own.batchSize));
  const ofRequested = (requestedBytes: number) => scale * curve.ofRequested(requestedBytes);
  return {
    at: (batchSize) => ofRequested(reading.peakBytes(batchSize)),
    sharpen: () => false,
    ofRequested,
  };
}

function isNear(a: number, b: number): boolean {
  return a <= NEAR * b && b <= NEAR * a;
}

function between(replayed: readonly Replayed[], requestedBytes: number): number {
  const index = replayed.findIndex((other) => other.requestedBytes >= requestedBytes);
  const above = replayed[index];
  const below = index < 0 ? replayed.at(-1) : replayed[index - 1];
  if (above === undefined || below === undefined) {
    const only = above ?? below;
    return only === undefined ? 0 : requestedBytes * (only.reservedBytes / only.requestedBytes);
  }
  const way = (requestedBytes - below.requestedBytes) / (above.requestedBytes - below.requestedBytes);
  return below.reservedBytes + way * (above.reservedBytes - below.reservedBytes);
}
