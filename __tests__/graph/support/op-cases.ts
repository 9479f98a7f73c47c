import type { OpAttributes, OpType } from "@/lib/graph/ir";
import { BATCH, type Shape } from "@/lib/graph/shape";
import type { Numbers } from "./random";

/** An input of an operation under test. */
export interface Leaf {
  readonly shape: Shape;
  readonly numbers: Numbers;
  /** Statistics, ids and labels take no gradient. */
  readonly takesGradient: boolean;
}

export interface OpCase<T extends OpType> {
  readonly inputs: readonly Leaf[];
  readonly attributes: OpAttributes[T];
}

const real = (...shape: Shape): Leaf => ({ shape, numbers: "real", takesGradient: true });
const fixed = (...shape: Shape): Leaf => ({ shape, numbers: "real", takesGradient: false });
const positive = (...shape: Shape): Leaf => ({ shape, numbers: "positive", takesGradient: false });
const whole = (below: number, ...shape: Shape): Leaf => ({ shape, numbers: { below }, takesGradient: false });

/** Every way in which shapes meet: equal, scalar, missing axes, axes of length 1 on either side or on both, batch axes. */
const BROADCAST_PAIRS: readonly (readonly [Shape, Shape])[] = [
  [[3], [3]],
  [[], []],
  [[2, 3], []],
  [[], [2, 3]],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 3],
    [1, 3],
  ],
  [
    [2, 1],
    [2, 3],
  ],
  [
    [2, 1],
    [1, 3],
  ],
  [
    [4, 1, 2],
    [3, 1],
  ],
  [[1], [2, 3]],
  [[BATCH, 3], [3]],
  [
    [BATCH, 1, 2],
    [1, 3, 2],
  ],
  [
    [1, 2],
    [BATCH, 3, 1],
  ],
  [
    [BATCH, BATCH],
    [BATCH, 1],
  ],
  [[2 * BATCH, 3], []],
];

const pairs = BROADCAST_PAIRS.map(([a, b]) => ({ inputs: [real(...a), real(...b)], attributes: {} }));

const alone = (...shapes: Shape[]) => shapes.map((shape) => ({ inputs: [real(...shape)], attributes: {} }));
const twice = (...shapes: Shape[]) =>
  shapes.map((shape) => ({ inputs: [real(...shape), fixed(...shape)], attributes: {} }));

const ANY_RANK: Shape[] = [[], [5], [BATCH, 4], [2, 3, 2]];
const BOTH_GELUS = [{ approximate: "none" }, { approximate: "tanh" }] as const;
const BOTH_LAYOUTS = ["out_in", "in_out"] as const;

const TRANSPOSES = [
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
];
const MATRIX_BATCHES: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[2], [2]],
  [[2], []],
  [[], [3]],
  [
    [2, 1],
    [1, 3],
  ],
  [[BATCH], [1]],
  [[BATCH, 2], [2]],
];
const matrixProducts = MATRIX_BATCHES.flatMap(([a, b]) =>
  TRANSPOSES.map((attributes) => ({
    inputs: [
      real(...a, ...(attributes.transposeA ? [4, 2] : [2, 4])),
      real(...b, ...(attributes.transposeB ? [3, 4] : [4, 3])),
    ],
    attributes,
  })),
);

/** Image height and width, kernel, stride, padding: kernels that divide the image, leave pixels over, overlap, or reach beyond. */
const CONVOLUTIONS = [
  { size: [4, 4], kernel: 2, stride: 2, padding: 0 },
  { size: [5, 4], kernel: 2, stride: 2, padding: 0 },
  { size: [4, 3], kernel: 3, stride: 1, padding: 1 },
  { size: [5, 6], kernel: 3, stride: 2, padding: 1 },
  { size: [3, 3], kernel: 1, stride: 1, padding: 0 },
  { size: [4, 5], kernel: 1, stride: 2, padding: 0 },
  { size: [2, 2], kernel: 3, stride: 3, padding: 2 },
] as const;

const convolutions = CONVOLUTIONS.flatMap(({ size, kernel, stride, padding }) => {
  const [x, weight] = [real(BATCH, 2, ...size), real(3, 2, kernel, kernel)];
  const attributes = { stride, padding };
  return [
    { inputs: [x, weight], attributes },
    { inputs: [x, weight, real(3)], attributes },
  ];
});

