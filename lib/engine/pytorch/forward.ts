import type { Node, NodeOf, Value } from "../../graph/ir";
import { degreeOf, lengthAt } from "../../graph/shape";
import type { PhysicalDtype, Storage } from "../tape";
import { hasFusedKernel, kernelFor, runAttention } from "./attention";
import { type Context, promoted } from "./context";

/**
 * Runs one forward operation as PyTorch would: what it converts, what it allocates, what it keeps for its gradient.
 *
 * Results of the operation are placed in the context; what only the kernel needed is free again afterwards.
 */
export function runForward(context: Context, node: Node): void {
  context.tape.during(node);
  switch (node.op) {
    case "Linear":
      runLinear(context, node);
      break;
    case "MatMul":
    case "Conv2d":
      runLowPrecision(context, node);
      break;
    case "LayerNorm":
      runLayerNorm(context, node);
      break;
    case "BatchNorm":
      runBatchNorm(context, node);
      break;
    case "Attention":
      placeAttention(context, node);
      break;
    case "UnpackHeads":
      unpackHeads(context, node);
      break;
    case "MergeHeads":
      mergeHeads(context, node);
      break;
    case "SplitHeads":
    case "Reshape":
    case "Transpose":
    case "Expand":
    case "Slice":
      placeViews(context, node);
      break;
    case "SelectToken":
      selectToken(context, node);
      break;
    case "Add":
      runAdd(context, node);
      break;
    case "Relu":
      overwrite(context, node);
      break;
    case "Concat":
      runConcat(context, node);
      break;
    case "L2Normalize":
      runNormalize(context, node);
      break;
    case "SoftmaxCrossEntropy":
      runCrossEntropy(context, node);
      break;
    case "AveragePool":
      keepInput(context, node, 0);
      placeOutput(context, node, inputDtype(context, node, 0));
      break;
    case "Exp":
      placeOutput(context, node, context.lowPrecision === null ? inputDtype(context, node, 0) : "float32");
      break;
    case "ArgMax":
    case "LabelRange":
      placeOutput(context, node, "int64");
      break;
    case "PairSigns":
      placeOutput(context, node, context.settings.precision === "bf16" ? "bfloat16" : "float32");
      break;
    case "Embedding":
      keepReadInputs(context, node);
      placeOutput(context, node, inputDtype(context, node, 0));
      break;
    default:
      runElementwise(context, node);
      break;
  }
}

function inputOf(node: Node, index: number): Value {
  const value = node.inputs[index];
  if (value === undefined) throw new RangeError(`${node.op} has no input ${index}`);
  return value;
}

function outputOf(node: Node): Value {
  const value = node.outputs[0];
  if (value === undefined) throw new RangeError(`${node.op} has no output`);
  return value;
}

function inputDtype(context: Context, node: Node, index: number): PhysicalDtype {
  return context.dtype(inputOf(node, index));
}

function placeOutput(context: Context, node: Node, dtype: PhysicalDtype): void {
  const output = outputOf(node);
  const purpose = context.purposeOf(node);
  context.place(output, context.tape.alloc(output.shape, dtype, purpose, "output"), dtype);
}

/** Keeps the memory of an input for the gradient, unless it is a weight that stays anyway. */
function keepInput(context: Context, node: Node, index: number, physical?: Storage): void {
  if (!context.keepsFor(node)) return;
  const value = inputOf(node, index);
  const storage = physical ?? context.storage(value);
  context.keep(node, storage);
}

/** Which forward values the gradients of an operation read: decided by the rules, not here. */
function isRead(context: Context, node: Node, value: Value): boolean {
  for (const gradient of context.gradientNodes(node)) if (gradient.inputs.includes(value)) return true;
  return false;
}

function keepReadInputs(context: Context, node: Node): void {
  node.inputs.forEach((input, i) => {
    if (node.inputs.indexOf(input) === i && isRead(context, node, input)) context.keep(node, context.storage(input));
  });
}

function keepReadOutputs(context: Context, node: Node): void {
  for (const output of node.outputs) if (isRead(context, node, output)) context.keep(node, context.storage(output));
}

