import { bytesPerElement, type LoweredStep, type PhysicalDtype, type Storage } from "../engine/tape";
import { copiesOf, type Node, type Phase, type Value } from "../graph/ir";
import { coefficientOf, degreeOf, elementsAt, lengthAt } from "../graph/shape";
import { flopsOf } from "./counts";

/** How a kernel spends its time: on the matrix units, or on memory in one of the patterns that cards serve differently. */
export type KernelKind =
  | "product"
  | "convolution"
  | "attention"
  /** Reads and writes in order: activations, sums, conversions. */
  | "stream"
  /** Reads in one order and writes in another. */
  | "reorder"
  /** Sums over rows, as the gradient of a bias. */
  | "reduction"
  | "normalization"
  | "normalization_grad"
  /** Over all but channels; its kernels work in fp32 whatever they are given. */
  | "batch_norm"
  | "pooling";

/** The optimizer's kernels are told by what they move in all, see `LoweredStep.update`. */
export type KernelPhase = Exclude<Phase, "optimizer">;

/** Kernels of a step that are alike: what each multiplies and moves. */
export interface Kernel {
  readonly kind: KernelKind;
  readonly phase: KernelPhase;
  /** The operation that runs it, such as `Linear`. */
  readonly operation: string;
  readonly count: number;
  /** 2 × multiply–accumulates; 0 for what only moves memory. */
  readonly flops: number;
  /** Read and written, each operand once. For products what the matrix rate does not cover already. */
  readonly bytes: number;
  readonly precision: PhysicalDtype;
  /** Of a product: the result's rows and columns, and the length that is summed over; 0 for the rest. */
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Of unfused attention in half precision: rows of weights that do not end on the 16 bytes that matrix units load. */
  readonly isUnaligned?: boolean;
}

/**
 * The kernels that a lowered step launches, read off its tape: matrix kernels from the operations, everything else from
 * what each operation reads and what it was seen to allocate. So a conversion that autocast makes or a copy that a
 * module needs costs time here exactly when it costs memory there.
 *
 * In the order of the graph, each as often as its module stands for others; like kernels of unlike modules stay apart.
 */
export function kernelsOf(nodes: readonly Node[], lowered: LoweredStep, batchSize: number): readonly Kernel[] {
  const reader = new UnitReader(lowered, batchSize);
  for (let i = 0; i < nodes.length; ) {
    const phase = nodes[i]?.phase ?? "optimizer";
    if (phase === "optimizer") break;
    const unit = unitAt(nodes, i);
    reader.read(unit, phase);
    i += unit.length;
  }
  return reader.kernels;
}

/** The same kernels, those alike in everything as one entry. */
export function alikeTogether(kernels: readonly Kernel[]): readonly Kernel[] {
  const together = new Map<string, Kernel>();
  for (const kernel of kernels) {
    const { count, ...figures } = kernel;
    const key = Object.values(figures).join(" ");
    const same = together.get(key);
    together.set(key, same === undefined ? kernel : { ...same, count: same.count + count });
  }
  return [...together.values()];
}

/** Operations that PyTorch runs as one: the gradients of one forward operation. Sums of gradients stand alone. */
function unitAt(nodes: readonly Node[], from: number): readonly Node[] {
  const first = nodes[from];
  if (first === undefined) return [];
  if (first.phase !== "backward" || first.op === "Accumulate") return [first];
  let to = from;
  while (nodes[to]?.phase === "backward" && nodes[to]?.of === first.of && nodes[to]?.op !== "Accumulate") to++;
  return nodes.slice(from, to);
}

/** By id of an operation: what it was seen to allocate. */
function storagesByNode({ tape }: LoweredStep): readonly (readonly Storage[] | undefined)[] {
  const byNode: Storage[][] = [];
  for (const storage of tape.storages) {
    const { node } = storage;
    if (node === null || isBookkeeping(storage)) continue;
    const made = byNode[node.id];
    if (made === undefined) byNode[node.id] = [storage];
    else made.push(storage);
  }
  return byNode;
}

/** Seeds, counters and workspaces: nobody streams through them. */
function isBookkeeping(storage: Storage): boolean {
  return storage.sizeAt !== null || storage.dtype === "uint8";
}

const VIEWS: ReadonlySet<string> = new Set([
  "Reshape",
  "Transpose",
  "SplitHeads",
  "MergeHeads",
  "UnpackHeads",
  "PackHeads",
  "Expand",
  "Slice",
  "SelectToken",
]);

/** By operation; others stream. */
const KIND_OF: ReadonlyMap<string, KernelKind> = new Map([
  ["LayerNorm", "normalization"],
  ["LayerNormGrad", "normalization_grad"],
  ["BatchNorm", "batch_norm"],
  ["BatchNormGrad", "batch_norm"],
  ["AveragePool", "pooling"],
  ["AveragePoolGrad", "pooling"],
  ["SumTo", "reduction"],
  ["Linear", "product"],
  ["LinearWeightGrad", "product"],
  ["MatMul", "product"],
  ["Conv2d", "convolution"],
  ["Conv2dInputGrad", "convolution"],
  ["Conv2dWeightGrad", "convolution"],
  ["Attention", "attention"],
  ["AttentionGrad", "attention"],
] as const);