const convolutionGrads = CONVOLUTIONS.map(({ size, kernel, stride, padding }) => {
  const outLength = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  const xShape = [BATCH, 2, ...size];
  const weightShape = [3, 2, kernel, kernel];
  return { xShape, weightShape, dyShape: [BATCH, 3, outLength(size[0]), outLength(size[1])], stride, padding };
});

const POOLS = [
  { shape: [BATCH, 2, 4, 4], kernel: 2, pooled: [BATCH, 2, 2, 2] },
  { shape: [BATCH, 1, 5, 7], kernel: 2, pooled: [BATCH, 1, 2, 3] },
  { shape: [2, 2, 3, 2], kernel: 1, pooled: [2, 2, 3, 2] },
  { shape: [1, 1, 7, 3], kernel: 3, pooled: [1, 1, 2, 1] },
];

const ATTENTIONS = [
  { queries: 3, keys: 3, causal: false },
  { queries: 3, keys: 3, causal: true },
  { queries: 1, keys: 4, causal: false },
  { queries: 1, keys: 1, causal: true },
].flatMap(({ queries, keys, causal }) => [
  { q: [BATCH, 2, queries, 3], kv: [BATCH, 2, keys, 3], causal },
  { q: [2, 1, queries, 2], kv: [2, 1, keys, 2], causal },
]);

const SLICES = [
  { shape: [5], axis: 0, start: 1, length: 3 },
  { shape: [BATCH, 4, 2], axis: 1, start: 0, length: 1 },
  { shape: [BATCH, 4, 2], axis: 1, start: 1, length: 3 },
  { shape: [2, 3], axis: 1, start: 2, length: 1 },
  { shape: [2, 3], axis: 0, start: 0, length: 2 },
];

const RESHAPES: readonly { readonly from: Shape; readonly to: Shape }[] = [
  { from: [BATCH, 2, 6], to: [BATCH, 3, 4] },
  { from: [BATCH, 2, 3], to: [2 * BATCH, 3] },
  { from: [4], to: [1, 1, 4] },
  { from: [1, 1], to: [] },
];

const EXPANSIONS: readonly { readonly from: Shape; readonly to: Shape }[] = [
  { from: [], to: [2, 3] },
  { from: [3], to: [2, 3] },
  { from: [1, 1, 3], to: [BATCH, 1, 3] },
  { from: [2, 1], to: [2, 4] },
  { from: [1, 1], to: [BATCH, BATCH] },
  { from: [BATCH, 1], to: [BATCH, 4] },
  { from: [1], to: [2, 1, 3] },
];

