import type { OnnxModel } from "../../onnx/model";
import { type NodeKind, type NodeWork, workOf } from "./node-work";

/** What a machine does per second for this runtime, and what every node costs it. Measured once for each machine. */
export interface RuntimeRates {
  /** Of large matrix products. */
  readonly flopsPerSecond: number;
  /** Of a pass over tensors that the cache holds. */
  readonly memoryBytesPerSecond: number;
  readonly secondsPerNode: number;
}

/** What a whole model asks: of its steps, and of drawing the weights once. */
export interface ModelLoad {
  /** Of large products that would take as long. */
  readonly flops: number;
  /** Of passes in cache that would take as long. */
  readonly bytes: number;
  readonly nodes: number;
}

/** What a step asks of a machine in the three things that its rates say. */
export interface StepLoad extends ModelLoad {
  /** Whether nodes are handed over while earlier ones run, as to a card, or each in its turn. */
  readonly isQueued: boolean;
}

/** How kinds of kernels of one provider compare with large products and passes in cache. Fitted; see `runtime-efficiencies.ts`. */
export interface RuntimeEfficiencies {
  /** FLOPs' worth of one FLOP. */
  readonly flopCost: Readonly<Partial<Record<NodeKind, number>>>;
  /** FLOPs' worth of one element: kernels that are held up by their arithmetic. */
  readonly elementCost: Readonly<Partial<Record<NodeKind, number>>>;
  /** Bytes' worth of one byte. */
  readonly byteCost: Readonly<Partial<Record<NodeKind, number>>>;
  /** Of a product whose shortest length is s, the FLOPs count (1 + halfLength/s) times. */
  readonly halfLength: number;
  /** What one node may move without leaving the cache. */
  readonly cacheBytes: number;
  /** Bytes' worth of a byte beyond that. */
  readonly beyondCache: number;
  readonly isQueued: boolean;
}

/** @returns seconds: the sum of the quotients, or of a queue what takes longer, the work or handing it over */
export function secondsOf({ flops, bytes, nodes, isQueued }: StepLoad, rates: RuntimeRates): number {
  const work = flops / rates.flopsPerSecond + bytes / rates.memoryBytesPerSecond;
  const handing = nodes * rates.secondsPerNode;
  return isQueued ? Math.max(work, handing) : work + handing;
}

/**
 * The load of one step: what two steps ask more than one. A run also draws weights, which no step does.
 *
 * @param one, two  the same plan's models of one step and of two
 */
export function stepLoad(one: OnnxModel, two: OnnxModel, efficiencies: RuntimeEfficiencies): StepLoad {
  return loadBetween(modelLoad(one, efficiencies), modelLoad(two, efficiencies), 1, efficiencies);
}

/**
 * The load of one step of a plan from that of two of its models.
 *
 * @param stepCount by how many steps the longer one is longer
 */
export function loadBetween(
  short: ModelLoad,
  long: ModelLoad,
  stepCount: number,
  { isQueued }: Pick<RuntimeEfficiencies, "isQueued">,
): StepLoad {
  return {
    flops: (long.flops - short.flops) / stepCount,
    bytes: (long.bytes - short.bytes) / stepCount,
    nodes: (long.nodes - short.nodes) / stepCount,
    isQueued,
  };
}

export function modelLoad({ nodes }: OnnxModel, efficiencies: RuntimeEfficiencies): ModelLoad {
  let [flops, bytes, count] = [0, 0, 0];
  for (const node of nodes) {
    const work = workOf(node);
    if (work === null) continue;
    const load = nodeLoad(work, efficiencies);
    flops += load.flops;
    bytes += load.bytes;
    count++;
  }
  return { flops, bytes, nodes: count };
}

export function nodeLoad(work: NodeWork, efficiencies: RuntimeEfficiencies): StepLoad {
  const { kind, flops, elements, bytes, shortest } = work;
  const { flopCost, elementCost, byteCost, halfLength, cacheBytes, beyondCache } = efficiencies;
  const shortness = shortest === 0 ? 1 : 1 + halfLength / shortest;
  const slow = Math.max(0, bytes - cacheBytes);
  return {
    flops: flops * shortness * (flopCost[kind] ?? 0) + elements * (elementCost[kind] ?? 0),
    bytes: (bytes + slow * (beyondCache - 1)) * (byteCost[kind] ?? 0),
    nodes: 1,
    isQueued: efficiencies.isQueued,
  };
}