function runElementwise(context: Context, node: Node): void {
  const dtypes = node.inputs.filter((input) => input.shape.length > 0).map((input) => context.dtype(input));
  const dtype = dtypes.reduce(promoted, dtypes[0] ?? context.dtype(inputOf(node, 0)));
  keepReadInputs(context, node);
  placeOutput(context, node, dtype);
  keepReadOutputs(context, node);
}

/** An input in the type the kernel wants: the value itself, or a converted copy that the caller lets go. */
interface Operand {
  readonly storage: Storage;
  readonly temporary: boolean;
}

/** Autocast: operands of matrix kernels become half precision; weights that train are converted once and remembered. */
function operand(context: Context, node: Node, index: number, wanted: PhysicalDtype | null): Operand {
  const value = inputOf(node, index);
  const storage = context.storage(value);
  if (wanted === null || context.dtype(value) === wanted) return { storage, temporary: false };
  const isWeight = value.role === "parameter";
  const remembered = context.castWeights.get(value);
  if (remembered !== undefined) return { storage: remembered, temporary: false };
  const purpose = isWeight ? "temporaries" : context.purposeOf(node);
  const what = isWeight ? "half-precision copy of the weight" : "half-precision copy";
  const copy = context.tape.alloc(value.shape, wanted, purpose, what);
  if (isWeight && value.requiresGrad) {
    context.castWeights.set(value, copy);
    return { storage: copy, temporary: false };
  }
  return { storage: copy, temporary: true };
}

function runLinear(context: Context, node: NodeOf<"Linear">): void {
  const { tape, lowPrecision } = context;
  const { module } = node.scope.parent ?? node.scope;
  const inMultihead = module === "MultiheadAttention";
  const isPackedProjection = inMultihead && node.scope.path.endsWith("in_proj");
  const operands: Operand[] = [];
  for (let i = node.inputs.length - 1; i >= 0; i--) operands[i] = operand(context, node, i, lowPrecision);
  let x = operands[0];
  if (x === undefined) throw new RangeError("Linear needs an input");
  // A frozen projection is multiplied head on, without bringing rows together first.
  const trains = inputOf(node, 1).requiresGrad;
  const transposed = isPackedProjection && trains && !context.settings.singleSample;
  if (transposed) {
    // Tokens come first inside nn.MultiheadAttention; the matrix product wants rows that lie one after the other.
    const copy = tape.alloc(inputOf(node, 0).shape, x.storage.dtype, context.purposeOf(node), "input, tokens first");
    if (x.temporary) tape.release(x.storage);
    x = { storage: copy, temporary: true };
    context.markTokensFirst(inputOf(node, 0));
  }
  const output = outputOf(node);
  const dtype = lowPrecision ?? inputDtype(context, node, 0);
  const result = tape.alloc(output.shape, dtype, context.purposeOf(node), "output");
  context.place(output, result, dtype);
  if (context.keepsFor(node)) {
    if (isRead(context, node, inputOf(node, 0))) context.keep(node, x.storage);
    const weight = operands[1];
    if (weight !== undefined && needsWeight(context, node)) context.keep(node, weight.storage);
  }
  if (x.temporary) tape.release(x.storage);
  for (let i = 1; i < operands.length; i++) {
    const other = operands[i];
    if (other?.temporary === true) tape.release(other.storage);
  }
}

/**
 * A repeated operation whose result nobody reads is not run: the repetition stops once everything that gradients
 * need is there again. Its operands are made and kept all the same.
 */
export function keepOperands(context: Context, node: Node): void {
  if (node.op !== "Linear") {
    keepReadInputs(context, node);
    return;
  }
  context.tape.during(node);
  for (let i = node.inputs.length - 1; i >= 0; i--) {
    const { storage, temporary } = operand(context, node, i, context.lowPrecision);
    if (isRead(context, node, inputOf(node, i))) context.keep(node, storage);
    if (temporary) context.tape.release(storage);
  }
  const output = outputOf(node);
  context.dtypeOf[output.id] = context.lowPrecision ?? inputDtype(context, node, 0);
}

