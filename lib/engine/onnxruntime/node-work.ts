import { ELEMENT_BYTES, type OnnxNode, type OnnxValue } from "../../onnx/model";
import { isView } from "./kernels";
import { elementCount } from "./writer";

/** How a kernel spends its time. */
export const NODE_KINDS = [
  /** Nothing is computed or moved. */
  "view",
  /** Matrix products of two dimensions, and of many at once. */
  "product",
  "batched_product",
  "convolution",
  "transposed_convolution",
  /** One pass over all operands: arithmetic, square roots, exponentials. */
  "stream",
  /** The same, element by element: an operand is broadcast along the innermost axes, or the kernel knows no vectors. */
  "scalar_loop",
  "sign",
  "reduction",
  "layer_norm",
  "softmax",
  /** Numbers in another order or place. */
  "copy",
  /** Columns of single numbers laid side by side. */
  "interleave",
  "fill",
  "scatter",
] as const;

export type NodeKind = (typeof NODE_KINDS)[number];

/** What one node asks of a machine. */
export interface NodeWork {
  readonly kind: NodeKind;
  /** 2 × multiply–accumulates; 0 for what multiplies no matrices. */
  readonly flops: number;
  /** Of the first result. */
  readonly elements: number;
  /** Read and written, each operand once. */
  readonly bytes: number;
  /** Of a product: the shortest of its three lengths; 0 for the rest. */
  readonly shortest: number;
}

/** @returns null for random numbers, which a run draws once and no step does */
export function workOf(node: OnnxNode): NodeWork | null {
  if (node.operator.startsWith("Random")) return null;
  const kind = kindOf(node);
  const [output] = node.outputs;
  const elements = output === undefined ? 0 : elementCount(output.shape);
  if (kind === "view") return { kind, flops: 0, elements: 0, bytes: 0, shortest: 0 };
  const { flops, shortest } = productOf(node, kind);
  return { kind, flops, elements, bytes: bytesMoved(node, kind), shortest };
}

const KIND_OF: Readonly<Record<string, NodeKind>> = {
  Gemm: "product",
  MatMul: "batched_product",
  FusedMatMul: "batched_product",
  Conv: "convolution",
  ConvTranspose: "transposed_convolution",
  Sign: "sign",
  ReduceSum: "reduction",
  ReduceMean: "reduction",
  ReduceL2: "reduction",
  ArgMax: "reduction",
  LayerNormalization: "layer_norm",
  Softmax: "softmax",
  LogSoftmax: "softmax",
  Transpose: "copy",
  Split: "copy",
  Slice: "copy",
  Pad: "copy",
  Concat: "copy",
  Gather: "copy",
  GatherND: "copy",
  GatherElements: "copy",
  ConstantOfShape: "fill",
  ScatterND: "scatter",
};

function kindOf(node: OnnxNode): NodeKind {
  if (isView(node.operator)) return "view";
  if (node.operator === "Concat" && node.inputs.every(({ shape }) => shape.length > 1 && shape.at(-1) === 1)) {
    return "interleave";
  }
  return KIND_OF[node.operator] ?? (isScalarLoop(node) ? "scalar_loop" : "stream");
}

/**
 * Whether a broadcast leaves the innermost loop a single element or two. This runtime loops over the innermost axis whose
 * length is not 1 in neither operand or both; where the result ends with axes of length 1, a number beside it counts as
 * broadcast along them.
 */
function isScalarLoop({ operator, inputs, outputs }: OnnxNode): boolean {
  const [output] = outputs;
  if (output === undefined || elementCount(output.shape) === 1) return false;
  const last = output.shape.at(-1) ?? 1;
  if (operator === "Expand") return last <= SHORTEST_VECTOR;
  if (last !== 1) return false;
  return inputs.length === 2 && inputs.some(({ shape }) => elementCount(shape) === 1);
}

/** Numbers that a broadcast repeats side by side before vectors pay. */
const SHORTEST_VECTOR = 4;

/** Operators that read as much as they write, not all they are given. */
const READS_WHAT_IT_WRITES: ReadonlySet<string> = new Set(["Slice", "Gather", "GatherND", "GatherElements", "Expand"]);

function bytesMoved({ operator, inputs, outputs }: OnnxNode, kind: NodeKind): number {
  const written = outputs.reduce((sum, output) => sum + bytesOf(output), 0);
  if (kind === "fill") return written;
  if (READS_WHAT_IT_WRITES.has(operator)) return 2 * written;
  return written + inputs.reduce((sum, input) => sum + bytesOf(input), 0);
}

function bytesOf({ shape, type }: OnnxValue): number {
  return elementCount(shape) * ELEMENT_BYTES[type];
}

function productOf(node: OnnxNode, kind: NodeKind): { readonly flops: number; readonly shortest: number } {
  const [a, b] = node.inputs;
  const [output] = node.outputs;
  if (a === undefined || b === undefined || output === undefined) return { flops: 0, shortest: 0 };
  if (kind === "product" || kind === "batched_product") {
    const rows = output.shape.at(-2) ?? 1;
    const columns = output.shape.at(-1) ?? 1;
    const isTransposed = isSet(node, "transA");
    const inner = a.shape.at(isTransposed ? -2 : -1) ?? 1;
    return { flops: 2 * elementCount(output.shape) * inner, shortest: Math.min(rows, columns, inner) };
  }
  const perPlace = elementCount(b.shape.slice(1));
  const [filters = 1] = b.shape;
  if (kind === "convolution") {
    return { flops: 2 * elementCount(output.shape) * perPlace, shortest: Math.min(filters, perPlace) };
  }
  if (kind === "transposed_convolution") {
    return { flops: 2 * elementCount(a.shape) * perPlace, shortest: Math.min(filters, perPlace) };
  }
  return { flops: 0, shortest: 0 };
}

function isSet({ attributes }: OnnxNode, name: string): boolean {
  const attribute = attributes[name];
  return attribute !== undefined && "int" in attribute && attribute.int === 1;
}
