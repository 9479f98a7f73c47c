import type { LoweredStep } from "../engine/tape";
import { type Replay, replayAllocator } from "../readings/replay";
import { BatchReading, largestWithin } from "./batch-sizes";
import type { Interval } from "./estimate";
import type { ResolvedPlan } from "./lowering";
import { deviceInterval, overheadInterval, reservedInterval } from "./uncertainty";

/** Memory of one device at the plan's batch size and at any other. */
export interface DeviceMemory {
  readonly replay: Replay;
  readonly reading: BatchReading;
  /** What nvidia-smi would show at the plan's batch size. */
  readonly deviceBytes: Interval;
  readonly deviceBytesAt: (batchSize: number) => Interval;
  /** The largest batch size whose upper estimate stays within what the card offers; 0 for none. */
  readonly largestBatchSize: () => number;
}

export function deviceMemory({ plan, architecture, gpu }: ResolvedPlan, lowered: LoweredStep): DeviceMemory {
  const replay = replayAllocator(lowered, plan.perDeviceBatchSize);
  const overhead = overheadInterval(plan, architecture.vision.kind === "resnet", gpu);
  const deviceBytesOf = (reservedBytes: number) => deviceInterval(reservedInterval(reservedBytes), overhead, gpu);
  const reading = new BatchReading(lowered);
  // Between batch sizes the allocator's share is taken as it is at this one; the graph's part is read anew.
  const share = replay.peakReservedBytes / reading.peakBytes(plan.perDeviceBatchSize);
  const deviceBytesAt = (batchSize: number) => deviceBytesOf(Math.round(share * reading.peakBytes(batchSize)));
  return {
    replay,
    reading,
    deviceBytes: deviceBytesOf(replay.peakReservedBytes),
    deviceBytesAt,
    largestBatchSize: () => largestWithin(gpu.usableBytes, (batchSize) => deviceBytesAt(batchSize).high),
  };
}
