import { type LoweredStep, storageAt } from "../engine/tape";
import { chapterMemory } from "./baselines/chapter";
import { type BatchReading, curveBatchSizes } from "./batch-sizes";
import { deviceMemory } from "./device-memory";
import type { Interval, LargestBatch, MemoryEstimate, Verdict } from "./estimate";
import type { ResolvedPlan } from "./lowering";
import { categoriesAtPeak } from "./peak";
import { courseOf, timelineOf } from "./timeline";
import { allocatedInterval, reservedInterval } from "./uncertainty";

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
  const { replay, reading, deviceBytes, deviceBytesAt, largestBatchSize } = deviceMemory(resolved, lowered);
  const course = courseOf(lowered, replay);
  const largest = largestBatchSize(gpu.usableBytes);
  const saved = lowered.retained.filter((block) => storageAt(lowered.tape, block).keptFor !== null);
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
    savedActivationBytes: saved.reduce((sum, block) => sum + (replay.blockBytes[block] ?? 0), 0),
    largestBatch: largestBatch(reading, largest),
    byBatchSize: curveBatchSizes(batchSize, largest).map((size) => ({
      batchSize: size,
      deviceBytes: deviceBytesAt(size),
    })),
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
