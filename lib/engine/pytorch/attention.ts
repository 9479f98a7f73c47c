import type { NodeOf, Value } from "../../graph/ir";
import { lengthAt, type Shape } from "../../graph/shape";
import type { PhysicalDtype, Storage } from "../tape";
import { hasFlashAttention } from "./card";
import type { Context } from "./context";

/**
 * Which kernel `scaled_dot_product_attention` picks.
 *
 * FlashAttention-2 needs half precision, Ampere and no mask tensor; open_clip's causal text tower hands over a mask,
 * transformers a flag. Everything else takes the memory-efficient kernel, but bf16 before Ampere, which has no kernel.
 *
 * @source PyTorch `aten/src/ATen/native/transformers/cuda/sdp_utils.cpp`
 */
export type FusedKernel = "flash" | "efficient" | "math" | "eager";

export function kernelFor(context: Context, node: NodeOf<"Attention">, dtype: PhysicalDtype): FusedKernel {
  const { attention, card } = context.settings;
  if (attention === "eager") return "eager";
  if (attention === "math") return "math";
  if (!hasFusedKernel(context, dtype)) return "math";
  return dtype !== "float32" && hasFlashAttention(card) && !takesMask(context, node) ? "flash" : "efficient";
}

/** No fused kernel takes bf16 before Ampere. */
export function hasFusedKernel(context: Context, dtype: PhysicalDtype): boolean {
  return dtype !== "bfloat16" || hasFlashAttention(context.settings.card);
}

/** open_clip passes its causal mask as a tensor. */
export function takesMask(context: Context, node: NodeOf<"Attention">): boolean {
  return node.attributes.causal && context.settings.implementation === "open_clip";
}

/** The efficient kernel keeps its log-sum-exps in rows of 32. */
const LSE_ALIGNMENT = 32;
/** A mask's rows start at multiples of 16 bytes. */
const MASK_ALIGNMENT = 8;
const FLASH_ROWS = 128;
const FLASH_COLUMNS = 32;

/** Runs the forward kernel; returns the output's storage. */
export function runAttention(context: Context, node: NodeOf<"Attention">, dtype: PhysicalDtype): Storage {
  const { tape } = context;
  const [q, k] = node.inputs;
  if (q === undefined || k === undefined) throw new RangeError("attention needs q and k");
  const purpose = context.purposeOf(node);
  const [batch, heads, tokens] = [lengthAt(q.shape, 0), lengthAt(q.shape, 1), lengthAt(q.shape, 2)];
  const keeps = context.keepsFor(node);
  const extra: Storage[] = [];
  const kernel = kernelFor(context, node, dtype);
  let output: Storage;
  if (kernel === "math" || kernel === "eager") {
    output = runUnfused(context, node, dtype, kernel === "math");
  } else if (kernel === "efficient") {
    if (takesMask(context, node)) extra.push(paddedMask(context, lengthAt(k.shape, 2), tokens, dtype));
    extra.push(tape.allocBytes(8, purpose, "random seed"), tape.allocBytes(8, purpose, "random offset"));
    output = tape.alloc(q.shape, dtype, purpose, "attention output");
    const rows = Math.ceil(tokens / LSE_ALIGNMENT) * LSE_ALIGNMENT;
    if (node.outputs[0]?.requiresGrad === true)
      extra.push(tape.alloc([batch, heads, rows], "float32", purpose, "log-sum-exp"));
  } else {
    output = tape.alloc(q.shape, dtype, purpose, "attention output");
    extra.push(tape.alloc([batch, heads, tokens], "float32", purpose, "log-sum-exp"));
    extra.push(tape.allocBytes(16, purpose, "random state"), tape.allocBytes(8, purpose, "unused"));
  }
  for (const storage of extra) {
    if (keeps) context.keep(node, storage);
    tape.release(storage);
  }
  return output;
}

