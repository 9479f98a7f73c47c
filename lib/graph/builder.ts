import { type Application, inferShapes } from "./infer-shapes";
import type { Dtype, Graph, Node, OpAttributes, OpType, Phase, Role, RowPlace, Scope, Value } from "./ir";
import { lengthAt, type Shape, sameShape } from "./shape";

/**
 * Writes a graph, operation by operation, in the order a framework would run it.
 *
 * Values know whether a gradient flows through them, so that autodiff emits nothing for what does not train.
 */
export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly parameters: Value[] = [];
  readonly buffers: Value[] = [];
  readonly inputs: Value[] = [];
  /** Values so far; the next one's id. */
  valueCount = 0;
  /** Operations so far, those included that were taken out again; the next one's id. */
  private nodeCount = 0;
  private gradientsOff = 0;
  private gradientsForced = false;
  private phase: Phase = "forward";
  private repeats: Node | null = null;
  scope: Scope;

  constructor(rootPath = "") {
    this.scope = { path: rootPath, parent: null, depth: 0, checkpointed: false, module: "", place: null };
  }

  finish(): Graph {
    const { nodes, parameters, buffers, inputs, nodeCount, valueCount } = this;
    return { nodes, parameters, buffers, inputs, nodeCount, valueCount };
  }

  // --- places and phases

  /** Runs `write` inside a module; one without a name adds nothing to the path. */
  within<T>(
    name: string,
    write: () => T,
    options: {
      readonly checkpointed?: boolean;
      readonly module?: string;
      readonly inRow?: Pick<RowPlace, "index" | "count">;
    } = {},
  ): T {
    const outer = this.scope;
    this.scope = {
      path: outer.path === "" || name === "" ? outer.path + name : `${outer.path}.${name}`,
      parent: outer,
      depth: outer.depth + 1,
      checkpointed: options.checkpointed === true,
      module: options.module ?? "",
      place: options.inRow === undefined ? outer.place : { row: outer, ...options.inRow },
    };
    try {
      return write();
    } finally {
      this.scope = outer;
    }
  }

  /** Runs `write` with no gradient flowing through what it makes. */
  noGrad<T>(write: () => T): T {
    this.gradientsOff++;
    try {
      return write();
    } finally {
      this.gradientsOff--;
    }
  }

  /** Runs `write` with gradients wanted for what it makes, whether or not anything in it trains. */
  wantGradients<T>(write: () => T): T {
    const before = this.gradientsForced;
    this.gradientsForced = true;
    try {
      return write();
    } finally {
      this.gradientsForced = before;
    }
  }

  /** Runs `write` as gradients of `of`, or as its repetition, in that operation's scope. */
  inPhase<T>(phase: Phase, of: Node | null, scope: Scope, write: () => T): T {
    const before = { phase: this.phase, repeats: this.repeats, scope: this.scope };
    this.phase = phase;
    this.repeats = of;
    this.scope = scope;
    try {
      return write();
    } finally {
      this.phase = before.phase;
      this.repeats = before.repeats;
      this.scope = before.scope;
    }
  }

  // --- leaves

  parameter(name: string, shape: Shape, options: { readonly trainable: boolean; readonly dtype: Dtype }): Value {
    const value = this.leaf(name, shape, options.dtype, "parameter", options.trainable);
    this.parameters.push(value);
    return value;
  }

  buffer(name: string, shape: Shape, dtype: Dtype): Value {
    const value = this.leaf(name, shape, dtype, "buffer", false);
    this.buffers.push(value);
    return value;
  }

  input(name: string, shape: Shape, dtype: Dtype): Value {
    const value = this.leaf(name, shape, dtype, "input", false);
    this.inputs.push(value);
    return value;
  }

  optimizerState(name: string, shape: Shape, dtype: Dtype): Value {
    return this.leaf(name, shape, dtype, "optimizer_state", false);
  }

  private leaf(name: string, shape: Shape, dtype: Dtype, role: Role, requiresGrad: boolean): Value {
    const path = this.scope.path === "" ? name : `${this.scope.path}.${name}`;
    return { id: this.valueCount++, shape, dtype, role, scope: this.scope, name: path, producer: null, requiresGrad };
  }

  // --- operations

  /** Adds one operation; output shapes and types are inferred. */
  apply<T extends OpType>(op: T, inputs: readonly Value[], attributes: OpAttributes[T]): Node {
    // Sound: `op` and `attributes` come from one T; TypeScript cannot see that of a union built from it.
    const application = { op, attributes } as unknown as Application;
    const shapes = inferShapes(application, inputs.map(shapeOf));
    // Made at their length: a list that grows by pushing sets aside room for seventeen.
    const outputs = new Array<Value>(shapes.length);
    const node = {
      id: this.nodeCount++,
      op,
      inputs,
      outputs,
      attributes,
      scope: this.scope,
      phase: this.phase,
      of: this.repeats,
    } as unknown as Node;
    const differentiable = this.gradientsOff === 0 && this.phase !== "backward" && this.phase !== "optimizer";
    const requiresGrad = differentiable && (this.gradientsForced || inputs.some(wantsGradient));
    const role = this.phase === "backward" ? "gradient" : "activation";
    for (let i = 0; i < shapes.length; i++) {
      outputs[i] = {
        id: this.valueCount++,
        shape: shapes[i] ?? [],
        dtype: dtypeOfOutput(op, inputs, i),
        role,
        scope: this.scope,
        name: "",
        producer: node,
        requiresGrad: requiresGrad && isDifferentiableOutput(op, i),
      };
    }
    this.nodes.push(node);
    return node;
  }

  private one<T extends OpType>(op: T, inputs: readonly Value[], attributes: OpAttributes[T]): Value {
    return outputOf(this.apply(op, inputs, attributes), 0);
  }

  linear(x: Value, weight: Value, bias: Value | null, layout: "out_in" | "in_out" = "out_in"): Value {
    return this.one("Linear", bias === null ? [x, weight] : [x, weight, bias], { layout });
  }

  matMul(a: Value, b: Value, transpose: { readonly a?: boolean; readonly b?: boolean } = {}): Value {
    return this.one("MatMul", [a, b], { transposeA: transpose.a === true, transposeB: transpose.b === true });
  }

  conv2d(x: Value, weight: Value, bias: Value | null, stride: number, padding: number): Value {
    return this.one("Conv2d", bias === null ? [x, weight] : [x, weight, bias], { stride, padding });
  }

  add(a: Value, b: Value): Value {
    return this.one("Add", [a, b], {});
  }

  mul(a: Value, b: Value): Value {
    return this.one("Mul", [a, b], {});
  }

  /** @param batchPower −1 to divide by the batch size as well */
  scale(x: Value, factor: number, batchPower: 0 | -1 = 0): Value {
    return this.one("Scale", [x], { factor, batchPower });
  }

  exp(x: Value): Value {
    return this.one("Exp", [x], {});
  }

  gelu(x: Value, approximate: "none" | "tanh"): Value {
    return this.one("Gelu", [x], { approximate });
  }

  sigmoid(x: Value): Value {
    return this.one("Sigmoid", [x], {});
  }

  logSigmoid(x: Value): Value {
    return this.one("LogSigmoid", [x], {});
  }

  relu(x: Value): Value {
    return this.one("Relu", [x], {});
  }

  layerNorm(x: Value, weight: Value, bias: Value, epsilon: number): Value {
    return this.one("LayerNorm", [x, weight, bias], { epsilon });
  }

  batchNorm(x: Value, parameters: BatchNormParameters, epsilon: number, training: boolean): Value {
    const { scale, bias, runningMean, runningVariance } = parameters;
    return this.one("BatchNorm", [x, scale, bias, runningMean, runningVariance], { epsilon, training });
  }

  l2Normalize(x: Value): Value {
    return this.one("L2Normalize", [x], {});
  }

  unpackHeads(packed: Value, heads: number, parts: number): readonly Value[] {
    return this.apply("UnpackHeads", [packed], { heads, parts }).outputs;
  }

  splitHeads(x: Value, heads: number): Value {
    return this.one("SplitHeads", [x], { heads });
  }

  mergeHeads(x: Value): Value {
    return this.one("MergeHeads", [x], {});
  }

  attention(q: Value, k: Value, v: Value, causal: boolean): Value {
    return this.one("Attention", [q, k, v], { causal });
  }

  embedding(weight: Value, ids: Value): Value {
    return this.one("Embedding", [weight, ids], {});
  }

  argMax(x: Value): Value {
    return this.one("ArgMax", [x], {});
  }

  selectToken(x: Value, index: number | Value): Value {
    return typeof index === "number"
      ? this.one("SelectToken", [x], { index })
      : this.one("SelectToken", [x, index], { index: "per_row" });
  }

  concat(values: readonly Value[], axis: number): Value {
    return this.one("Concat", values, { axis });
  }

  slice(x: Value, axis: number, start: number, length: number): Value {
    return this.one("Slice", [x], { axis, start, length });
  }

  reshape(x: Value, shape: Shape): Value {
    return this.one("Reshape", [x], { shape });
  }

  transpose(x: Value, permutation: readonly number[]): Value {
    return this.one("Transpose", [x], { permutation });
  }

  expand(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.one("Expand", [x], { shape });
  }

  sumTo(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.one("SumTo", [x], { shape });
  }

  mean(x: Value, axis: number, keepDims: boolean): Value {
    return this.one("Mean", [x], { axis, keepDims });
  }

  averagePool(x: Value, kernel: number): Value {
    return this.one("AveragePool", [x], { kernel });
  }

  allGather(x: Value, devices: number): Value {
    return this.one("AllGather", [x], { devices });
  }

  softmaxCrossEntropy(logits: Value, labels: Value): Value {
    return this.one("SoftmaxCrossEntropy", [logits, labels], {});
  }

  pairSigns(shape: Shape): Value {
    return this.one("PairSigns", [], { shape });
  }

  labelRange(shape: Shape): Value {
    return this.one("LabelRange", [], { shape });
  }
}

