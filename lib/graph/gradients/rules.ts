import type { OpType } from "../ir";
import { concat, embedding, expand, reshape, selectToken, slice, sumTo, transpose } from "./arranging";
import { attention, mergeHeads, splitHeads, unpackHeads } from "./attention";
import { add, exp, gelu, logSigmoid, mul, relu, scale, sigmoid } from "./elementwise";
import { conv2d, linear, matMul } from "./linear-algebra";
import { batchNorm, l2Normalize, layerNorm } from "./normalization";
import { allGather, averagePool, mean, softmaxCrossEntropy } from "./reducing";
import type { GradientRule } from "./rule";

/** The gradient rule of every operation that a model may use in its forward pass. */
export const GRADIENT_RULES: { readonly [T in OpType]?: GradientRule<T> } = {
  Linear: linear,
  MatMul: matMul,
  Conv2d: conv2d,
  Add: add,
  Mul: mul,
  Scale: scale,
  Exp: exp,
  Gelu: gelu,
  Sigmoid: sigmoid,
  LogSigmoid: logSigmoid,
  Relu: relu,
  LayerNorm: layerNorm,
  BatchNorm: batchNorm,
  L2Normalize: l2Normalize,
  Attention: attention,
  UnpackHeads: unpackHeads,
  SplitHeads: splitHeads,
  MergeHeads: mergeHeads,
  Embedding: embedding,
  SelectToken: selectToken,
  Concat: concat,
  Slice: slice,
  Reshape: reshape,
  Transpose: transpose,
  Expand: expand,
  SumTo: sumTo,
  Mean: mean,
  AveragePool: averagePool,
  AllGather: allGather,
  SoftmaxCrossEntropy: softmaxCrossEntropy,
};
