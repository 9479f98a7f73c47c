import type { LoweredStep } from "../engine/tape";
import { type Replay, replayAllocator } from "../readings/replay";
import { BatchReading, largestWithin } from "./batch-sizes";
import type { Interval } from "./estimate";
import type { ResolvedPlan } from "./lowering";
import { likeCurve, type ReservedCurve, reservedCurve } from "./reserved-curve";
import { deviceInterval, overheadInterval, reservedInterval } from "./uncertainty";

/** Memory of one device at the plan's batch size and at any other. */
export interface DeviceMemory {
  readonly replay: Replay;
  readonly reading: BatchReading;
  readonly reserved: ReservedCurve;
  /** What nvidia-smi would show at the plan's batch size. */
  readonly deviceBytes: Interval;
  /** Sharper around the batch sizes that `largestBatchSize` came by. */
  readonly deviceBytesAt: (batchSize: number) => Interval;
  /** The largest batch size whose upper estimate stays within so many bytes; 0 for none. */
  readonly largestBatchSize: (usableBytes: number) => number;
}

/** After so many replays an answer has settled, or goes to and fro between steps of what is reserved. */
const MOST_REPLAYS = 3;

/** @param like memory of the same graph on another card or on another number of them, whose replays tell of this one */
export function deviceMemory(
  { plan, architecture, gpu }: ResolvedPlan,
  lowered: LoweredStep,
  like?: DeviceMemory,
): DeviceMemory {
  const replay = replayAllocator(lowered, plan.perDeviceBatchSize);
  const overhead = overheadInterval(plan, architecture.vision.kind === "resnet", gpu);
  const deviceBytesOf = (reservedBytes: number) => deviceInterval(reservedInterval(reservedBytes), overhead, gpu);
  const reading = new BatchReading(lowered);
  const own = { batchSize: plan.perDeviceBatchSize, reservedBytes: replay.peakReservedBytes };
  const reserved = like === undefined ? reservedCurve(lowered, reading, own) : likeCurve(like.reserved, reading, own);
  const deviceBytesAt = (batchSize: number) => deviceBytesOf(Math.round(reserved.at(batchSize)));
  return {
    replay,
    reading,
    reserved,
    deviceBytes: deviceBytesOf(replay.peakReservedBytes),
    deviceBytesAt,
    largestBatchSize: (usableBytes) => {
      const largest = () => largestWithin(usableBytes, (batchSize) => deviceBytesAt(batchSize).high);
      let found = largest();
      for (let replays = 0; replays < MOST_REPLAYS && reserved.sharpen(Math.max(1, found)); replays++)
        found = largest();
      return found;
    },
  };
}
