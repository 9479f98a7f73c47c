import type { Card } from "../engine/pytorch/card";
import { requestedBytes, storageAt } from "../engine/tape";
import type { Node } from "../graph/ir";
import { roundedBytes } from "../readings/caching-allocator";
import { countFlops, countParameters } from "../readings/counts";
import { replayAllocator } from "../readings/replay";
import { planStep, type ResolvedPlan } from "./lowering";

/** Everything that a measured training step reports and that the graph predicts: bytes, counts, FLOPs. */
export interface MeasuredQuantities {
  readonly allocatedPeakBytes: number;
  readonly reservedPeakBytes: number;
  readonly savedActivationBytes: number;
  readonly retainedAfterForwardBytes: number;
  readonly gradientBytes: number;
  readonly optimizerStateBytes: number;
  readonly parameterBytes: number;
  readonly parameterCount: number;
  readonly trainableCount: number;
  readonly forwardPeakBytes: number;
  readonly backwardPeakBytes: number;
  readonly optimizerPeakBytes: number;
  readonly forwardFlops: number;
  readonly forwardBackwardFlops: number;
}

/** The card that measured rows were made on, but for its compute capability: an H100's 132 multiprocessors. */
const MEASURED_MULTIPROCESSORS = 132;
const MEASURED_THREADS = 2048;

/** The quantities of a measured row, for a plan run on a card of compute capability `sm` (75, 80, 90 …). */
export function measuredQuantities(resolved: ResolvedPlan, sm: number): MeasuredQuantities {
  const card: Card = { sm, multiprocessors: MEASURED_MULTIPROCESSORS, threadsPerMultiprocessor: MEASURED_THREADS };
  const { training, lowered } = planStep(resolved, card);
  const { graph, gradients } = training;
  const batchSize = resolved.plan.perDeviceBatchSize;
  const replay = replayAllocator(lowered, batchSize);
  const parameters = countParameters(graph, gradients);
  const storageOf = (block: number) => storageAt(lowered.tape, block);
  const bytes = (blocks: readonly number[]) =>
    blocks.reduce((sum, block) => sum + roundedBytes(requestedBytes(storageOf(block), batchSize)), 0);
  const saved = lowered.retained.filter((block) => {
    const { keptFor, what } = storageOf(block);
    return keptFor !== null && !what.startsWith("half-precision copy of the weight");
  });
  const isForward = (node: Node) => node.phase === "forward";
  const forwardFlops = countFlops(graph, batchSize, isForward);
  return {
    allocatedPeakBytes: replay.peakAllocatedBytes,
    reservedPeakBytes: replay.peakReservedBytes,
    savedActivationBytes: bytes(saved),
    retainedAfterForwardBytes: bytes(lowered.retained),
    gradientBytes: bytes(lowered.gradients),
    optimizerStateBytes: bytes(lowered.optimizerState),
    parameterBytes: bytes(lowered.weights.filter((block) => storageOf(block).what === "weight")),
    parameterCount: parameters.total,
    trainableCount: parameters.trainable,
    forwardPeakBytes: Math.max(replay.peakBySection.forward, replay.peakBySection.inputs),
    backwardPeakBytes: replay.peakBySection.backward,
    optimizerPeakBytes: replay.peakBySection.optimizer,
    forwardFlops,
    forwardBackwardFlops: countFlops(graph, batchSize, (node) => node.phase !== "optimizer"),
  };
}
