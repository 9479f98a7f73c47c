import { copiesOf, type Graph, type Node, type Value } from "../graph/ir";
import { coefficientOf, elementsAt, lengthAt } from "../graph/shape";

/** Bytes of parameters by number, trained or not. */
export interface ParameterReading {
  readonly total: number;
  readonly trainable: number;
  /** By the outermost module; what lies in none is under the empty string. */
  readonly byRoot: ReadonlyMap<string, number>;
}

export function countParameters(graph: Graph, trained: ReadonlyMap<Value, Value>): ParameterReading {
  let total = 0;
  let trainable = 0;
  const byRoot = new Map<string, number>();
  for (const parameter of graph.parameters) {
    const count = copiesOf(parameter.scope) * coefficientOf(parameter.shape);
    total += count;
    if (trained.has(parameter)) trainable += count;
    const { path } = parameter.scope;
    const dot = path.indexOf(".");
    const root = dot < 0 ? path : path.slice(0, dot);
    byRoot.set(root, (byRoot.get(root) ?? 0) + count);
  }
  return { total, trainable, byRoot };
}

/** Backward of fused attention runs five matrix products where forward runs two. Source: arXiv:2205.14135 algorithm 4. */
const ATTENTION_GRAD_PRODUCTS = 5;
const ATTENTION_PRODUCTS = 2;

/**
 * Floating-point operations of one operation's matrix work: 2 × multiply–accumulates. Everything else counts nothing,
 * as in published profiles.
 */
export function flopsOf(node: Node, batchSize: number): number {
  switch (node.op) {
    case "Linear": {
      const [x, weight] = node.inputs;
      return x === undefined || weight === undefined ? 0 : 2 * rowsOf(x, batchSize) * coefficientOf(weight.shape);
    }
    case "LinearWeightGrad": {
      const [x] = node.inputs;
      const weight = node.outputs[0];
      return x === undefined || weight === undefined ? 0 : 2 * rowsOf(x, batchSize) * coefficientOf(weight.shape);
    }
    case "MatMul": {
      const [a] = node.inputs;
      const [y] = node.outputs;
      if (a === undefined || y === undefined) return 0;
      const inner = lengthAt(a.shape, node.attributes.transposeA ? -2 : -1);
      return 2 * elementsAt(y.shape, batchSize) * (inner < 0 ? -inner * batchSize : inner);
    }
    case "Conv2d":
    case "Conv2dInputGrad":
    case "Conv2dWeightGrad": {
      const weight = node.op === "Conv2dWeightGrad" ? node.outputs[0] : node.inputs[node.op === "Conv2d" ? 1 : 0];
      const map = node.op === "Conv2d" ? node.outputs[0] : node.inputs[1];
      if (weight === undefined || map === undefined) return 0;
      const places = elementsAt(map.shape, batchSize) / lengthAt(weight.shape, 0);
      return 2 * places * coefficientOf(weight.shape);
    }
    case "Attention":
      return ATTENTION_PRODUCTS * attentionProduct(node, batchSize);
    case "AttentionGrad":
      return ATTENTION_GRAD_PRODUCTS * attentionProduct(node, batchSize);
    default:
      return 0;
  }
}

/** One product of queries with keys: 2 · batch · heads · tokens² · head width. */
function attentionProduct(node: Node, batchSize: number): number {
  const [q, k] = node.inputs;
  return q === undefined || k === undefined ? 0 : 2 * elementsAt(q.shape, batchSize) * lengthAt(k.shape, 2);
}

function rowsOf(x: Value, batchSize: number): number {
  return elementsAt(x.shape, batchSize) / lengthAt(x.shape, -1);
}

/** FLOPs of all operations that a condition admits. */
export function countFlops(graph: Graph, batchSize: number, admits: (node: Node) => boolean): number {
  let flops = 0;
  for (const node of graph.nodes) if (admits(node)) flops += copiesOf(node.scope) * flopsOf(node, batchSize);
  return flops;
}