function needsWeight(context: Context, node: Node): boolean {
  return isRead(context, node, inputOf(node, 1));
}

function runLowPrecision(context: Context, node: NodeOf<"MatMul"> | NodeOf<"Conv2d">): void {
  const { tape, lowPrecision } = context;
  const operands: Operand[] = [];
  for (let i = node.inputs.length - 1; i >= 0; i--) operands[i] = operand(context, node, i, lowPrecision);
  placeOutput(context, node, lowPrecision ?? inputDtype(context, node, 0));
  operands.forEach(({ storage, temporary }, i) => {
    if (isRead(context, node, inputOf(node, i))) context.keep(node, storage);
    if (temporary) tape.release(storage);
  });
}

function runLayerNorm(context: Context, node: NodeOf<"LayerNorm">): void {
  const { tape, lowPrecision, settings } = context;
  const x = inputOf(node, 0);
  const own = context.dtype(x);
  const purpose = context.purposeOf(node);
  const working: PhysicalDtype = lowPrecision === null ? own : "float32";
  let input = context.storage(x);
  const converts = own !== working;
  if (converts) input = tape.alloc(x.shape, working, purpose, "input in fp32");
  const reordered = readsReordered(context, node)
    ? tape.alloc(x.shape, working, "temporaries", "input in order")
    : null;
  const [y, mean, rstd] = node.outputs;
  if (y === undefined || mean === undefined || rstd === undefined) throw new RangeError("LayerNorm has three outputs");
  const result = tape.alloc(y.shape, working, purpose, "output");
  context.place(mean, tape.alloc(mean.shape, "float32", purpose, "mean"), "float32");
  context.place(rstd, tape.alloc(rstd.shape, "float32", purpose, "reciprocal standard deviation"), "float32");
  if (reordered !== null) tape.release(reordered);
  if (isRead(context, node, x)) context.keep(node, input);
  if (converts) tape.release(input);
  keepReadOutputs(context, node);
  // open_clip's LayerNorm returns the type it was given; torch's own stays in fp32 under autocast.
  if (converts && settings.implementation === "open_clip") {
    context.place(y, tape.alloc(y.shape, own, purpose, "output in half precision"), own);
    tape.release(result);
    context.record(node).castOutput = true;
  } else {
    context.place(y, result, working);
  }
}

/** timm's tokens lie channels first in memory; selected tokens do not lie one after the other. */
export function readsReordered(context: Context, node: NodeOf<"LayerNorm">): boolean {
  const x = inputOf(node, 0);
  if (x.producer?.op === "SelectToken") return true;
  return isChannelsFirst(node, x) && !context.settings.singleSample;
}

function isChannelsFirst(node: Node, x: Value): boolean {
  if (x.shape.length !== 3 || degreeOf(x.shape) === 0) return false;
  return node.scope.path.startsWith("visual") && isTimmTower(node);
}

function isTimmTower(node: Node): boolean {
  for (let scope: Node["scope"] | null = node.scope; scope !== null; scope = scope.parent) {
    if (scope.module === "AttentionPoolLatent") return false;
    if (scope.module === "vit_map") return true;
  }
  return false;
}

function runBatchNorm(context: Context, node: NodeOf<"BatchNorm">): void {
  const { tape } = context;
  const [y, mean, rstd] = node.outputs;
  if (y === undefined || mean === undefined || rstd === undefined) throw new RangeError("BatchNorm has three outputs");
  if (isRead(context, node, inputOf(node, 0))) context.keep(node, context.storage(inputOf(node, 0)));
  placeOutput(context, node, inputDtype(context, node, 0));
  if (!node.attributes.training) return;
  context.place(mean, tape.alloc(mean.shape, "float32", context.purposeOf(node), "batch mean"), "float32");
  context.place(rstd, tape.alloc(rstd.shape, "float32", context.purposeOf(node), "batch deviation"), "float32");
  keepReadOutputs(context, node);
}

