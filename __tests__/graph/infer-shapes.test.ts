import { GraphBuilder } from "@/lib/graph/builder";
import { type Application, inferShapes } from "@/lib/graph/infer-shapes";
import { interpret } from "@/lib/graph/interpreter";
import type { OpAttributes, OpType } from "@/lib/graph/ir";
import { BATCH, concreteShape, type Shape } from "@/lib/graph/shape";
import { OP_CASES, type OpCase } from "./support/op-cases";
import { randomTensors } from "./support/random";

const SEED = 11;
const OPTIMIZER = {
  learningRate: 0.1,
  weightDecay: 0.1,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  momentum: 0.9,
  step: 1,
} as const;

describe.each(Object.entries(OP_CASES))("%s", (name, cases) => {
  // Sound: these are the very names and cases of the table.
  const [op, opCases] = [name as OpType, cases as readonly OpCase<OpType>[]];

  test.each([1, 3])("computes what shape inference says, at batch size %i", (batchSize) => {
    for (const { inputs, attributes } of opCases) {
      const g = new GraphBuilder();
      const random = randomTensors(SEED);
      const leaves = new Map(
        inputs.map(({ shape, numbers }, i) => [
          g.input(`x${i}`, shape, "float32"),
          random(concreteShape(shape, batchSize), numbers),
        ]),
      );
      const node = g.apply(op, [...leaves.keys()], attributes);
      // The interpreter refuses a result of another shape than was inferred.
      const read = interpret(g.nodes, { batchSize, leaves, optimizer: OPTIMIZER });
      for (const output of node.outputs) {
        expect(read(output).shape).toEqual(concreteShape(output.shape, batchSize));
        expect(Array.from(read(output).data).filter((value) => !Number.isFinite(value))).toEqual([]);
      }
    }
  });
});

interface Refusal<T extends OpType> {
  readonly why: string;
  readonly inputs: readonly Shape[];
  readonly attributes: OpAttributes[T];
}

