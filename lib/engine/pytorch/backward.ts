import type { Node, NodeOf, OpType, Value } from "../../graph/ir";
import type { PhysicalDtype, Storage } from "../tape";
import { kernelFor, runAttentionGrad } from "./attention";
import type { Context } from "./context";
import { handsOverCopy, readsReordered } from "./forward";

/**
 * Runs the gradient of one forward operation as PyTorch's autograd engine would.
 *
 * A node's incoming gradient and what it kept stay until all its gradients are made, then go; gradients of values
 * that autocast converted are converted back; gradients of one value add up in place where nobody else holds them.
 *
 * @param forward the operation (or its repetition) whose gradients these are
 * @param group the backward operations that its rule wrote
 * @param isLastUse whether no later operation reads a gradient value
 */
export function runBackward(
  context: Context,
  forward: Node,
  group: readonly Node[],
  isLastUse: (value: Value) => boolean,
): void {
  const { tape } = context;
  tape.during(group[0] ?? forward);
  const step = new GradientStep(context, forward, group, isLastUse);
  if (group.some((node) => node.op !== "Accumulate")) runGradient(step, forward);
  step.letGoIncoming();
  context.releaseKept(forward);
  step.convertBack();
  for (const node of group) if (node.op === "Accumulate") accumulate(context, node, isLastUse);
}

/** The gradients of one forward operation while they are made. */
class GradientStep {
  private readonly converted: Storage[] = [];
  private isLetGo = false;
  /** By input, in the order in which autograd undoes conversions: last converted first. */
  private readonly toConvert = new Map<number, () => void>();

  constructor(
    readonly context: Context,
    readonly forward: Node,
    private readonly group: readonly Node[],
    private readonly isLastUse: (value: Value) => boolean,
  ) {
    this.incoming = this.findIncoming();
  }

  find<T extends OpType>(op: T): NodeOf<T> | null {
    for (const node of this.group) {
      // Sound: the discriminant was compared; TypeScript does not narrow a union by a type parameter.
      if (node.op === op) return node as unknown as NodeOf<T>;
    }
    return null;
  }

  all<T extends OpType>(op: T): NodeOf<T>[] {
    // Sound: as in `find`.
    return this.group.filter((node) => node.op === op) as unknown as NodeOf<T>[];
  }

  /** Gradient values that come from outside the group. */
  private readonly incoming: readonly Value[];

  private findIncoming(): Value[] {
    const values: Value[] = [];
    for (const node of this.group) {
      if (node.op === "Accumulate") continue;
      for (const input of node.inputs) {
        const isInside = input.producer !== null && this.group.includes(input.producer);
        if (!isInside && isGradient(this.context, input) && !values.includes(input)) values.push(input);
      }
    }
    return values;
  }

  /** The incoming gradient of the operation's output, converted to that output's type where it differs. */
  incomingDtype(): PhysicalDtype {
    const output = this.forward.outputs[0];
    const wanted = output === undefined ? "float32" : this.context.dtype(output);
    for (const value of this.incoming) {
      if (this.context.dtype(value) === wanted) continue;
      this.converted.push(this.context.tape.alloc(value.shape, wanted, "temporaries", "gradient converted"));
    }
    return wanted;
  }

  /** Puts the incoming gradient in another order; the one that came is let go when nobody else holds it. */
  copyIncoming(dtype: PhysicalDtype, what: string): void {
    const [value] = this.incoming;
    if (value === undefined) return;
    const copy = this.context.tape.alloc(value.shape, dtype, "temporaries", what);
    const before = this.converted.pop();
    if (before !== undefined) this.context.tape.release(before);
    this.converted.push(copy);
  }

  /** The incoming gradient is not needed any more; where nobody else reads it, its memory goes. */
  letGoIncoming(): void {
    if (this.isLetGo) return;
    this.isLetGo = true;
    for (const value of this.incoming) if (this.isLastUse(value)) this.context.drop(value);
    for (const storage of this.converted) this.context.tape.release(storage);
  }

  purposeOf(value: Value): "gradients" | "temporaries" {
    return this.context.isLasting(value) ? "gradients" : "temporaries";
  }

  /**
   * Makes the gradient of one input in the type the kernel works in; if autocast had converted that input, the
   * gradient is converted back once the kernel's own memory is free.
   */
  make(value: Value, inputIndex: number, dtype: PhysicalDtype, what: string): void {
    const { tape } = this.context;
    const wanted = this.dtypeOfInput(inputIndex);
    if (wanted === dtype) {
      this.context.place(value, tape.alloc(value.shape, dtype, this.purposeOf(value), what), dtype);
      return;
    }
    const narrow = tape.alloc(value.shape, dtype, "temporaries", what);
    this.context.place(value, narrow, dtype);
    this.toConvert.set(inputIndex, () => {
      this.context.place(value, tape.alloc(value.shape, wanted, this.purposeOf(value), what), wanted);
      tape.release(narrow);
    });
  }

