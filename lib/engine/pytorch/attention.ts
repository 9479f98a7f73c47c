import type { NodeOf } from "../../graph/ir";
import { lengthAt, type Shape } from "../../graph/shape";
import { hasFlashAttention } from "./card";
import type { Context } from "./context";
import type { PhysicalDtype, Storage } from "../tape";

/**
 * Which kernel `scaled_dot_product_attention` picks.
 *
 * FlashAttention-2 needs half precision, Ampere and no mask tensor; open_clip's causal text tower hands over a mask,
 * transformers a flag. Everything else takes the memory-efficient kernel.
 *
 * @source PyTorch `aten/src/ATen/native/transformers/cuda/sdp_utils.cpp`
 */
export type FusedKernel = "flash" | "efficient" | "math" | "eager";

export function kernelFor(context: Context, node: NodeOf<"Attention">, dtype: PhysicalDtype): FusedKernel {
  const { attention, card } = context.settings;
  if (attention === "eager" && context.settings.implementation === "transformers") return "eager";
  if (attention === "math") return "math";
  return dtype !== "float32" && hasFlashAttention(card) && !takesMask(context, node) ? "flash" : "efficient";
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
    output = runUnfused(context, node, dtype, kernel, extra);
  } else if (kernel === "efficient") {
    if (takesMask(context, node)) extra.push(paddedMask(context, lengthAt(k.shape, 2), tokens, dtype));
    extra.push(tape.allocBytes(8, purpose, "random seed"), tape.allocBytes(8, purpose, "random offset"));
    output = tape.alloc(q.shape, dtype, purpose, "attention output");
    const rows = Math.ceil(tokens / LSE_ALIGNMENT) * LSE_ALIGNMENT;
    if (node.outputs[0]?.requiresGrad === true) extra.push(tape.alloc([batch, heads, rows], "float32", purpose, "log-sum-exp"));
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

/** Scores and weights as tensors of their own: [batch, heads, tokens, tokens]. */
function runUnfused(
  context: Context,
  node: NodeOf<"Attention">,
  dtype: PhysicalDtype,
  kernel: "math" | "eager",
  extra: Storage[],
): Storage {
  const { tape } = context;
  const [q, k] = node.inputs;
  if (q === undefined || k === undefined) throw new RangeError("attention needs q and k");
  const purpose = context.purposeOf(node);
  const scores: Shape = [...q.shape.slice(0, 3), lengthAt(k.shape, 2)];
  const working: PhysicalDtype = kernel === "math" ? "float32" : dtype;
  if (kernel === "math") {
    extra.push(tape.alloc(q.shape, working, purpose, "scaled queries"), tape.alloc(k.shape, working, purpose, "scaled keys"));
    if (dtype !== "float32") extra.push(tape.alloc(q.shape, working, purpose, "values in fp32"));
  }
  const raw = tape.alloc(scores, working, purpose, "attention scores");
  const weights = tape.alloc(scores, "float32", purpose, "attention weights");
  tape.release(raw);
  extra.push(weights);
  if (kernel === "eager" && dtype !== "float32") extra.push(tape.alloc(scores, dtype, purpose, "attention weights"));
  const output = tape.alloc(q.shape, working, purpose, "attention output");
  if (working === dtype) return output;
  const converted = tape.alloc(q.shape, dtype, purpose, "attention output");
  tape.release(output);
  return converted;
}

/**
 * Runs the backward kernel.
 *
 * @param handsOver the output was handed over tokens first, so that its gradient has to be put in order again
 * @returns the storages of dq, dk and dv
 */
export function runAttentionGrad(
  context: Context,
  node: NodeOf<"Attention">,
  dtype: PhysicalDtype,
  handsOver: boolean,
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
  if (kernel === "math" || kernel === "eager") {
    const scores: Shape = [...q.shape.slice(0, 3), lengthAt(k.shape, 2)];
    const first = tape.alloc(scores, kernel === "math" ? "float32" : dtype, "temporaries", "gradient of attention weights");
    const second = tape.alloc(scores, "float32", "temporaries", "gradient of attention scores");
    tape.release(first);
    const made = gradients();
    tape.release(second);
    return made;
  }
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
  const [q, k] = node.inputs;
  if (q === undefined || k === undefined) throw new RangeError("attention needs q and k");
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
  const blocks = Math.ceil(lengthAt(k.shape, 2) / EFFICIENT_BLOCK) * Math.ceil(headWidth / EFFICIENT_BLOCK);
  const perHead = blocks * (EFFICIENT_BLOCK * EFFICIENT_BLOCK + EFFICIENT_COUNTERS);
  const workspace = tape.alloc([batch, heads, perHead], "float32", "temporaries", "workspace for dq");
  tape.release(delta);
  tape.release(workspace);
}

/** A lock and a counter with each block. */
const EFFICIENT_COUNTERS = 4;