export interface BatchNormParameters {
  readonly scale: Value;
  readonly bias: Value;
  readonly runningMean: Value;
  readonly runningVariance: Value;
}

/** One output of a node. @throws {RangeError} when it has fewer */
export function outputOf(node: Node, index: number): Value {
  const value = node.outputs[index];
  if (value === undefined) throw new RangeError(`${node.op} has no output ${index}`);
  return value;
}

function shapeOf(value: Value): Shape {
  return value.shape;
}

function wantsGradient(value: Value): boolean {
  return value.requiresGrad;
}

/** Statistics, log-sum-exps and the like pass no gradient of their own. */
function isDifferentiableOutput(op: OpType, index: number): boolean {
  return index === 0 || op === "UnpackHeads";
}

function dtypeOfOutput(op: OpType, inputs: readonly Value[], index: number): Dtype {
  switch (op) {
    case "ArgMax":
    case "LabelRange":
      return "int64";
    case "PairSigns":
      return "float32";
    case "Attention":
    case "LayerNorm":
    case "BatchNorm":
      return index === 0 ? (inputs[0]?.dtype ?? "float32") : "float32";
    case "EmbeddingGrad":
      return inputs[1]?.dtype ?? "float32";
    case "LayerNormGrad":
      return (index === 0 ? inputs[0] : inputs[3])?.dtype ?? "float32";
    case "BatchNormGrad":
      return (index === 0 ? inputs[0] : inputs[1])?.dtype ?? "float32";
    case "LinearWeightGrad":
    case "Conv2dInputGrad":
    case "Conv2dWeightGrad":
      return inputs[0]?.dtype ?? "float32";
    default:
      return inputs[0]?.dtype ?? "float32";
  }
}

/** Tokens of `[batch, tokens, width]`. */
export function tokensOf(x: Value): number {
  return lengthAt(x.shape, 1);
}
