import type { OnnxModel } from "../../onnx/model";
import { NODE_KINDS, type NodeKind, type NodeWork, workOf } from "./node-work";

/** What a machine does per second for this runtime, and what every node costs it. Measured once for each machine. */
export interface RuntimeRates {
  /** Of large matrix products. */
  readonly flopsPerSecond: number;
  /** Of a pass over tensors that the cache holds. */
  readonly memoryBytesPerSecond: number;
  readonly secondsPerNode: number;
}

/** What a step asks of a machine in the three things that its rates say: seconds are the sum of the quotients. */
export interface StepLoad {
  /** Of large products that would take as long. */
  readonly flops: number;
  /** Of passes in cache that would take as long. */
  readonly bytes: number;
  readonly nodes: number;
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
}

/** @returns seconds */
export function secondsOf({ flops, bytes, nodes }: StepLoad, rates: RuntimeRates): number {
  return flops / rates.flopsPerSecond + bytes / rates.memoryBytesPerSecond + nodes * rates.secondsPerNode;
}

/**
 * The load of one step: what two steps ask more than one. A run also draws weights, which no step does.
 *
 * @param one, two  the same plan's models of one step and of two
 */
export function stepLoad(one: OnnxModel, two: OnnxModel, efficiencies: RuntimeEfficiencies): StepLoad {
  const [once, twice] = [modelLoad(one, efficiencies), modelLoad(two, efficiencies)];
  return { flops: twice.flops - once.flops, bytes: twice.bytes - once.bytes, nodes: twice.nodes - once.nodes };
}

function modelLoad({ nodes }: OnnxModel, efficiencies: RuntimeEfficiencies): StepLoad {
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
  };
}

/** FLOPs' and bytes' worth by kind, for whoever wants to see what a step is made of. */
export function loadsByKind(model: OnnxModel, efficiencies: RuntimeEfficiencies): ReadonlyMap<NodeKind, StepLoad> {
  const loads = new Map<NodeKind, StepLoad>(NODE_KINDS.map((kind) => [kind, { flops: 0, bytes: 0, nodes: 0 }]));
  for (const node of model.nodes) {
    const work = workOf(node);
    if (work === null) continue;
    const [sum, load] = [loads.get(work.kind), nodeLoad(work, efficiencies)];
    if (sum === undefined) continue;
    loads.set(work.kind, {
      flops: sum.flops + load.flops,
      bytes: sum.bytes + load.bytes,
      nodes: sum.nodes + load.nodes,
    });
  }
  return loads;
}
