import type { Card } from "./card";

const WARP = 32;
const MAX_THREADS = 512;
const MIN_VALUES_PER_THREAD = 16;
const MAX_VALUES_PER_THREAD = 256;
/** Reductions add up in fp32 whatever the operands are. */
const ACCUMULATOR_BYTES = 4;

/** Buffers of one reduction: partial sums and the counters with which blocks take turns. Zero when one block does it all. */
export interface ReductionBuffers {
  readonly partialSumBytes: number;
  readonly semaphoreBytes: number;
}

/**
 * Temporary memory with which PyTorch sums the rows of a row-major matrix, as for the gradient of a bias.
 *
 * A tall matrix is split over many blocks, each of which writes its partial sums to memory: up to tens of MiB at a
 * time when the backward pass is near its peak.
 *
 * @param rows values summed into each output
 * @param columns outputs
 * @source PyTorch `aten/src/ATen/native/cuda/Reduce.cuh`, `setReduceConfig` and `global_memory_size`
 */
export function rowSumBuffers(rows: number, columns: number, card: Card): ReductionBuffers {
  const vector = outputVector(columns);
  const lanes = columns / vector;
  const maxThreads = MAX_THREADS / vector;
  const lanesPow2 = lanes < maxThreads ? powerOfTwoUpTo(lanes) : maxThreads;
  const rowsPow2 = rows < maxThreads ? powerOfTwoUpTo(rows) : maxThreads;
  const firstWidth = Math.min(lanesPow2, WARP);
  const height = Math.min(rowsPow2, Math.floor(maxThreads / firstWidth));
  const width = Math.min(lanesPow2, Math.floor(maxThreads / height));
  const splitAcrossWarps = rows >= Math.min(height * MIN_VALUES_PER_THREAD, MAX_VALUES_PER_THREAD);
  const valuesPerThread = splitAcrossWarps ? Math.ceil(rows / height) : rows;
  const grid = Math.ceil(lanes / (splitAcrossWarps ? width : width * height));
  const blocksPerMultiprocessor = Math.floor(card.threadsPerMultiprocessor / (width * height));
  const targetGrid = card.multiprocessors * blocksPerMultiprocessor;
  if (!splitAcrossWarps || valuesPerThread < MAX_VALUES_PER_THREAD || grid > targetGrid) return NO_BUFFERS;
  const blocksPerOutput = Math.max(
    Math.min(Math.ceil(targetGrid / grid), Math.ceil(valuesPerThread / MIN_VALUES_PER_THREAD)),
    Math.ceil(valuesPerThread / MAX_VALUES_PER_THREAD),
  );
  if (blocksPerOutput <= 1) return NO_BUFFERS;
  return {
    partialSumBytes: ACCUMULATOR_BYTES * columns * blocksPerOutput * width * vector,
    semaphoreBytes: ACCUMULATOR_BYTES * grid,
  };
}

const NO_BUFFERS: ReductionBuffers = { partialSumBytes: 0, semaphoreBytes: 0 };

function outputVector(columns: number): number {
  if (columns % 4 === 0) return 4;
  return columns % 2 === 0 ? 2 : 1;
}

function powerOfTwoUpTo(n: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(n, 1)));
}
