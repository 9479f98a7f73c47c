import type { OnnxValue } from "../../../onnx/model";
import type { Operation, OperationContext } from "../operation";
import type { OnnxWriter } from "../writer";

/** [batch, tokens, parts·heads·d] → for each part [batch, heads, tokens, d]: one transposition, then cut apart. */
export const unpackHeads: Operation<"UnpackHeads"> = ({ attributes: { heads, parts }, input, shapeOf, w }) => {
  const [batch = 1, tokens = 1, packed = 1] = shapeOf(0);
  const part = [batch, heads, tokens, packed / (parts * heads)];
  const split = w.reshape(input(0), [batch, tokens, parts, heads, packed / (parts * heads)]);
  const stacked = w.transpose(split, [2, 0, 3, 1, 4]);
  const result = { shape: [1, ...part], type: stacked.type };
  const cut = w.applyAll(
    "Split",
    [stacked],
    Array.from({ length: parts }, () => result),
    { axis: { int: 0 }, num_outputs: { int: parts } },
  );
  return cut.map((value) => w.reshape(value, part));
};

export const packHeads: Operation<"PackHeads"> = ({ inputCount, shaped, shapeOf, w }) => {
  const [batch = 1, heads = 1, tokens = 1, headWidth = 1] = shapeOf(0);
  const parts = Array.from({ length: inputCount }, (_, i) => w.reshape(shaped(i), [1, ...shapeOf(i)]));
  const moved = w.transpose(w.concat(parts, 0), [1, 3, 0, 2, 4]);
  return [w.reshape(moved, [batch * tokens, inputCount * heads * headWidth])];
};

export const splitHeads: Operation<"SplitHeads"> = ({ attributes: { heads }, input, shapeOf, w }) => {
  const [batch = 1, tokens = 1, width = 1] = shapeOf(0);
  return [w.transpose(w.reshape(input(0), [batch, tokens, heads, width / heads]), [0, 2, 1, 3])];
};

export const mergeHeads: Operation<"MergeHeads"> = ({ shaped, shapeOf, w }) => {
  const [batch = 1, heads = 1, tokens = 1, headWidth = 1] = shapeOf(0);
  return [w.reshape(w.transpose(shaped(0), [0, 2, 1, 3]), [batch * tokens, heads * headWidth])];
};

/** The log-sum-exp is not kept: the backward pass computes the weights again from q and k. */
export const attention: Operation<"Attention"> = (context) => {
  const { attributes, shaped, matrixType, w } = context;
  const [q, k, v] = [0, 1, 2].map((i) => w.cast(shaped(i), matrixType));
  if (q === undefined || k === undefined || v === undefined) return [];
  return [w.matMul(attentionWeights(w, q, k, attributes.causal), v), null];
};

/** softmax(q·kᵀ/√d + mask), [batch, heads, queries, keys]. */
function attentionWeights(w: OnnxWriter, q: OnnxValue, k: OnnxValue, causal: boolean): OnnxValue {
  const scores = w.matMul(q, k, { b: true, factor: scoreFactor(q) });
  const seen = causal ? w.add(scores, causalMask(w, q, k)) : scores;
  return w.apply("Softmax", [seen], seen.shape, { axis: { int: -1 } });
}

function scoreFactor(q: OnnxValue): number {
  return 1 / Math.sqrt(q.shape.at(-1) ?? 1);
}

/** 0 where a query may look, −∞ where a key comes after it. */
function causalMask(w: OnnxWriter, q: OnnxValue, k: OnnxValue): OnnxValue {
  const [queries, keys] = [q.shape.at(-2) ?? 1, k.shape.at(-2) ?? 1];
  const places = Array.from({ length: queries * keys }, (_, i) => (i % keys > Math.floor(i / keys) ? -Infinity : 0));
  return w.constant(q.type, [queries, keys], places);
}

/** With p the weights:  dv = pᵀ·dy,  ds = p ⊙ (dy·vᵀ − Σ dy ⊙ o),  dq = ds·k/√d,  dk = dsᵀ·q/√d. */
export const attentionGrad: Operation<"AttentionGrad"> = (context: OperationContext<"AttentionGrad">) => {
  const { attributes, shaped, isRead, matrixType, w } = context;
  const of = (index: number) => w.cast(shaped(index), matrixType);
  const [q, k, v, o, dy] = [of(0), of(1), of(2), of(3), of(5)];
  const p = attentionWeights(w, q, k, attributes.causal);
  const dv = isRead(2) ? w.matMul(p, dy, { a: true }) : null;
  if (!isRead(0) && !isRead(1)) return [null, null, dv];
  const along = w.reduce("ReduceSum", w.mul(dy, o), [3], true);
  const ds = w.mul(w.sub(w.matMul(dy, v, { b: true }), along), p);
  const factor = scoreFactor(q);
  const dq = isRead(0) ? w.matMul(ds, k, { factor }) : null;
  const dk = isRead(1) ? w.matMul(ds, q, { a: true, factor }) : null;
  return [dq, dk, dv];
};