const REFUSALS: { readonly [T in OpType]?: readonly Refusal<T>[] } = {
  Linear: [
    {
      why: "rows narrower than the weight",
      inputs: [
        [2, 3],
        [5, 4],
      ],
      attributes: { layout: "out_in" },
    },
    {
      why: "the weight in the other layout",
      inputs: [
        [2, 4],
        [5, 4],
      ],
      attributes: { layout: "in_out" },
    },
    { why: "a bias of another length", inputs: [[2, 4], [5, 4], [4]], attributes: { layout: "out_in" } },
    { why: "no weight", inputs: [[2, 4]], attributes: { layout: "out_in" } },
    {
      why: "a weight with three axes",
      inputs: [
        [2, 4],
        [1, 5, 4],
      ],
      attributes: { layout: "out_in" },
    },
  ],
  MatMul: [
    {
      why: "inner lengths that differ",
      inputs: [
        [2, 3],
        [4, 3],
      ],
      attributes: { transposeA: false, transposeB: false },
    },
    {
      why: "a batch axis against a plain one",
      inputs: [
        [BATCH, 3],
        [4, 3],
      ],
      attributes: { transposeA: true, transposeB: false },
    },
    {
      why: "leading axes that do not broadcast",
      inputs: [
        [2, 2, 3],
        [3, 3, 4],
      ],
      attributes: { transposeA: false, transposeB: false },
    },
    { why: "a vector", inputs: [[3], [3, 4]], attributes: { transposeA: false, transposeB: false } },
  ],
  LinearWeightGrad: [
    {
      why: "rows that differ",
      inputs: [
        [BATCH, 4],
        [2 * BATCH, 3],
      ],
      attributes: { layout: "out_in" },
    },
  ],
  Conv2d: [
    {
      why: "channels that differ",
      inputs: [
        [1, 2, 4, 4],
        [3, 1, 2, 2],
      ],
      attributes: { stride: 1, padding: 0 },
    },
    {
      why: "a kernel larger than the image",
      inputs: [
        [1, 2, 4, 4],
        [3, 2, 5, 5],
      ],
      attributes: { stride: 1, padding: 0 },
    },
    {
      why: "a height that scales with the batch",
      inputs: [
        [1, 2, BATCH, 4],
        [3, 2, 1, 1],
      ],
      attributes: { stride: 1, padding: 0 },
    },
    {
      why: "a bias of another length",
      inputs: [[1, 2, 4, 4], [3, 2, 2, 2], [2]],
      attributes: { stride: 1, padding: 0 },
    },
    {
      why: "images without channels",
      inputs: [
        [1, 4, 4],
        [3, 2, 2, 2],
      ],
      attributes: { stride: 1, padding: 0 },
    },
  ],
  Conv2dInputGrad: [
    {
      why: "a gradient of another size",
      inputs: [
        [3, 2, 2, 2],
        [1, 3, 4, 4],
      ],
      attributes: { stride: 1, padding: 0, inputShape: [1, 2, 4, 4] },
    },
  ],
  Conv2dWeightGrad: [
    {
      why: "a gradient of another size",
      inputs: [
        [1, 2, 4, 4],
        [1, 3, 4, 4],
      ],
      attributes: { stride: 1, padding: 0, weightShape: [3, 2, 2, 2] },
    },
  ],
  Add: [
    { why: "lengths that do not broadcast", inputs: [[2, 3], [2]], attributes: {} },
    {
      why: "a batch axis against a plain one",
      inputs: [
        [BATCH, 3],
        [2, 3],
      ],
      attributes: {},
    },
    { why: "one input", inputs: [[2]], attributes: {} },
  ],
  Accumulate: [{ why: "gradients of different shapes", inputs: [[2, 3], [3]], attributes: {} }],
  Mul: [{ why: "lengths that do not broadcast", inputs: [[4], [3]], attributes: {} }],
  GeluGrad: [{ why: "a gradient of another shape", inputs: [[2, 3], [3]], attributes: { approximate: "none" } }],
  SigmoidGrad: [{ why: "a gradient of another shape", inputs: [[2, 3], [3]], attributes: {} }],
  LogSigmoidGrad: [{ why: "a gradient of another shape", inputs: [[2, 3], [3]], attributes: {} }],
  ReluGrad: [{ why: "a gradient of another shape", inputs: [[2, 3], [3]], attributes: {} }],
  LayerNorm: [
    { why: "a weight of another width", inputs: [[2, 4], [3], [4]], attributes: { epsilon: 0 } },
    { why: "a bias of another width", inputs: [[2, 4], [4], [3]], attributes: { epsilon: 0 } },
  ],
  BatchNorm: [
    {
      why: "a scale for other channels",
      inputs: [[2, 4, 1, 1], [3], [4], [4], [4]],
      attributes: { epsilon: 0, training: true },
    },
    {
      why: "running statistics of other channels",
      inputs: [[2, 4, 1, 1], [4], [4], [4], [3]],
      attributes: { epsilon: 0, training: true },
    },
  ],
  UnpackHeads: [
    { why: "a width that the heads do not divide", inputs: [[BATCH, 3, 8]], attributes: { heads: 2, parts: 3 } },
  ],
  PackHeads: [
    {
      why: "parts of different shapes",
      inputs: [
        [1, 2, 3, 4],
        [1, 2, 3, 5],
      ],
      attributes: {},
    },
  ],
  SplitHeads: [{ why: "a width that the heads do not divide", inputs: [[BATCH, 3, 8]], attributes: { heads: 3 } }],
  MergeHeads: [{ why: "heads that are merged already", inputs: [[BATCH, 3, 8]], attributes: {} }],
  Attention: [
    {
      why: "keys of another width",
      inputs: [
        [1, 2, 3, 4],
        [1, 2, 3, 5],
        [1, 2, 3, 4],
      ],
      attributes: { causal: false },
    },
    {
      why: "fewer values than keys",
      inputs: [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
        [1, 2, 2, 4],
      ],
      attributes: { causal: false },
    },
    {
      why: "heads that differ",
      inputs: [
        [1, 2, 3, 4],
        [1, 1, 3, 4],
        [1, 1, 3, 4],
      ],
      attributes: { causal: false },
    },
  ],
  Embedding: [{ why: "a table that is no matrix", inputs: [[5], [2]], attributes: {} }],
  SelectToken: [
    { why: "a position beyond the last", inputs: [[BATCH, 3, 2]], attributes: { index: 3 } },
    { why: "no positions where each row has its own", inputs: [[BATCH, 3, 2]], attributes: { index: "per_row" } },
    { why: "positions for other rows", inputs: [[BATCH, 3, 2], [4]], attributes: { index: "per_row" } },
  ],
  Concat: [
    {
      why: "other axes that differ",
      inputs: [
        [2, 3],
        [3, 3],
      ],
      attributes: { axis: 1 },
    },
    {
      why: "a length that scales with the batch beside one that does not",
      inputs: [
        [BATCH, 3],
        [1, 3],
      ],
      attributes: { axis: 0 },
    },
  ],
  Slice: [
    { why: "more than there is", inputs: [[4]], attributes: { axis: 0, start: 2, length: 3 } },
    { why: "a part of the batch", inputs: [[BATCH, 2]], attributes: { axis: 0, start: 0, length: 1 } },
  ],
  PadSlice: [{ why: "a slice that reaches beyond", inputs: [[3]], attributes: { axis: 0, start: 2, length: 4 } }],
  Reshape: [
    { why: "another number of entries", inputs: [[2, 3]], attributes: { shape: [5] } },
    { why: "a batch axis lost", inputs: [[BATCH, 3]], attributes: { shape: [3] } },
  ],
  Transpose: [
    { why: "an axis named twice", inputs: [[2, 3]], attributes: { permutation: [0, 0] } },
    { why: "an axis left out", inputs: [[2, 3, 4]], attributes: { permutation: [1, 0] } },
  ],
  Expand: [{ why: "an axis longer than 1", inputs: [[2, 3]], attributes: { shape: [4, 3] } }],
  SumTo: [{ why: "a shape that does not broadcast to the sum's", inputs: [[4, 3]], attributes: { shape: [2, 3] } }],
  Mean: [
    { why: "an axis that is not there", inputs: [[2, 3]], attributes: { axis: 2, keepDims: false } },
    { why: "the batch, whose size is open", inputs: [[BATCH, 3]], attributes: { axis: 0, keepDims: false } },
  ],
  AveragePool: [{ why: "a window larger than the image", inputs: [[1, 2, 1, 4]], attributes: { kernel: 2 } }],
  ReduceScatter: [{ why: "rows that the devices do not share evenly", inputs: [[5, 3]], attributes: { devices: 2 } }],
  SoftmaxCrossEntropy: [{ why: "labels for other rows", inputs: [[BATCH, 3], [4]], attributes: {} }],
  AdamW: [{ why: "a gradient of another shape", inputs: [[2], [3], [2], [2]], attributes: {} }],
  Sgd: [{ why: "a gradient of another shape", inputs: [[2], [3], [2]], attributes: {} }],
};

describe.each(Object.entries(REFUSALS))("%s refuses", (op, refusals) => {
  test.each(refusals.map((refusal) => [refusal.why, refusal] as const))("%s", (_, { inputs, attributes }) => {
    // Sound: operation and attributes are an entry of the table; its type is lost in Object.entries.
    const application = { op, attributes } as unknown as Application;
    expect(() => inferShapes(application, inputs)).toThrow(RangeError);
  });
});