/** Reads the incoming gradient and the input twice: once for the input's gradient, once for the weight's. */
const PASSES: ReadonlyMap<string, number> = new Map([
  ["LayerNormGrad", 2],
  ["BatchNormGrad", 2],
  ["BatchNorm", 2],
]);

/** What is read of one kernel: the rest is where it stands. */
type ReadKernel = Pick<Kernel, "kind" | "operation" | "precision"> & Partial<Kernel>;

/** A class and no literal: V8 converts literals whose figures are whole numbers at some times only, each when it is first read. */
class UnitKernel implements Kernel {
  readonly kind: KernelKind;
  readonly operation: string;
  readonly flops: number;
  readonly bytes: number;
  readonly precision: PhysicalDtype;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly isUnaligned: boolean;

  constructor(
    kernel: ReadKernel,
    readonly phase: KernelPhase,
    readonly count: number,
  ) {
    this.kind = kernel.kind;
    this.operation = kernel.operation;
    this.flops = kernel.flops ?? 0;
    this.bytes = kernel.bytes ?? 0;
    this.precision = kernel.precision;
    this.rows = kernel.rows ?? 0;
    this.columns = kernel.columns ?? 0;
    this.inner = kernel.inner ?? 0;
    this.isUnaligned = kernel.isUnaligned ?? false;
  }
}

/** Turns the operations of one unit into kernels. */
class UnitReader {
  readonly kernels: Kernel[] = [];
  private readonly made: readonly (readonly Storage[] | undefined)[];
  /** How many like modules the operations that are being read stand for. */
  private copies = 1;
  private phase: KernelPhase = "forward";

  constructor(
    private readonly lowered: LoweredStep,
    private readonly batchSize: number,
  ) {
    this.made = storagesByNode(lowered);
  }

  /** What the operations of a unit were seen to allocate. */
  private madeBy(unit: readonly Node[]): Storage[] {
    const left: Storage[] = [];
    for (const node of unit) {
      for (const storage of this.made[node.id] ?? []) left.push(storage);
    }
    return left;
  }

  read(unit: readonly Node[], phase: KernelPhase): void {
    const first = unit[0];
    if (first === undefined) return;
    this.copies = copiesOf(first.scope);
    this.phase = phase;
    const left = this.madeBy(unit);
    for (const node of unit) {
      const kind = KIND_OF.get(node.op) ?? "stream";
      if (kind === "product" || kind === "convolution") this.readMatrix(node, kind, left);
      else if (kind === "attention") this.readAttention(node, left);
      else this.readStreaming(node, kind, left);
    }
    for (const storage of left) this.readCopy(storage, first.op);
  }

  private readMatrix(node: Node, kind: "product" | "convolution", left: Storage[]): void {
    const output = node.outputs[0];
    if (output === undefined) return;
    this.claim(output, left);
    const flops = flopsOf(node, this.batchSize);
    const [rows, columns] = this.productShape(node, output);
    this.readBias(node, output, left);
    this.add({
      kind,
      operation: node.op,
      flops,
      // cuDNN's kernels want channels last: maps are brought into that order and back.
      bytes: kind === "convolution" ? 2 * this.bytesMoved(node) : 0,
      precision: this.matrixPrecision(node),
      rows,
      columns,
      inner: flops / (2 * rows * columns),
    });
  }

  /** A layer whose input had to be copied multiplies first and adds its bias in a pass of its own. */
  private readBias(node: Node, output: Value, left: readonly Storage[]): void {
    if (node.op !== "Linear" || node.inputs.length < LINEAR_INPUTS_WITH_BIAS) return;
    if (!left.some(({ what }) => what === COPIED_INPUT)) return;
    const precision = this.lowered.dtypeOf(output);
    const bytes = 2 * this.elements(output) * bytesPerElement(precision);
    this.add({ kind: "stream", operation: "Linear: bias", bytes, precision });
  }

  private productShape(node: Node, output: Value): readonly [number, number] {
    const elements = this.elements(output);
    if (node.op === "Conv2dWeightGrad") {
      const rows = lengthAt(output.shape, 0);
      return [rows, elements / rows];
    }
    if (node.op === "Conv2d" || node.op === "Conv2dInputGrad") {
      const channels = lengthOf(lengthAt(output.shape, 1), this.batchSize);
      return [elements / channels, channels];
    }
    const columns = lengthOf(lengthAt(output.shape, -1), this.batchSize);
    return [elements / columns, columns];
  }

