import { isView, mayOverwrite } from "@/lib/engine/onnxruntime/kernels";
import { OnnxWriter } from "@/lib/engine/onnxruntime/writer";
import type { OnnxModel, OnnxValue } from "@/lib/onnx/model";
import { profileModels } from "../../support/profile-models";

const SHAPE = [16, 32];
const BYTES = 4 * 16 * 32;

type Writing = (w: OnnxWriter, x: OnnxValue) => OnnxValue;

const alone =
  (operator: string, domain: "" | "com.microsoft" = ""): Writing =>
  (w, x) =>
    w.map(operator, x, domain);
const along: (operator: string) => Writing = (operator) => (w, x) =>
  w.apply(operator, [x], x.shape, { axis: { int: -1 } });
const channels = (w: OnnxWriter) => w.filled("float32", [32], 1);

/** Every operator that is written for a tensor of its input's size. */
const OPERATORS: Readonly<Record<string, Writing>> = {
  Add: (w, x) => w.plus(x, 1),
  Sub: (w, x) => w.apply("Sub", [w.scalar(1), x], x.shape),
  Mul: (w, x) => w.times(x, 2),
  Div: (w, x) => w.apply("Div", [x, w.scalar(2)], x.shape),
  Sqrt: alone("Sqrt"),
  Exp: alone("Exp"),
  Neg: alone("Neg"),
  Reciprocal: alone("Reciprocal"),
  Erf: alone("Erf"),
  Relu: alone("Relu"),
  Sigmoid: alone("Sigmoid"),
  Tanh: alone("Tanh"),
  Softplus: alone("Softplus"),
  Gelu: alone("Gelu", "com.microsoft"),
  FastGelu: alone("FastGelu", "com.microsoft"),
  Softmax: along("Softmax"),
  LogSoftmax: along("LogSoftmax"),
  Cast: (w, x) => w.apply("Cast", [x], x.shape, { to: { int: 1 } }),
  Identity: alone("Identity"),
  Reshape: (w, x) => w.reshape(x, [32, 16]),
  LayerNormalization: (w, x) => w.apply("LayerNormalization", [x, channels(w), channels(w)], x.shape),
  BatchNormalization: (w, x) => w.apply("BatchNormalization", [x, ...[1, 2, 3, 4].map(() => channels(w))], x.shape),
  ScatterND: (w, x) =>
    w.apply("ScatterND", [x, w.constant("int64", [1, 1], [0]), w.filled("float32", [1, 32], 0)], x.shape),
};

const written = Object.entries(OPERATORS).map(([operator, write]) => {
  const w = new OnnxWriter();
  const x = w.apply("RandomNormal", [], SHAPE, { shape: { ints: SHAPE } });
  const y = write(w, x);
  const model: OnnxModel = w.finish([], [w.reduce("ReduceSum", y, [0, 1], false)]);
  return { operator, y, model };
});
const profiles = profileModels(
  written.map(({ model }) => model),
  1,
);

test.each(written.map((entry, i) => ({ ...entry, i })))(
  "$operator takes memory of its own, or not, as the plan has it",
  ({ operator, y, i }) => {
    const kernel = profiles[i].kernels.find(({ name }) => name === y.name);
    expect(kernel?.operator).toBe(operator);
    expect(kernel?.takenBytes).toBe(isView(operator) || mayOverwrite(operator, "cpu") ? 0 : BYTES);
  },
);