function placeAttention(context: Context, node: NodeOf<"Attention">): void {
  const [output, lse] = node.outputs;
  if (output === undefined || lse === undefined) throw new RangeError("Attention has two outputs");
  const dtype = inputDtype(context, node, 0);
  const kernel = kernelFor(context, node, dtype);
  const isFused = kernel !== "math" && kernel !== "eager";
  if (!isFused && runsFastPath(context, node)) {
    runNativeAttention(context, node, dtype);
    return;
  }
  if (isFused) keepReadInputs(context, node);
  const storage = runAttention(context, node, dtype);
  context.place(output, storage, dtype);
  if (isFused && context.keepsFor(node)) context.keep(node, storage);
}

/** The native function without a fused kernel: scores for a while, and the result laid where the queries were. */
function runNativeAttention(context: Context, node: NodeOf<"Attention">, dtype: PhysicalDtype): void {
  const [q, k] = [inputOf(node, 0), inputOf(node, 1)];
  context.scratch([...q.shape.slice(0, 3), lengthAt(k.shape, 2)], dtype, "attention weights");
  context.placeView(outputOf(node), q);
}

function unpackHeads(context: Context, node: NodeOf<"UnpackHeads">): void {
  const packed = inputOf(node, 0);
  const dtype = context.dtype(packed);
  const unfused = context.settings.attention === "math" || !hasFusedKernel(context, dtype);
  const inOrder = node.scope.module !== "MultiheadAttention" || (runsFastPath(context, node) && !unfused);
  if (inOrder) {
    placeViews(context, node);
    return;
  }
  const copy = context.tape.alloc(packed.shape, dtype, context.purposeOf(node), "queries, keys and values in order");
  for (const output of node.outputs) context.place(output, context.tape.retain(copy), dtype);
  context.tape.release(copy);
}

/**
 * nn.MultiheadAttention in eval mode with nothing to differentiate, no autocast and no mask runs as one native
 * function without copies in between.
 */
function runsFastPath(context: Context, node: Node): boolean {
  const { scope } = node;
  const inMultihead = scope.module === "MultiheadAttention" || scope.parent?.module === "MultiheadAttention";
  if (!inMultihead || context.lowPrecision !== null || hasCausalMask(context, node)) return false;
  return context.settings.frozenInEvalMode && node.inputs.every((input) => !input.requiresGrad);
}

function hasCausalMask(context: Context, node: Node): boolean {
  if (node.op === "Attention") return node.attributes.causal;
  return (
    context.causalScopes.has(node.scope) || (node.scope.parent !== null && context.causalScopes.has(node.scope.parent))
  );
}

/** The efficient kernel writes tokens before heads; inside nn.MultiheadAttention that order is not the one wanted. */
export function handsOverCopy(context: Context, node: Node): boolean {
  const { module } = node.scope;
  return (module === "MultiheadAttention" || module === "AttentionPool2d") && !context.settings.singleSample;
}

function mergeHeads(context: Context, node: NodeOf<"MergeHeads">): void {
  const x = inputOf(node, 0);
  const attention = x.producer;
  if (attention?.op !== "Attention") {
    placeViews(context, node);
    return;
  }
  const kernel = kernelFor(context, attention, context.dtype(x));
  const copiesEfficient = handsOverCopy(context, node) && !runsFastPath(context, node);
  const copies = kernel === "efficient" ? copiesEfficient : kernel !== "flash";
  if (copies) placeOutput(context, node, context.dtype(x));
  else placeViews(context, node);
}

function placeViews(context: Context, node: Node): void {
  for (const output of node.outputs) context.placeView(output, inputOf(node, 0));
}

function selectToken(context: Context, node: NodeOf<"SelectToken">): void {
  if (node.attributes.index === "per_row") {
    keepReadInputs(context, node);
    placeOutput(context, node, inputDtype(context, node, 0));
    return;
  }
  placeViews(context, node);
}