  private readAttention(node: Node, left: Storage[]): void {
    const [q, k] = node.inputs;
    if (q === undefined || k === undefined) return;
    const isUnfused = left.some(({ what }) => UNFUSED.has(what));
    const precision = this.lowered.dtypeOf(q);
    const tokens = lengthAt(k.shape, 2);
    if (isUnfused) {
      const products = node.op === "Attention" ? 2 : 4;
      const flops = (flopsOf(node, this.batchSize) * products) / (node.op === "Attention" ? 2 : 5);
      this.add({
        kind: "attention",
        operation: `${node.op} unfused`,
        flops,
        precision,
        rows: lengthAt(q.shape, 2),
        columns: tokens,
        inner: lengthAt(q.shape, 3),
        isUnaligned: precision !== "float32" && (tokens * bytesPerElement(precision)) % LOADED_BYTES !== 0,
      });
      return;
    }
    left.length = 0;
    const tensors = node.op === "Attention" ? 4 : 8;
    this.add({
      kind: "attention",
      operation: node.op,
      flops: flopsOf(node, this.batchSize),
      bytes: tensors * this.elements(q) * bytesPerElement(precision),
      precision,
      rows: lengthAt(q.shape, 2),
      columns: tokens,
      inner: lengthAt(q.shape, 3),
    });
  }

  private readStreaming(node: Node, kind: KernelKind, left: Storage[]): void {
    let isMade = false;
    for (const output of node.outputs) if (this.claim(output, left)) isMade = true;
    if (!isMade && VIEWS.has(node.op)) return;
    const bytes = this.bytesMoved(node) * (kind === "batch_norm" ? this.wideningOf(node) : 1);
    if (bytes === 0) return;
    const [first] = node.inputs;
    const precision = first === undefined ? "float32" : this.lowered.dtypeOf(first);
    this.add({ kind, operation: node.op, bytes, precision });
  }

  private add(kernel: ReadKernel): void {
    this.kernels.push(new UnitKernel(kernel, this.phase, this.copies));
  }

  /** Half precision saves a kernel nothing that is held up by its arithmetic in fp32. */
  private wideningOf(node: Node): number {
    const [first] = node.inputs;
    return first === undefined ? 1 : bytesPerElement("float32") / bytesPerElement(this.lowered.dtypeOf(first));
  }

  /** A tensor that no operation of the graph stands for: a conversion or a copy in another order. */
  private readCopy(storage: Storage, operation: string): void {
    const elements = storage.coefficient === 0 ? 0 : this.extent(storage) / bytesPerElement(storage.dtype);
    if (elements === 0) return;
    const own = bytesPerElement(storage.dtype);
    const isSummed = storage.what === SUMMED_PARTS;
    const reordered = IN_ORDER.test(storage.what);
    const other = !reordered && this.lowered.isMixed && own !== 8 ? OTHER_WIDTH - own : own;
    const bytes = elements * (isSummed ? SUMMED_PASSES * own : own + Math.max(other, 1));
    const kind = reordered ? "reorder" : "stream";
    this.add({ kind, operation: `${operation}: ${storage.what}`, bytes, precision: storage.dtype });
  }

  /** Takes the storage that an output was placed in from those left to explain. */
  private claim(output: Value, left: Storage[]): boolean {
    const [coefficient, degree] = [coefficientOf(output.shape), degreeOf(output.shape)];
    for (let i = 0; i < left.length; i++) {
      const storage = left[i];
      if (storage === undefined || storage.degree !== degree) continue;
      if (storage.coefficient / bytesPerElement(storage.dtype) !== coefficient || IN_ORDER.test(storage.what)) continue;
      left.splice(i, 1);
      return true;
    }
    return false;
  }

  private bytesMoved(node: Node): number {
    let bytes = 0;
    const passes = PASSES.get(node.op) ?? 1;
    const gathers = node.op === "Embedding" || node.op === "SelectToken";
    for (const input of node.inputs) {
      // A gather reads as much as it writes, not its whole table.
      if (gathers && input === node.inputs[0]) continue;
      bytes += passes * this.elements(input) * bytesPerElement(this.lowered.dtypeOf(input));
    }
    for (const output of node.outputs)
      bytes += (gathers ? 2 : 1) * this.elements(output) * bytesPerElement(this.lowered.dtypeOf(output));
    return bytes;
  }

  /** What the matrix units are given: half precision under autocast, whatever the operands are stored as. */
  private matrixPrecision(node: Node): PhysicalDtype {
    const output = node.of === null ? node.outputs[0] : (node.of.outputs[0] ?? node.outputs[0]);
    return output === undefined ? "float32" : this.lowered.dtypeOf(output);
  }

  private elements(value: Value): number {
    return elementsAt(value.shape, this.batchSize);
  }

  private extent(storage: Storage): number {
    return storage.coefficient * this.batchSize ** storage.degree;
  }
}

/** Bytes of a value in fp32 and its copy in half precision. */
const OTHER_WIDTH = 6;
/** Source: NVIDIA, "Matrix Multiplication Background User's Guide", tensor core requirements. */
const LOADED_BYTES = 16;
const LINEAR_INPUTS_WITH_BIAS = 3;
const COPIED_INPUT = "input, tokens first";
/** Each of three parts is laid into zeros of the whole: three writes, and two sums that read two and write one. */
const SUMMED_PARTS = "gradient of queries, keys and values";
const SUMMED_PASSES = 3;
const IN_ORDER = /in order|tokens first/;
const UNFUSED: ReadonlySet<string> = new Set([
  "attention scores",
  "gradient of attention weights",
  "attention weights",
]);

function lengthOf(length: number, batchSize: number): number {
  return length < 0 ? -length * batchSize : length;
}