/** For every operation, inputs and attributes that between them take every path through it. */
export const OP_CASES: { readonly [T in OpType]: readonly OpCase<T>[] } = {
  Linear: BOTH_LAYOUTS.flatMap((layout) => {
    const weight = layout === "out_in" ? real(2, 4) : real(4, 2);
    return ([[3, 4], [4], [BATCH, 4], [BATCH, 3, 4], [2, 1, 3, 4]] as const).flatMap((x) => [
      { inputs: [real(...x), weight], attributes: { layout } },
      { inputs: [real(...x), weight, real(2)], attributes: { layout } },
    ]);
  }),
  MatMul: matrixProducts,
  LinearWeightGrad: BOTH_LAYOUTS.flatMap((layout) => [
    { inputs: [real(3, 4), real(3, 2)], attributes: { layout } },
    { inputs: [real(BATCH, 3, 4), real(BATCH, 3, 2)], attributes: { layout } },
  ]),
  Conv2d: convolutions,
  Conv2dInputGrad: convolutionGrads.map(({ xShape, weightShape, dyShape, stride, padding }) => ({
    inputs: [real(...weightShape), real(...dyShape)],
    attributes: { stride, padding, inputShape: xShape },
  })),
  Conv2dWeightGrad: convolutionGrads.map(({ xShape, weightShape, dyShape, stride, padding }) => ({
    inputs: [real(...xShape), real(...dyShape)],
    attributes: { stride, padding, weightShape },
  })),

  Add: pairs,
  Accumulate: twice(...ANY_RANK),
  Mul: pairs,
  Scale: ([0, -1] as const).flatMap((batchPower) =>
    ANY_RANK.map((shape) => ({ inputs: [real(...shape)], attributes: { factor: -1.7, batchPower } })),
  ),
  Exp: alone(...ANY_RANK),
  Gelu: BOTH_GELUS.flatMap((attributes) => ANY_RANK.map((shape) => ({ inputs: [real(...shape)], attributes }))),
  GeluGrad: BOTH_GELUS.map((attributes) => ({ inputs: [real(BATCH, 3), fixed(BATCH, 3)], attributes })),
  Sigmoid: alone(...ANY_RANK),
  SigmoidGrad: twice(...ANY_RANK),
  LogSigmoid: alone(...ANY_RANK),
  LogSigmoidGrad: twice(...ANY_RANK),
  Relu: alone(...ANY_RANK),
  ReluGrad: twice(...ANY_RANK),

  LayerNorm: [[4], [2, 3], [BATCH, 3], [BATCH, 2, 5]].map((shape) => {
    const width = shape[shape.length - 1];
    return { inputs: [real(...shape), real(width), real(width)], attributes: { epsilon: 1e-5 } };
  }),
  LayerNormGrad: [
    {
      inputs: [real(BATCH, 2, 5), fixed(BATCH, 2, 1), positive(BATCH, 2, 1), real(5), real(BATCH, 2, 5)],
      attributes: {},
    },
  ],
  BatchNorm: [true, false].flatMap((training) =>
    [
      [BATCH, 3, 2, 3],
      [4, 1, 3, 1],
    ].map((shape) => ({
      inputs: [real(...shape), real(shape[1]), real(shape[1]), fixed(shape[1]), positive(shape[1])],
      attributes: { epsilon: 1e-5, training },
    })),
  ),
  BatchNormGrad: [true, false].map((training) => ({
    inputs: [real(BATCH, 3, 2, 2), real(3), fixed(3), positive(3), real(BATCH, 3, 2, 2)],
    attributes: { epsilon: 1e-5, training },
  })),
  L2Normalize: alone([3], [BATCH, 4], [2, 3, 2]),
  L2NormalizeGrad: [{ inputs: [real(BATCH, 4), positive(BATCH, 1), real(BATCH, 4)], attributes: {} }],

  UnpackHeads: [
    { inputs: [real(BATCH, 3, 12)], attributes: { heads: 2, parts: 3 } },
    { inputs: [real(2, 3, 4)], attributes: { heads: 1, parts: 2 } },
  ],
  PackHeads: [
    { inputs: [real(BATCH, 2, 3, 2), real(BATCH, 2, 3, 2), real(BATCH, 2, 3, 2)], attributes: {} },
    { inputs: [real(2, 1, 3, 2), real(2, 1, 3, 2)], attributes: {} },
  ],
  SplitHeads: [
    { inputs: [real(BATCH, 3, 4)], attributes: { heads: 2 } },
    { inputs: [real(2, 1, 3)], attributes: { heads: 1 } },
  ],
  MergeHeads: alone([BATCH, 2, 3, 2], [2, 1, 3, 4]),
  Attention: ATTENTIONS.map(({ q, kv, causal }) => ({
    inputs: [real(...q), real(...kv), real(...kv)],
    attributes: { causal },
  })),
  AttentionGrad: ATTENTIONS.map(({ q, kv, causal }) => ({
    inputs: [real(...q), real(...kv), real(...kv), real(...q), positive(...q.slice(0, 3)), real(...q)],
    attributes: { causal },
  })),

  Embedding: [
    { inputs: [real(5, 3), whole(5, BATCH, 4)], attributes: {} },
    { inputs: [real(2, 3), whole(2, 1, 4)], attributes: {} },
    { inputs: [real(2, 3), whole(2)], attributes: {} },
  ],
  EmbeddingGrad: [{ inputs: [whole(5, BATCH, 4), real(BATCH, 4, 3)], attributes: { rows: 5 } }],
  ArgMax: alone([BATCH, 4], [3], [2, 3, 2]),
  SelectToken: [
    { inputs: [real(BATCH, 3, 2)], attributes: { index: 0 } },
    { inputs: [real(2, 3, 2)], attributes: { index: 2 } },
    { inputs: [real(BATCH, 3, 2), whole(3, BATCH)], attributes: { index: "per_row" } },
    { inputs: [real(4, 3, 2), whole(3, 4)], attributes: { index: "per_row" } },
  ],
  SelectTokenGrad: [
    { inputs: [real(BATCH, 2)], attributes: { index: 1, tokens: 3 } },
    { inputs: [real(BATCH, 2), whole(3, BATCH)], attributes: { index: "per_row", tokens: 3 } },
  ],
  Concat: [
    { inputs: [real(BATCH, 1, 2), real(BATCH, 3, 2)], attributes: { axis: 1 } },
    { inputs: [real(2), real(1), real(3)], attributes: { axis: 0 } },
    { inputs: [real(2, 3), real(2, 3)], attributes: { axis: 1 } },
  ],
  Slice: SLICES.map(({ shape, axis, start, length }) => ({
    inputs: [real(...shape)],
    attributes: { axis, start, length },
  })),
  PadSlice: SLICES.map(({ shape, axis, start, length }) => ({
    inputs: [real(...shape.map((own, i) => (i === axis ? length : own)))],
    attributes: { axis, start, length: shape[axis] },
  })),
  Reshape: RESHAPES.map(({ from, to }) => ({ inputs: [real(...from)], attributes: { shape: to } })),
  Transpose: [
    { inputs: [real(2, 3)], attributes: { permutation: [1, 0] } },
    { inputs: [real(BATCH, 2, 3)], attributes: { permutation: [2, 0, 1] } },
    { inputs: [real(BATCH, 2, 3)], attributes: { permutation: [0, 2, 1] } },
    { inputs: [real(2, 3, 1, 2)], attributes: { permutation: [3, 1, 0, 2] } },
  ],
  Expand: EXPANSIONS.map(({ from, to }) => ({ inputs: [real(...from)], attributes: { shape: to } })),

  SumTo: EXPANSIONS.map(({ from, to }) => ({ inputs: [real(...to)], attributes: { shape: from } })),
  Mean: [
    { inputs: [real(BATCH, 3, 2)], attributes: { axis: 1, keepDims: true } },
    { inputs: [real(BATCH, 3, 2)], attributes: { axis: 1, keepDims: false } },
    { inputs: [real(4)], attributes: { axis: 0, keepDims: false } },
    { inputs: [real(2, 3)], attributes: { axis: 1, keepDims: true } },
  ],
  AveragePool: POOLS.map(({ shape, kernel }) => ({ inputs: [real(...shape)], attributes: { kernel } })),
  AveragePoolGrad: POOLS.map(({ shape, kernel, pooled }) => ({
    inputs: [real(...pooled)],
    attributes: { kernel, inputShape: shape },
  })),

  AllGather: [
    { inputs: [real(BATCH, 3)], attributes: { devices: 4 } },
    { inputs: [real(2, 3)], attributes: { devices: 1 } },
  ],
  ReduceScatter: [
    { inputs: [real(4 * BATCH, 3)], attributes: { devices: 4 } },
    { inputs: [real(6, 3)], attributes: { devices: 2 } },
  ],

  SoftmaxCrossEntropy: [
    { inputs: [real(BATCH, 4), whole(4, BATCH)], attributes: {} },
    { inputs: [real(3, 2), whole(2, 3)], attributes: {} },
    { inputs: [real(1, 1), whole(1, 1)], attributes: {} },
  ],
  SoftmaxCrossEntropyGrad: [{ inputs: [real(BATCH, 4), whole(4, BATCH), real()], attributes: {} }],
  PairSigns: [{ inputs: [], attributes: { shape: [BATCH, BATCH] } }],
  LabelRange: [{ inputs: [], attributes: { shape: [2 * BATCH] } }],

  AdamW: [{ inputs: [real(2, 3), real(2, 3), real(2, 3), positive(2, 3)], attributes: {} }],
  Sgd: [{ inputs: [real(2, 3), real(2, 3), real(2, 3)], attributes: {} }],
};
