import type { Shape } from "./shape";

/** What a tensor is stored as when nothing casts it. */
export type Dtype = "float32" | "bfloat16" | "int64" | "bool";

/** What a value is to training. */
export type Role = "parameter" | "buffer" | "input" | "activation" | "gradient" | "optimizer_state";

export type Phase = "forward" | "recompute" | "backward" | "optimizer";

/** Where a module stands in a row of modules, such as the blocks of a transformer. */
export interface RowPlace {
  /** The module that holds the row. */
  readonly row: Scope;
  /** Of this module, or of the first of those it stands for. */
  readonly index: number;
  /** How many modules it stands for: like ones that follow each other may be written once. */
  readonly count: number;
}

/** A module of the model, such as `visual.transformer.resblocks.3.attn`: who made a value and who holds it. */
export interface Scope {
  readonly path: string;
  readonly parent: Scope | null;
  readonly depth: number;
  /** Its activations are dropped after the forward pass and computed again when the backward pass needs them. */
  readonly checkpointed: boolean;
  /** The class of module that writes here, such as `MultiheadAttention`: frameworks run the same mathematics differently. */
  readonly module: string;
  /** The nearest row this lies in; null for none. */
  readonly place: RowPlace | null;
}

/** How often what lies in a scope is there. */
export function copiesOf({ place }: Scope): number {
  return place?.count ?? 1;
}

export interface Value {
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: Dtype;
  readonly role: Role;
  readonly scope: Scope;
  /** Full dotted name for parameters, buffers and inputs; empty for the rest. */
  readonly name: string;
  readonly producer: Node | null;
  /** A gradient flows through it or into it. */
  readonly requiresGrad: boolean;
}

/** The closed set of operations, each with its attributes. Shapes are inferred in `infer-shapes.ts`, gradients in `gradients/`. */
export interface OpAttributes {
  // dense algebra
  /** x […, in], w, bias? → […, out]. `out_in`: y = x·wᵀ + b; `in_out`: y = x·w + b. */
  Linear: { readonly layout: "out_in" | "in_out" };
  /** a, b → a·b over the last two axes, either transposed. */
  MatMul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** x […, in], dy […, out] → the sum over all rows of their outer product, in the weight's layout. */
  LinearWeightGrad: { readonly layout: "out_in" | "in_out" };
  /** x [n, c, h, w], w [o, c, k, k], bias? → [n, o, h', w']. */
  Conv2d: { readonly stride: number; readonly padding: number };
  Conv2dInputGrad: { readonly stride: number; readonly padding: number; readonly inputShape: Shape };
  Conv2dWeightGrad: { readonly stride: number; readonly padding: number; readonly weightShape: Shape };

  // element by element
  Add: Record<string, never>;
  /** The sum of two gradients of one value. */
  Accumulate: Record<string, never>;
  Mul: Record<string, never>;
  /** x · factor · batch^batchPower: −1 divides by the batch size, which the graph leaves open. */
  Scale: { readonly factor: number; readonly batchPower: 0 | -1 };
  Exp: Record<string, never>;
  Gelu: { readonly approximate: "none" | "tanh" };
  GeluGrad: { readonly approximate: "none" | "tanh" };
  Sigmoid: Record<string, never>;
  SigmoidGrad: Record<string, never>;
  LogSigmoid: Record<string, never>;
  LogSigmoidGrad: Record<string, never>;
  Relu: Record<string, never>;
  ReluGrad: Record<string, never>;

  // normalization
  /** x, weight, bias → y, mean, reciprocal standard deviation; over the last axis. */
  LayerNorm: { readonly epsilon: number };
  LayerNormGrad: Record<string, never>;
  /** x, scale, bias, running mean, running variance → y, mean, reciprocal standard deviation; over all but channels. */
  BatchNorm: { readonly epsilon: number; readonly training: boolean };
  BatchNormGrad: { readonly epsilon: number; readonly training: boolean };
  /** x → x / ‖x‖₂ over the last axis, and the norm. */
  L2Normalize: Record<string, never>;
  L2NormalizeGrad: Record<string, never>;

  // attention
  /** [batch, tokens, 3·width] → q, k, v of [batch, heads, tokens, head width]. */
  UnpackHeads: { readonly heads: number; readonly parts: number };
  PackHeads: Record<string, never>;
  /** [batch, tokens, width] → [batch, heads, tokens, head width]. */
  SplitHeads: { readonly heads: number };
  MergeHeads: Record<string, never>;
  /** softmax(q·kᵀ/√d + mask)·v, and the log-sum-exp of each row. */
  Attention: { readonly causal: boolean };
  AttentionGrad: { readonly causal: boolean };

  // choosing and arranging
  Embedding: Record<string, never>;
  EmbeddingGrad: { readonly rows: number };
  /** The position of the largest entry of each row. */
  ArgMax: Record<string, never>;
  /** x [batch, tokens, width] → [batch, width]: a fixed position, or one per row from a second input. */
  SelectToken: { readonly index: number | "per_row" };
  SelectTokenGrad: { readonly index: number | "per_row"; readonly tokens: number };
  Concat: { readonly axis: number };
  Slice: { readonly axis: number; readonly start: number; readonly length: number };
  /** The gradient of Slice: zeros with the slice put back. */
  PadSlice: { readonly axis: number; readonly start: number; readonly length: number };
  Reshape: { readonly shape: Shape };
  Transpose: { readonly permutation: readonly number[] };
  Expand: { readonly shape: Shape };

  // reducing
  /** Sums the axes along which `shape` was broadcast. */
  SumTo: { readonly shape: Shape };
  Mean: { readonly axis: number; readonly keepDims: boolean };
  AveragePool: { readonly kernel: number };
  AveragePoolGrad: { readonly kernel: number; readonly inputShape: Shape };

  // across devices
  /** Rows of every device, in rank order; the result is `devices` times as long. */
  AllGather: { readonly devices: number };
  /** The gradient of AllGather for this device's own rows; summed over devices when the gather passes gradients. */
  ReduceScatter: { readonly devices: number };

  // losses
  /** logits [rows, classes], labels [rows] → mean loss, log-probabilities. */
  SoftmaxCrossEntropy: Record<string, never>;
  SoftmaxCrossEntropyGrad: Record<string, never>;
  /** ±1 labels of pairs: +1 on the diagonal, −1 elsewhere. No inputs. */
  PairSigns: { readonly shape: Shape };
  LabelRange: { readonly shape: Shape };

  // optimizers; they update their first input in place
  AdamW: Record<string, never>;
  Sgd: Record<string, never>;
}

export type OpType = keyof OpAttributes;

export interface NodeOf<T extends OpType> {
  readonly id: number;
  readonly op: T;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: OpAttributes[T];
  readonly scope: Scope;
  readonly phase: Phase;
  /** For gradients: the forward operation they belong to. For recomputed nodes: the one they repeat. */
  readonly of: Node | null;
}

export type Node = { [T in OpType]: NodeOf<T> }[OpType];

export interface Graph {
  readonly nodes: readonly Node[];
  readonly parameters: readonly Value[];
  readonly buffers: readonly Value[];
  readonly inputs: readonly Value[];
  /** Ids of operations are below this, each once; some were taken out again. */
  readonly nodeCount: number;
  /** Number of values; ids are 0 … valueCount − 1. */
  readonly valueCount: number;
}

/** A readable name for any value: its own, or its producer's place and operation. */
export function nameOf(value: Value): string {
  if (value.name !== "") return value.name;
  const { producer } = value;
  return producer === null ? `${value.scope.path}/${value.id}` : `${value.scope.path}/${producer.op}/${producer.id}`;
}
