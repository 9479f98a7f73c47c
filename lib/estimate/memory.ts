import type { LoweredStep } from "../engine/tape";
import { replayAllocator } from "../readings/replay";
import { chapterMemory } from "./baselines/chapter";
import { BatchReading, curveBatchSizes, largestWithin } from "./batch-sizes";
import type { Interval, LargestBatch, MemoryEstimate, Verdict } from "./estimate";
import type { ResolvedPlan } from "./lowering";
import { categoriesAtPeak } from "./peak";
import { courseOf, timelineOf } from "./timeline";
import { allocatedInterval, deviceInterval, overheadInterval, reservedInterval } from "./uncertainty";

export interface MemoryOptions {
  readonly timeline?: "sampled" | "whole";
}

/** Memory of one device over a training step: peaks with their ranges, what fills them and when, and what would fit. */
export function estimateMemory(
  resolved: ResolvedPlan,
  lowered: LoweredStep,
  options: MemoryOptions = {},
): MemoryEstimate {
  const { plan, architecture, gpu } = resolved;
  const batchSize = plan.perDeviceBatchSize;
  const replay = replayAllocator(lowered, batchSize);
  const course = courseOf(lowered, replay);
  const overhead = overheadInterval(plan, architecture.vision.kind === "resnet");
  const deviceBytes = deviceInterval(reservedInterval(replay.peakReservedBytes), overhead);

  const reading = new BatchReading(lowered);
  // Between batch sizes the allocator's share is taken as it is at this one; the graph's part is read anew.
  const share = replay.peakReservedBytes / reading.peakBytes(batchSize);
  const deviceAt = (size: number) =>
    deviceInterval(reservedInterval(Math.round(share * reading.peakBytes(size))), overhead);
  const largest = largestWithin(gpu.usableBytes, (size) => deviceAt(size).high);
  const saved = lowered.retained.filter((storage) => storage.keptFor !== null);
  return {
    allocatedPeakBytes: allocatedInterval(replay.peakAllocatedBytes),
    reservedPeakBytes: reservedInterval(replay.peakReservedBytes),
    deviceBytes,
    usableBytes: gpu.usableBytes,
    totalBytes: gpu.memoryBytes,
    verdict: verdictOf(deviceBytes, gpu.usableBytes),
    headroomBytes: gpu.usableBytes - deviceBytes.high,
    peakPhase: course.peakPhase,
    atPeak: categoriesAtPeak(lowered, replay, course, batchSize),
    timeline: timelineOf(lowered, replay, course, options.timeline ?? "sampled"),
    savedActivationBytes: saved.reduce((sum, storage) => sum + replay.blockBytes(storage), 0),
    largestBatch: largestBatch(reading, largest),
    byBatchSize: curveBatchSizes(batchSize, largest).map((size) => ({ batchSize: size, deviceBytes: deviceAt(size) })),
    chapterBaseline: chapterMemory({ architecture, plan }),
  };
}

/** Fits when even the upper estimate does; tight when only the likely one does. */
export function verdictOf(deviceBytes: Interval, usableBytes: number): Verdict {
  if (deviceBytes.high <= usableBytes) return "fits";
  return deviceBytes.likely <= usableBytes ? "tight" : "does_not_fit";
}

function largestBatch(reading: BatchReading, largest: number): LargestBatch {
  const limitedBy = reading.fastestGrowing(Math.max(1, largest));
  const multipleOf8 = largest >= 8 ? largest - (largest % 8) : null;
  return { batchSize: largest, multipleOf8, limitedBy };
}