function paddedMask(context: Context, columns: number, rows: number, dtype: PhysicalDtype): Storage {
  const padded = Math.ceil(columns / MASK_ALIGNMENT) * MASK_ALIGNMENT;
  return context.tape.alloc([rows, padded], dtype, "activations.text", "padded causal mask");
}

/**
 * Scores and weights as tensors of their own: [batch, heads, tokens, tokens].
 *
 * `math` works in fp32 on scaled queries and keys; `eager` works in the type it is given and takes the softmax in
 * fp32. Heads that do not lie one after the other are copied for the batched products, and those copies are kept.
 */
function runUnfused(context: Context, node: NodeOf<"Attention">, dtype: PhysicalDtype, isMath: boolean): Storage {
  const { tape } = context;
  const [q, k, v] = operandsOf(node);
  const purpose = context.purposeOf(node);
  const scores: Shape = [...q.shape.slice(0, 3), lengthAt(k.shape, 2)];
  const working: PhysicalDtype = isMath ? "float32" : dtype;
  const copies = !liesInOrder(node);
  const widened = isMath && dtype !== "float32";
  const made: Storage[] = [];
  const make = (shape: Shape, type: PhysicalDtype, what: string) => {
    const storage = tape.alloc(shape, type, purpose, what);
    made.push(storage);
    return storage;
  };
  const keep = (storage: Storage) => {
    if (context.keepsFor(node)) context.keep(node, storage);
  };
  const letGo = (storage: Storage) => {
    made.splice(made.indexOf(storage), 1);
    tape.release(storage);
  };
  const wide = widened ? [q, k, v].map((value) => make(value.shape, working, "operand in fp32")) : [];
  // torch's multi-head function of before 2.0 scaled queries; others scale the scores.
  const scaledFirst = isMath ? [q, k] : scalesQueries(node) ? [q] : [];
  const scaled = scaledFirst.map((value) => make(value.shape, working, "scaled operand"));
  const products = copies ? [q, k].map((value) => make(value.shape, working, "operand in order")) : scaled;
  for (const storage of products) keep(storage);
  let raw = make(scores, working, "attention scores");
  for (const storage of new Set([...(copies ? products : []), ...scaled.slice(1)])) letGo(storage);
  if (!isMath) {
    if (!scalesQueries(node)) raw = replaced(raw, make(scores, working, "scaled scores"), letGo);
    if (node.attributes.causal) raw = replaced(raw, make(scores, maskedType(context, dtype), "masked scores"), letGo);
  }
  // A softmax that widens reads half precision as it is, bf16 from a converted copy.
  const wideScores =
    !isMath && dtype === "bfloat16" && raw.dtype === dtype ? make(scores, "float32", "scores in fp32") : null;
  let weights = make(scores, "float32", WEIGHTS);
  if (wideScores !== null) letGo(wideScores);
  keep(weights);
  if (isMath) {
    context.scratch(scores, "bool", "rows that are masked out");
    letGo(raw);
    if (widened) make(scores, dtype, "attention weights returned");
  } else {
    if (dtype !== "float32") {
      weights = replaced(weights, make(scores, dtype, WEIGHTS), letGo);
      keep(weights);
    }
    letGo(raw);
  }
  const values = copies ? make(v.shape, working, VALUES_IN_ORDER) : (wide[2] ?? context.storage(v));
  keep(values);
  let output = tape.alloc(q.shape, working, purpose, "attention output");
  if (copies) letGo(values);
  if (working !== dtype) {
    const narrow = tape.alloc(q.shape, dtype, purpose, "attention output");
    tape.release(output);
    output = narrow;
  }
  if (!isMath) holdWeights(context, node, weights);
  for (const storage of made) tape.release(storage);
  return output;
}

const WEIGHTS = "attention weights";
const VALUES_IN_ORDER = "values in order";

function replaced(before: Storage, after: Storage, letGo: (storage: Storage) => void): Storage {
  letGo(before);
  return after;
}

/** transformers' attention returns its weights, and the block holds them until it returns. */
function holdWeights(context: Context, node: NodeOf<"Attention">, weights: Storage): void {
  const [, held] = node.outputs;
  if (held !== undefined) context.place(held, context.tape.retain(weights), weights.dtype);
}