  convertBack(): void {
    for (let i = 0; i < this.forward.inputs.length; i++) this.toConvert.get(i)?.();
  }

  private dtypeOfInput(index: number): PhysicalDtype {
    const input = this.forward.inputs[index];
    return input === undefined ? "float32" : this.context.dtype(input);
  }
}

function isGradient(context: Context, value: Value): boolean {
  return (
    value.role === "gradient" ||
    (value.role === "input" && context.storageOf[value.id]?.what === "gradient of the loss")
  );
}

function runGradient(step: GradientStep, forward: Node): void {
  switch (forward.op) {
    case "Linear":
      linearGradient(step, forward);
      break;
    case "LayerNorm":
      layerNormGradient(step, forward);
      break;
    case "Attention":
      attentionGradient(step, forward);
      break;
    case "UnpackHeads":
      unpackHeadsGradient(step, forward);
      break;
    case "SplitHeads":
      splitHeadsGradient(step, forward);
      break;
    case "Conv2d":
      convolutionGradient(step);
      break;
    case "BatchNorm":
      batchNormGradient(step);
      break;
    case "L2Normalize":
      normalizeGradient(step);
      break;
    case "SoftmaxCrossEntropy":
      crossEntropyGradient(step, forward);
      break;
    default:
      elementwiseGradient(step);
      break;
  }
}

function linearGradient(step: GradientStep, forward: NodeOf<"Linear">): void {
  const { context } = step;
  const { module } = forward.scope.parent ?? forward.scope;
  const isMultihead = module === "MultiheadAttention";
  const isPacked = isMultihead && forward.scope.path.endsWith("in_proj");
  const dtype = step.incomingDtype();
  if (isMultihead && !isPacked && !context.settings.singleSample) step.copyIncoming(dtype, "gradient, tokens first");
  const [dx, dw, db] = [step.find("Linear"), step.find("LinearWeightGrad"), step.find("SumTo")];
  const input = () => {
    const value = dx?.outputs[0];
    if (value !== undefined) step.make(value, 0, dtype, "gradient of the input");
  };
  const weight = () => {
    const value = dw?.outputs[0];
    if (value !== undefined) step.make(value, 1, dtype, "gradient of the weight");
  };
  const bias = () => {
    // What was recomputed has no other holder and goes as soon as the products are made.
    if (forward.phase === "recompute" && !isPacked) context.releaseKept(forward);
    const value = db?.outputs[0];
    const read = db?.inputs[0];
    if (value === undefined || read === undefined) return;
    step.make(value, 2, dtype, "gradient of the bias");
    context.sumScratch(read.shape, value.shape);
  };
  // A packed projection adds its bias in a step of its own, undone first.
  const order = isPacked ? [bias, weight, input] : [input, weight, bias];
  for (const make of order) make();
}

function layerNormGradient(step: GradientStep, forward: NodeOf<"LayerNorm">): void {
  const { context } = step;
  const { tape } = context;
  const record = context.recordOf(forward);
  const grad = step.find("LayerNormGrad");
  const [x] = forward.inputs;
  if (grad === null || x === undefined) return;
  let working = step.incomingDtype();
  if (record?.castOutput === true) {
    // The conversion of the output is undone first, and the narrow gradient let go.
    working = "float32";
    step.copyIncoming(working, "gradient in fp32");
  }
  const reordered = readsReordered(context, forward) && x.producer?.op !== "SelectToken";
  const copyOfInput = reordered ? tape.alloc(x.shape, working, "temporaries", "input in order") : null;
  grad.outputs.forEach((value, i) => {
    if (wants(forward, i))
      step.make(value, i, i === 0 ? working : context.dtype(value), NORM_GRADIENTS[i] ?? "gradient");
  });
  if (copyOfInput !== null) tape.release(copyOfInput);
  const [y] = forward.outputs;
  if (y !== undefined && context.isHandedTokensFirst(y)) context.scratch(x.shape, working, "gradient in order");
}

const NORM_GRADIENTS = ["gradient of the input", "gradient of the weight", "gradient of the bias"] as const;

function wants(forward: Node, index: number): boolean {
  return forward.inputs[index]?.requiresGrad === true;
}

