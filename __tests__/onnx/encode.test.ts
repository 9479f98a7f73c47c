import { MODEL_MESSAGE } from "@/lib/onnx/descriptors";
import { encodeModel } from "@/lib/onnx/encode";
import type { OnnxModel } from "@/lib/onnx/model";

const X = { name: "x", shape: [2, 3], type: "float32" } as const;
const AXES = { name: "axes", shape: [1], type: "int64", numbers: [-1] } as const;
const Y = { name: "y", shape: [2], type: "float32" } as const;

const MODEL: OnnxModel = {
  nodes: [
    { operator: "ReduceSum", domain: "", inputs: [X, AXES], outputs: [Y], attributes: { keepdims: { int: 0 } } },
    {
      operator: "FusedMatMul",
      domain: "com.microsoft",
      inputs: [X, X],
      outputs: [{ name: "z", shape: [2, 2], type: "float32" }],
      attributes: {
        alpha: { float: 0.5 },
        perm: { ints: [1, 0] },
        reduction: { text: "add" },
        value: { fill: 2, type: "float16" },
      },
    },
  ],
  constants: [AXES],
  inputs: [X],
  outputs: [Y],
};

const decoded = MODEL_MESSAGE.toObject(MODEL_MESSAGE.decode(encodeModel(MODEL)), { longs: Number, bytes: Array });

test("a model keeps its operations, with their inputs, results and attributes", () => {
  expect(decoded.graph.node).toEqual([
    {
      input: ["x", "axes"],
      output: ["y"],
      name: "y",
      opType: "ReduceSum",
      attribute: [{ name: "keepdims", type: 2, i: 0 }],
    },
    {
      input: ["x", "x"],
      output: ["z"],
      name: "z",
      opType: "FusedMatMul",
      domain: "com.microsoft",
      attribute: [
        { name: "alpha", type: 1, f: 0.5 },
        { name: "perm", type: 7, ints: [1, 0] },
        { name: "reduction", type: 3, s: [97, 100, 100] },
        // 2 in float16 is 0x4000, low byte first.
        { name: "value", type: 4, t: { dims: [1], dataType: 10, rawData: [0, 0x40] } },
      ],
    },
  ]);
});

test("constants lie in the file as little-endian bytes, negative ones in two's complement", () => {
  expect(decoded.graph.initializer).toEqual([
    { dims: [1], dataType: 7, name: "axes", rawData: [255, 255, 255, 255, 255, 255, 255, 255] },
  ]);
});

test("inputs and outputs carry their type and shape; the operator sets are named", () => {
  const dimensions = (...lengths: number[]) => ({ dim: lengths.map((dimValue) => ({ dimValue })) });
  expect(decoded.graph.input).toEqual([{ name: "x", type: { tensorType: { elemType: 1, shape: dimensions(2, 3) } } }]);
  expect(decoded.graph.output).toEqual([{ name: "y", type: { tensorType: { elemType: 1, shape: dimensions(2) } } }]);
  expect(decoded.opsetImport).toEqual([
    { domain: "", version: 18 },
    { domain: "com.microsoft", version: 1 },
  ]);
  expect(decoded.irVersion).toBe(9);
});

test("the same model gives the same bytes", () => {
  expect(encodeModel(structuredClone(MODEL))).toEqual(encodeModel(MODEL));
});