/** transformers adds its causal mask in fp32 under autocast, which widens the scores. */
function maskedType(context: Context, dtype: PhysicalDtype): PhysicalDtype {
  return context.lowPrecision === null ? dtype : "float32";
}

/** Inside torch's multi-head function heads lie one after the other; elsewhere they are a view of [tokens, heads]. */
function liesInOrder(node: NodeOf<"Attention">): boolean {
  const { module } = node.scope;
  return module === "MultiheadAttention" || module === "AttentionPool2d";
}

function scalesQueries(node: NodeOf<"Attention">): boolean {
  return liesInOrder(node);
}

function operandsOf(node: NodeOf<"Attention">): readonly [Value, Value, Value] {
  const [q, k, v] = node.inputs;
  if (q === undefined || k === undefined || v === undefined) throw new RangeError("attention needs q, k and v");
  return [q, k, v];
}

/**
 * The backward pass without a fused kernel: the gradients of values and weights, through the softmax, then of
 * queries and keys.
 *
 * @param letGoIncoming called once the gradient of the output is no longer needed
 */
function runUnfusedGrad(
  context: Context,
  node: NodeOf<"Attention">,
  dtype: PhysicalDtype,
  isMath: boolean,
  letGoIncoming: () => void,
): readonly [Storage, Storage, Storage] {
  const { tape } = context;
  const [q, k, v] = operandsOf(node);
  const scores: Shape = [...q.shape.slice(0, 3), lengthAt(k.shape, 2)];
  const working: PhysicalDtype = isMath ? "float32" : dtype;
  const gradient = (shape: Shape, type: PhysicalDtype, what: string) => tape.alloc(shape, type, "temporaries", what);
  let dv = gradient(v.shape, working, "gradient of values");
  let dWeights = gradient(scores, working, "gradient of attention weights");
  // Each step of the chain lets go of what it kept.
  const [q0, k0] = context.recordOf(node)?.kept ?? [];
  context.releaseKept(
    node,
    ({ what, dtype: kept }) => what === VALUES_IN_ORDER || (what === WEIGHTS && kept !== "float32"),
  );
  letGoIncoming();
  // The fused cast of an fp16 softmax reads and writes half precision; others convert.
  const converts = working === "bfloat16";
  if (converts) {
    const wide = gradient(scores, "float32", "gradient of attention weights");
    tape.release(dWeights);
    dWeights = wide;
  }
  const dScores = gradient(scores, working === "float16" ? working : "float32", "gradient of attention scores");
  context.scratch(scores, "float32", "gradient times weights");
  context.releaseKept(node, (storage) => storage !== q0 && storage !== k0);
  tape.release(dWeights);
  let last = dScores;
  if (!isMath) {
    if (converts) {
      last = gradient(scores, working, "gradient of attention scores");
      tape.release(dScores);
    }
    if (!scalesQueries(node)) {
      const scaled = gradient(scores, working, "gradient of scaled scores");
      tape.release(last);
      last = scaled;
    }
  }
  let dq = gradient(q.shape, working, "gradient of queries");
  let dk = gradient(k.shape, working, "gradient of keys");
  tape.release(last);
  context.releaseKept(node);
  const converted = (storage: Storage, shape: Shape, type: PhysicalDtype, what: string) => {
    const next = gradient(shape, type, what);
    tape.release(storage);
    return next;
  };
  if (isMath) {
    dq = converted(dq, q.shape, working, "gradient of queries");
    dk = converted(dk, k.shape, working, "gradient of keys");
  } else if (scalesQueries(node)) {
    dq = converted(dq, q.shape, working, "gradient of queries");
  }
  if (working !== dtype) {
    dq = converted(dq, q.shape, dtype, "gradient of queries");
    dk = converted(dk, k.shape, dtype, "gradient of keys");
    dv = converted(dv, v.shape, dtype, "gradient of values");
  }
  return [dq, dk, dv];
}