function attentionGradient(step: GradientStep, forward: NodeOf<"Attention">): void {
  const { context } = step;
  const dtype = step.incomingDtype();
  const grad = step.find("AttentionGrad");
  if (grad === null) return;
  const kernel = kernelFor(context, forward, dtype);
  if (kernel === "math" || kernel === "eager")
    step.copyIncoming(kernel === "math" ? "float32" : dtype, "gradient in order");
  const made = runAttentionGrad(context, forward, dtype, handsOverCopy(context, forward), () => step.letGoIncoming());
  made.forEach((storage, i) => {
    const value = grad.outputs[i];
    if (value === undefined) return;
    if (wants(forward, i)) context.place(value, storage, dtype);
    else context.tape.release(storage);
  });
}

/** The three parts come back one by one: each is laid into zeros of the whole width, and the wholes add up. */
function unpackHeadsGradient(step: GradientStep, forward: NodeOf<"UnpackHeads">): void {
  const { context } = step;
  const { tape } = context;
  const pack = step.find("PackHeads");
  const value = pack?.outputs[0];
  const [part] = pack?.inputs ?? [];
  if (pack === null || value === undefined || part === undefined) return;
  const dtype = context.dtype(part);
  const whole = () => tape.alloc(value.shape, dtype, "temporaries", "gradient of queries, keys and values");
  const parts: (Storage | undefined)[] = pack.inputs.map((input) => context.take(input));
  const isMultihead = forward.scope.module === "MultiheadAttention";
  if (!isMultihead) {
    const stacked = whole();
    for (const storage of parts) if (storage !== undefined) tape.release(storage);
    context.place(value, whole(), dtype);
    tape.release(stacked);
    return;
  }
  const flash = usesFlash(context, forward);
  if (!flash && !context.settings.singleSample) {
    for (let pass = 0; pass < 2; pass++)
      for (let i = 0; i < parts.length; i++) parts[i] = reordered(context, parts[i], dtype);
  }
  let sum: Storage | null = null;
  for (let i = parts.length - 1; i >= 0; i--) {
    const filled = whole();
    const storage = parts[i];
    if (storage !== undefined) tape.release(storage);
    if (sum === null) sum = filled;
    else tape.release(filled);
  }
  context.place(value, whole(), dtype);
  if (sum !== null) tape.release(sum);
}

function usesFlash(context: Context, forward: Node): boolean {
  const [q] = forward.outputs;
  const attention = context.graph.nodes.find(
    (node) => node.op === "Attention" && q !== undefined && node.inputs.includes(q),
  );
  return (
    attention?.op === "Attention" && q !== undefined && kernelFor(context, attention, context.dtype(q)) === "flash"
  );
}

function reordered(context: Context, storage: Storage | undefined, dtype: PhysicalDtype): Storage | undefined {
  if (storage === undefined) return undefined;
  const copy = context.tape.alloc(storage.shape, dtype, "temporaries", "gradient in order");
  context.tape.release(storage);
  return copy;
}

function splitHeadsGradient(step: GradientStep, forward: NodeOf<"SplitHeads">): void {
  const { context } = step;
  const merge = step.find("MergeHeads");
  const [read] = merge?.inputs ?? [];
  const value = merge?.outputs[0];
  if (read === undefined || value === undefined) return;
  const dtype = context.dtype(read);
  if (
    forward.scope.module === "AttentionPool2d" &&
    !context.settings.singleSample &&
    !splitIntoFlash(context, forward)
  ) {
    const first = context.tape.alloc(value.shape, dtype, "temporaries", "gradient in order");
    context.tape.release(context.take(read));
    const second = context.tape.alloc(value.shape, dtype, "temporaries", "gradient in order");
    context.tape.release(first);
    context.place(value, second, dtype);
    return;
  }
  context.placeView(value, read);
}

function splitIntoFlash(context: Context, forward: Node): boolean {
  return usesFlash(context, forward);
}

function convolutionGradient(step: GradientStep): void {
  const { context } = step;
  const dtype = step.incomingDtype();
  const [dx, dw] = [step.find("Conv2dInputGrad"), step.find("Conv2dWeightGrad")];
  const read = dw?.inputs[1];
  const reorders = read?.producer?.op === "Reshape";
  const ordered =
    reorders && read !== undefined ? context.tape.alloc(read.shape, dtype, "temporaries", "gradient in order") : null;
  // The kernel writes the bias's gradient in the bias's own shape.
  const [dxValue, dwValue, dbValue] = [dx?.outputs[0], dw?.outputs[0], step.find("Reshape")?.outputs[0]];
  if (dxValue !== undefined) step.make(dxValue, 0, dtype, "gradient of the input");
  if (dwValue !== undefined) step.make(dwValue, 1, dtype, "gradient of the weight");
  if (dbValue !== undefined) step.make(dbValue, 2, dtype, "gradient of the bias");
  if (ordered !== null) context.tape.release(ordered);
}

