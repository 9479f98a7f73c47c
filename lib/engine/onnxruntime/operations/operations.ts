import type { OpType } from "../../../graph/ir";
import type { Operation } from "../operation";
import * as arranging from "./arranging";
import * as attention from "./attention";
import * as elementwise from "./elementwise";
import * as linearAlgebra from "./linear-algebra";
import * as normalization from "./normalization";
import * as reducing from "./reducing";

/** Optimizers work on many parameters at once and are written by `optimizer.ts`. */
export type WrittenAlone = Exclude<OpType, "AdamW" | "Sgd">;

/** How this runtime computes every operation. */
export const OPERATIONS: { readonly [T in WrittenAlone]: Operation<T> } = {
  Linear: linearAlgebra.linear,
  MatMul: linearAlgebra.matMul,
  LinearWeightGrad: linearAlgebra.linearWeightGrad,
  Conv2d: linearAlgebra.conv2d,
  Conv2dInputGrad: linearAlgebra.conv2dInputGrad,
  Conv2dWeightGrad: linearAlgebra.conv2dWeightGrad,
  Add: elementwise.add,
  Accumulate: elementwise.accumulate,
  Mul: elementwise.mul,
  Scale: elementwise.scale,
  Exp: elementwise.exp,
  Gelu: elementwise.gelu,
  GeluGrad: elementwise.geluGrad,
  Sigmoid: elementwise.sigmoid,
  SigmoidGrad: elementwise.sigmoidGrad,
  LogSigmoid: elementwise.logSigmoid,
  LogSigmoidGrad: elementwise.logSigmoidGrad,
  Relu: elementwise.relu,
  ReluGrad: elementwise.reluGrad,
  LayerNorm: normalization.layerNorm,
  LayerNormGrad: normalization.layerNormGrad,
  BatchNorm: normalization.batchNorm,
  BatchNormGrad: normalization.batchNormGrad,
  L2Normalize: normalization.l2Normalize,
  L2NormalizeGrad: normalization.l2NormalizeGrad,
  UnpackHeads: attention.unpackHeads,
  PackHeads: attention.packHeads,
  SplitHeads: attention.splitHeads,
  MergeHeads: attention.mergeHeads,
  Attention: attention.attention,
  AttentionGrad: attention.attentionGrad,
  Embedding: arranging.embedding,
  EmbeddingGrad: arranging.embeddingGrad,
  ArgMax: arranging.argMax,
  SelectToken: arranging.selectToken,
  SelectTokenGrad: arranging.selectTokenGrad,
  Concat: arranging.concat,
  Slice: arranging.slice,
  PadSlice: arranging.padSlice,
  Reshape: arranging.reshape,
  Transpose: arranging.transpose,
  Expand: arranging.expand,
  SumTo: reducing.sumTo,
  Mean: reducing.mean,
  AveragePool: reducing.averagePool,
  AveragePoolGrad: reducing.averagePoolGrad,
  AllGather: reducing.allGather,
  ReduceScatter: reducing.reduceScatter,
  SoftmaxCrossEntropy: reducing.softmaxCrossEntropy,
  SoftmaxCrossEntropyGrad: reducing.softmaxCrossEntropyGrad,
  PairSigns: reducing.pairSigns,
  LabelRange: reducing.labelRange,
};