/**
 * Runs the backward kernel.
 *
 * @param handsOver the output was handed over tokens first, so that its gradient has to be put in order again
 * @param letGoIncoming called once the gradient of the output is no longer needed, where that is before the end
 * @returns the storages of dq, dk and dv
 */
export function runAttentionGrad(
  context: Context,
  node: NodeOf<"Attention">,
  dtype: PhysicalDtype,
  handsOver: boolean,
  letGoIncoming: () => void,
): readonly [Storage, Storage, Storage] {
  const { tape } = context;
  const [q, k, v] = node.inputs;
  if (q === undefined || k === undefined || v === undefined) throw new RangeError("attention needs q, k and v");
  const [batch, heads, tokens] = [lengthAt(q.shape, 0), lengthAt(q.shape, 1), lengthAt(q.shape, 2)];
  const kernel = kernelFor(context, node, dtype);
  const gradients = () =>
    [
      tape.alloc(q.shape, dtype, "temporaries", "gradient of queries"),
      tape.alloc(k.shape, dtype, "temporaries", "gradient of keys"),
      tape.alloc(v.shape, dtype, "temporaries", "gradient of values"),
    ] as const;
  if (kernel === "math" || kernel === "eager")
    return runUnfusedGrad(context, node, dtype, kernel === "math", letGoIncoming);
  const copies: Storage[] = [];
  const copy = () => copies.push(tape.alloc(q.shape, dtype, "temporaries", "attention output in order"));
  if (handsOver) copy();
  if (handsOver && kernel === "flash") copy();
  const made = gradients();
  if (kernel === "flash") flashScratch(context, batch, heads, tokens, lengthAt(q.shape, 3));
  else efficientScratch(context, node, dtype);
  for (const storage of copies) tape.release(storage);
  return made;
}

/** Row sums and an fp32 accumulator for dq, both rounded up to whole blocks. */
function flashScratch(context: Context, batch: number, heads: number, tokens: number, headWidth: number): void {
  const { tape } = context;
  const rows = Math.ceil(tokens / FLASH_ROWS) * FLASH_ROWS;
  const columns = Math.ceil(headWidth / FLASH_COLUMNS) * FLASH_COLUMNS;
  const sums = tape.alloc([batch, heads, rows], "float32", "temporaries", "row sums");
  const accumulator = tape.alloc([batch, rows, heads, columns], "float32", "temporaries", "accumulator for dq");
  tape.release(accumulator);
  tape.release(sums);
}

/** Tokens that the efficient kernel takes at a time in its backward pass. */
const EFFICIENT_BLOCK = 64;

function efficientScratch(context: Context, node: NodeOf<"Attention">, dtype: PhysicalDtype): void {
  const { tape } = context;
  const [q] = operandsOf(node);
  const [batch, heads, tokens, headWidth] = q.shape as readonly [number, number, number, number]; // four axes by shape inference
  let delta: Storage;
  if (dtype === "float32") {
    const product = tape.alloc(q.shape, dtype, "temporaries", "output times its gradient");
    const sums = tape.alloc([batch, heads, tokens], "float32", "temporaries", "row sums");
    delta = tape.alloc([batch, heads, tokens], "float32", "temporaries", "row sums in order");
    tape.release(sums);
    tape.release(product);
  } else {
    delta = tape.alloc([batch, heads, tokens], "float32", "temporaries", "row sums");
  }
  const blocks = Math.ceil(tokens / EFFICIENT_BLOCK) * Math.ceil(headWidth / EFFICIENT_BLOCK);
  const perHead = blocks * (EFFICIENT_BLOCK * EFFICIENT_BLOCK + EFFICIENT_COUNTERS);
  const workspace = tape.alloc([batch, heads, perHead], "float32", "temporaries", "workspace for dq");
  tape.release(delta);
  tape.release(workspace);
}

/** A lock and a counter with each block. */
const EFFICIENT_COUNTERS = 4;
