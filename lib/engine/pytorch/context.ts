import type { Graph, Node, Scope, Value } from "../../graph/ir";
import { coefficientOf, degreeOf, type Shape } from "../../graph/shape";
import type { PhysicalDtype, Purpose, Storage, Tape } from "../tape";
import { rowSumBuffers } from "./reduction";
import type { Settings } from "./settings";

/** What the forward run of an operation leaves for its gradients. */
export interface ForwardRecord {
  /** Held until the gradients of this operation are done. */
  readonly kept: Storage[];
  /** The output was converted to a type of its own after the kernel ran. */
  castOutput: boolean;
}

/** The state of one lowering: where each value lies, and what gradients will need. */
export class Context {
  // By id: an operation or a value is looked up far more often than a table of all of them costs.
  readonly storageOf: (Storage | undefined)[];
  readonly dtypeOf: (PhysicalDtype | undefined)[];
  private readonly records: (ForwardRecord | undefined)[];
  private readonly gradientsOf: (Node[] | undefined)[];
  private readonly isLastingGradient: Uint8Array;
  private readonly isTokensFirst: Uint8Array;
  /** Operations with gradients, as the backward pass comes to them. */
  readonly differentiated: Node[] = [];
  /** Converted weights that autocast remembers until it is left. */
  readonly castWeights = new Map<Value, Storage>();
  /** What autocast converts operands of matrix kernels to; null without autocast. */
  readonly lowPrecision: PhysicalDtype | null;
  /** Modules whose attention is masked. */
  readonly causalScopes: ReadonlySet<Scope>;

  constructor(
    readonly graph: Graph,
    readonly tape: Tape,
    readonly settings: Settings,
  ) {
    this.storageOf = new Array<Storage | undefined>(graph.valueCount);
    this.dtypeOf = new Array<PhysicalDtype | undefined>(graph.valueCount);
    this.records = new Array<ForwardRecord | undefined>(graph.nodeCount);
    this.gradientsOf = new Array<Node[] | undefined>(graph.nodeCount);
    this.isLastingGradient = new Uint8Array(graph.valueCount);
    this.isTokensFirst = new Uint8Array(graph.valueCount);
    this.lowPrecision = lowPrecisionOf(settings);
    const causal = graph.nodes.filter((node) => node.op === "Attention" && node.attributes.causal);
    this.causalScopes = new Set(causal.map((node) => node.scope));
  }

  /** transformers' own attention computes its weights and returns them. */
  get returnsWeights(): boolean {
    return this.settings.attention === "eager" && this.settings.implementation === "transformers";
  }

  storage(value: Value): Storage {
    const storage = this.storageOf[value.id];
    if (storage === undefined)
      throw new Error(`${value.producer?.op ?? value.name} in ${value.scope.path} lies nowhere`);
    return storage;
  }

  dtype(value: Value): PhysicalDtype {
    return this.dtypeOf[value.id] ?? value.dtype;
  }

  place(value: Value, storage: Storage, dtype: PhysicalDtype): void {
    this.storageOf[value.id] = storage;
    this.dtypeOf[value.id] = dtype;
  }

  /** The same memory under another shape. */
  placeView(value: Value, of: Value): void {
    this.place(value, this.tape.retain(this.storage(of)), this.dtype(of));
  }

  /** Lets go of a value that lies in the step's own memory. */
  drop(value: Value): void {
    const storage = this.storageOf[value.id];
    if (storage !== undefined) this.tape.release(storage);
  }

  /** Hands a value's memory over to the caller, who lets it go. */
  take(value: Value): Storage {
    const storage = this.storage(value);
    this.storageOf[value.id] = undefined;
    return storage;
  }

  /** The gradient of a parameter stays until the next step. */
  markLasting(gradient: Value): void {
    this.isLastingGradient[gradient.id] = 1;
  }

  isLasting(gradient: Value): boolean {
    return this.isLastingGradient[gradient.id] === 1;
  }