function runAdd(context: Context, node: NodeOf<"Add">): void {
  const { tape } = context;
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)];
  if (node.scope.module === "Bottleneck") {
    overwrite(context, node);
    return;
  }
  const isTable = b.role === "parameter" && context.dtype(a) !== context.dtype(b);
  // Position tables are converted to the type of what they are added to.
  if (isTable && explicitlyConverts(context, node)) {
    const copy = tape.alloc(b.shape, context.dtype(a), "temporaries", "positions in half precision");
    placeOutput(context, node, context.dtype(a));
    tape.release(copy);
    return;
  }
  placeOutput(context, node, promoted(context.dtype(a), context.dtype(b)));
}

function explicitlyConverts(context: Context, node: Node): boolean {
  return context.settings.implementation === "open_clip" && !isTimmTower(node);
}

/** An in-place operation: the result is the first operand's memory. */
function overwrite(context: Context, node: Node): void {
  context.placeView(outputOf(node), inputOf(node, 0));
  keepReadOutputs(context, node);
}

function runConcat(context: Context, node: NodeOf<"Concat">): void {
  const { tape, settings } = context;
  const dtypes = node.inputs.map((input) => context.dtype(input));
  const narrow = settings.implementation === "open_clip" && dtypes.includes("float16") ? "float16" : null;
  const low = settings.implementation === "open_clip" && dtypes.includes("bfloat16") ? "bfloat16" : narrow;
  const dtype = low ?? dtypes.reduce(promoted);
  // Joining promotes by itself; open_clip converts its class token before.
  const copies: Storage[] = [];
  node.inputs.forEach((input, i) => {
    if (low !== null && dtypes[i] !== dtype)
      copies.push(tape.alloc(input.shape, dtype, "temporaries", "converted to be joined"));
  });
  placeOutput(context, node, dtype);
  for (const copy of copies) tape.release(copy);
}

/** A norm, its clamp to a small number, and the quotient; norms are in fp32 under autocast. */
function runNormalize(context: Context, node: NodeOf<"L2Normalize">): void {
  const { tape, lowPrecision } = context;
  const [y, norm] = node.outputs;
  if (y === undefined || norm === undefined) throw new RangeError("L2Normalize has two outputs");
  const x = inputOf(node, 0);
  const dtype: PhysicalDtype = lowPrecision === null ? context.dtype(x) : "float32";
  const purpose = context.purposeOf(node);
  context.place(norm, tape.alloc(norm.shape, dtype, purpose, "norm"), dtype);
  const clamped = tape.alloc(norm.shape, dtype, purpose, "norm, at least ε");
  context.place(y, tape.alloc(y.shape, dtype, purpose, "output"), dtype);
  if (context.keepsFor(node)) {
    context.keep(node, context.storage(x));
    context.keep(node, context.storage(norm));
    context.keep(node, clamped);
  }
  tape.release(clamped);
}

/** Log-probabilities, kept; under autocast a second copy in fp32 for the loss. */
function runCrossEntropy(context: Context, node: NodeOf<"SoftmaxCrossEntropy">): void {
  const { tape, lowPrecision } = context;
  const [loss, logProbabilities] = node.outputs;
  if (loss === undefined || logProbabilities === undefined) throw new RangeError("SoftmaxCrossEntropy has two outputs");
  const dtype = inputDtype(context, node, 0);
  const purpose = context.purposeOf(node);
  context.place(logProbabilities, tape.alloc(logProbabilities.shape, dtype, purpose, "log-probabilities"), dtype);
  keepReadInputs(context, node);
  keepReadOutputs(context, node);
  if (inputOf(node, 0).producer?.op === "Transpose") context.scratch(logProbabilities.shape, dtype, "logits in order");
  if (lowPrecision !== null && dtype !== "float32") {
    const wide = tape.alloc(logProbabilities.shape, "float32", purpose, "log-probabilities in fp32");
    if (context.keepsFor(node)) context.keep(node, wide);
    tape.release(wide);
  }
  const lossDtype = lowPrecision === null ? dtype : "float32";
  context.place(loss, tape.alloc([], lossDtype, purpose, "loss"), lossDtype);
  const weight = tape.alloc([], lossDtype, purpose, "total weight");
  if (context.keepsFor(node)) context.keep(node, weight);
  tape.release(weight);
}