function batchNormGradient(step: GradientStep): void {
  const { context } = step;
  const dtype = step.incomingDtype();
  const grad = step.find("BatchNormGrad");
  grad?.outputs.forEach((value, i) => {
    if (i === 0 || wants(step.forward, i))
      step.make(value, i, i === 0 ? dtype : context.dtype(value), NORM_GRADIENTS[i] ?? "gradient");
  });
}

/** A quotient's four products, the clamp and the norm: several vectors at a time, none of them large. */
function normalizeGradient(step: GradientStep): void {
  const { context } = step;
  const { tape } = context;
  const grad = step.find("L2NormalizeGrad");
  const value = grad?.outputs[0];
  if (value === undefined) return;
  const dtype = step.incomingDtype();
  const quotient = tape.alloc(value.shape, dtype, "temporaries", "gradient of the quotient");
  const products = [1, 2, 3].map(() => tape.alloc(value.shape, dtype, "temporaries", "gradient of the norm"));
  for (const storage of products) tape.release(storage);
  step.make(value, 0, context.dtype(step.forward.inputs[0] ?? value), "gradient of the input");
  tape.release(quotient);
}

function crossEntropyGradient(step: GradientStep, forward: NodeOf<"SoftmaxCrossEntropy">): void {
  const { context } = step;
  const { tape } = context;
  const value = step.find("SoftmaxCrossEntropyGrad")?.outputs[0];
  const [logits] = forward.inputs;
  if (value === undefined || logits === undefined) return;
  const wide = step.incomingDtype();
  const dtype = context.dtype(logits);
  let picked = tape.alloc(value.shape, wide, "temporaries", "gradient of the log-probabilities");
  if (dtype !== wide) {
    const narrow = tape.alloc(value.shape, dtype, "temporaries", "gradient of the log-probabilities");
    tape.release(picked);
    picked = narrow;
  }
  step.make(value, 0, dtype, "gradient of the logits");
  tape.release(picked);
}

/** Operations whose gradient is the same memory seen another way. */
const VIEWS: ReadonlySet<OpType> = new Set(["Reshape", "Transpose", "SplitHeads", "MergeHeads", "Expand", "Slice"]);

/** One new tensor per backward operation; steps inside the group let go of what they read. */
function elementwiseGradient(step: GradientStep): void {
  const { context } = step;
  const group = context.gradientNodes(step.forward);
  const dtype = step.incomingDtype();
  const made = new Set<Value>();
  for (const node of group) {
    if (node.op === "Accumulate") continue;
    const value = node.outputs[0];
    const [read] = node.inputs;
    if (value === undefined || read === undefined) continue;
    if (VIEWS.has(node.op)) {
      context.placeView(value, read);
    } else {
      const isOnTheWay = group.some((other) => other.op !== "Accumulate" && other.inputs.includes(value));
      const index = isOnTheWay ? null : inputReached(step.forward, value);
      const wanted = node.op === "EmbeddingGrad" ? context.dtype(node.inputs[1] ?? read) : dtype;
      if (index === null)
        context.place(value, context.tape.alloc(value.shape, wanted, step.purposeOf(value), "gradient"), wanted);
      else step.make(value, index, wanted, "gradient of the input");
      if (node.op === "SumTo") context.sumScratch(read.shape, value.shape);
    }
    if (made.has(read)) context.tape.release(context.take(read));
    made.add(value);
  }
}

/** The input whose shape a gradient has. */
function inputReached(forward: Node, value: Value): number | null {
  const index = forward.inputs.findIndex(
    (input) =>
      input.requiresGrad &&
      input.shape.length === value.shape.length &&
      input.shape.every((n, i) => n === value.shape[i]),
  );
  return index < 0 ? null : index;
}

/**
 * Adds a gradient to one that is there already: in place when nobody else holds it.
 *
 * Results of matrix products are handed over as views, which PyTorch does not add to in place.
 */
function accumulate(context: Context, node: Node, isLastUse: (value: Value) => boolean): void {
  const { tape } = context;
  const [before, added] = node.inputs;
  const [sum] = node.outputs;
  if (before === undefined || added === undefined || sum === undefined) return;
  tape.during(node);
  const storage = context.storage(before);
  const dtype = context.dtype(before);
  const isView =
    before.producer !== null &&
    before.producer.op === "Linear" &&
    before.shape.length > 2 &&
    storage.dtype === dtype &&
    context.lowPrecision === null;
  if (storage.references === 1 && isLastUse(before) && !isView) {
    context.place(sum, storage, dtype);
  } else {
    const purpose = context.isLasting(sum) ? "gradients" : "temporaries";
    context.place(sum, tape.alloc(sum.shape, dtype, purpose, "sum of gradients"), dtype);
    if (isLastUse(before)) context.drop(before);
  }
  if (isLastUse(added)) context.drop(added);
}
