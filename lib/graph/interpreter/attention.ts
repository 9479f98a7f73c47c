import type { Kernel } from "./kernel";
import { readStrided, stridesOf, type Tensor, zeros } from "./tensor";

export const unpackHeads: Kernel<"UnpackHeads"> = ({ input, attributes: { heads, parts } }) => {
  const x = input(0);
  const [batch, tokens, packed] = x.shape;
  const headWidth = packed / (parts * heads);
  return Array.from({ length: parts }, (_, part) =>
    readStrided(
      x,
      [batch, heads, tokens, headWidth],
      [tokens * packed, headWidth, packed, 1],
      part * heads * headWidth,
    ),
  );
};

export const packHeads: Kernel<"PackHeads"> = ({ inputs }) => {
  const merged = inputs.map(mergeHeadsOf);
  const [batch, tokens, width] = merged[0].shape;
  const y = zeros([batch, tokens, merged.length * width]);
  merged.forEach((part, index) => {
    for (let row = 0; row < batch * tokens; row++) {
      y.data.set(part.data.subarray(row * width, (row + 1) * width), (row * merged.length + index) * width);
    }
  });
  return [y];
};

export const splitHeads: Kernel<"SplitHeads"> = ({ input, attributes: { heads } }) => {
  const [batch, tokens, width] = input(0).shape;
  const headWidth = width / heads;
  return [readStrided(input(0), [batch, heads, tokens, headWidth], [tokens * width, headWidth, width, 1], 0)];
};

export const mergeHeads: Kernel<"MergeHeads"> = ({ input }) => [mergeHeadsOf(input(0))];

function mergeHeadsOf(x: Tensor): Tensor {
  const [batch, heads, tokens, headWidth] = x.shape;
  const [perSample, perHead, perToken, one] = stridesOf(x.shape);
  const moved = readStrided(x, [batch, tokens, heads, headWidth], [perSample, perToken, perHead, one], 0);
  return { shape: [batch, tokens, heads * headWidth], data: moved.data };
}

export const attention: Kernel<"Attention"> = ({ input, attributes: { causal } }) => {
  const [q, k, v] = [input(0), input(1), input(2)];
  const [batch, heads, queries] = q.shape;
  const width = v.shape[3];
  const o = zeros([batch, heads, queries, width]);
  const logSumExp = zeros([batch, heads, queries]);
  eachQuery(q, k, causal, (query, keys) => {
    const scores = keys.map((key) => score(q, k, query, key));
    const largest = Math.max(...scores);
    logSumExp.data[query] = largest + Math.log(scores.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    keys.forEach((key, i) => {
      const weight = Math.exp(scores[i] - logSumExp.data[query]);
      for (let c = 0; c < width; c++) o.data[query * width + c] += weight * v.data[key * width + c];
    });
  });
  return [o, logSumExp];
};

/** With p the weights and s the scores:  dv = pᵀ·dy,  ds = p ⊙ (dy·vᵀ − dy·o),  dq = ds·k/√d,  dk = dsᵀ·q/√d. */
export const attentionGrad: Kernel<"AttentionGrad"> = ({ input, attributes: { causal } }) => {
  const [q, k, v, o, logSumExp, dy] = [input(0), input(1), input(2), input(3), input(4), input(5)];
  const [dq, dk, dv] = [zeros(q.shape), zeros(k.shape), zeros(v.shape)];
  const [headWidth, width] = [q.shape[3], v.shape[3]];
  eachQuery(q, k, causal, (query, keys) => {
    const along = dot(dy, query, o, query, width);
    for (const key of keys) {
      const weight = Math.exp(score(q, k, query, key) - logSumExp.data[query]);
      const ds = (weight * (dot(dy, query, v, key, width) - along)) / Math.sqrt(headWidth);
      for (let c = 0; c < width; c++) dv.data[key * width + c] += weight * dy.data[query * width + c];
      for (let c = 0; c < headWidth; c++) {
        dq.data[query * headWidth + c] += ds * k.data[key * headWidth + c];
        dk.data[key * headWidth + c] += ds * q.data[query * headWidth + c];
      }
    }
  });
  return [dq, dk, dv];
};

/** Visits each query row with the rows of the keys it may look at; a causal query sees none that come after it. */
function eachQuery(
  q: Tensor,
  k: Tensor,
  causal: boolean,
  visit: (query: number, keys: readonly number[]) => void,
): void {
  const [batch, heads, queries] = q.shape;
  const keyCount = k.shape[2];
  for (let head = 0; head < batch * heads; head++) {
    for (let query = 0; query < queries; query++) {
      const seen = causal ? Math.min(query + 1, keyCount) : keyCount;
      visit(
        head * queries + query,
        Array.from({ length: seen }, (_, key) => head * keyCount + key),
      );
    }
  }
}

function score(q: Tensor, k: Tensor, query: number, key: number): number {
  const headWidth = q.shape[3];
  return dot(q, query, k, key, headWidth) / Math.sqrt(headWidth);
}

function dot(a: Tensor, rowA: number, b: Tensor, rowB: number, width: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += a.data[rowA * width + c] * b.data[rowB * width + c];
  return sum;
}