  /** Attention handed this value over with tokens first; its gradient comes back in that order. */
  markTokensFirst(value: Value): void {
    this.isTokensFirst[value.id] = 1;
  }

  isHandedTokensFirst(value: Value): boolean {
    return this.isTokensFirst[value.id] === 1;
  }

  record(node: Node): ForwardRecord {
    let record = this.records[node.id];
    if (record === undefined) {
      record = { kept: [], castOutput: false };
      this.records[node.id] = record;
    }
    return record;
  }

  /** Null for an operation of which nothing was left. */
  recordOf(node: Node): ForwardRecord | null {
    return this.records[node.id] ?? null;
  }

  /** @param node an operation of the backward pass */
  addGradient(node: Node, of: Node): void {
    const group = this.gradientsOf[of.id];
    if (group !== undefined) {
      group.push(node);
      return;
    }
    this.gradientsOf[of.id] = [node];
    this.differentiated.push(of);
  }

  /** The backward operations of a forward operation. */
  gradientNodes(of: Node): readonly Node[] {
    return this.gradientsOf[of.id] ?? [];
  }

  /** Whether gradients of this operation will be computed, so that it has to keep what they read. */
  keepsFor(node: Node): boolean {
    return this.gradientsOf[node.id] !== undefined;
  }

  keep(node: Node, storage: Storage): void {
    this.tape.retain(storage);
    storage.keptFor ??= node;
    this.record(node).kept.push(storage);
  }

  /** Lets go of what an operation kept for its gradient, or of the part of it that is no longer needed. */
  releaseKept(node: Node, isDone?: (storage: Storage) => boolean): void {
    const kept = this.recordOf(node)?.kept;
    if (kept === undefined) return;
    let left = 0;
    for (let i = 0; i < kept.length; i++) {
      const storage = kept[i];
      if (storage === undefined) continue;
      if (isDone === undefined || isDone(storage)) this.tape.release(storage);
      else kept[left++] = storage;
    }
    kept.length = left;
  }

  /** Activations belong to the tower whose scope they lie in. */
  purposeOf(node: Node): Purpose {
    const { path } = node.scope;
    if (path.startsWith("visual")) return "activations.image";
    if (path.startsWith("text")) return "activations.text";
    return "loss";
  }

  /** Allocates and frees at once: memory that a kernel needs only while it runs. */
  scratch(shape: Shape, dtype: PhysicalDtype, what: string): void {
    this.tape.release(this.tape.alloc(shape, dtype, "temporaries", what));
  }

  /** The buffers of a sum over the leading axes of a tensor, down to `result`. */
  sumScratch(shape: Shape, result: Shape): void {
    const columns = coefficientOf(result);
    const [rowsPerBatch, degree] = [coefficientOf(shape) / columns, degreeOf(shape)];
    if (degreeOf(result) > 0 || columns === 1) return;
    const { card } = this.settings;
    const at = (part: "partialSumBytes" | "semaphoreBytes") => (batchSize: number) =>
      rowSumBuffers(rowsPerBatch * batchSize ** degree, columns, card)[part];
    const partial = this.tape.allocSized(
      at("partialSumBytes"),
      "temporaries",
      "partial sums of a reduction",
      `${rowsPerBatch}·batch^${degree} × ${columns}`,
    );
    const semaphores = this.tape.allocSized(at("semaphoreBytes"), "temporaries", "counters of a reduction", "counters");
    this.tape.release(semaphores);
    this.tape.release(partial);
  }
}

function lowPrecisionOf(settings: Settings): PhysicalDtype | null {
  if (settings.precision === "amp") return "float16";
  return settings.precision === "amp_bf16" ? "bfloat16" : null;
}

/** The wider of two floating types, as PyTorch promotes them. */
export function promoted(a: PhysicalDtype, b: PhysicalDtype): PhysicalDtype {
  return a === b ? a : "float32";
}
