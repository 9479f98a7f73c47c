import type { OnnxValue } from "../../../onnx/model";
import type { Operation, OperationContext } from "../operation";
import { elementCount, sameLengths } from "../writer";

/** Two operands as they lie there where that fits together, else under the graph's shapes. */
function operands(context: OperationContext<"Add" | "Mul" | "Accumulate">): readonly [OnnxValue, OnnxValue] {
  const { input, shaped, shapeOf, w } = context;
  const [a, b] = [input(0), input(1)];
  if (sameLengths(shapeOf(0), shapeOf(1))) return alike(context, a, b);
  if (broadcastsAsItLies(shapeOf(1), b, a)) return [a, b];
  if (broadcastsAsItLies(shapeOf(0), a, b)) return [a, b];
  return [w.reshape(shaped(0), shapeOf(0)), w.reshape(shaped(1), shapeOf(1))];
}

/** A number, or a row along the last axis, meets any leading axes. */
function broadcastsAsItLies(shape: readonly number[], small: OnnxValue, large: OnnxValue): boolean {
  if (elementCount(shape) === 1) return small.shape.length <= large.shape.length;
  return shape.length === 1 && small.shape.length === 1 && shape[0] === large.shape.at(-1);
}

/** Both under one shape: that of fewer axes, which is a matrix of rows wherever one was made. */
export function alike(
  { w }: Pick<OperationContext<"Add">, "w">,
  a: OnnxValue,
  b: OnnxValue,
): readonly [OnnxValue, OnnxValue] {
  return b.shape.length < a.shape.length ? [w.reshape(a, b.shape), b] : [a, w.reshape(b, a.shape)];
}

export const add: Operation<"Add"> = (context) => [context.w.add(...operands(context))];
export const accumulate: Operation<"Accumulate"> = (context) => [context.w.add(...operands(context))];
export const mul: Operation<"Mul"> = (context) => [context.w.mul(...operands(context))];

export const scale: Operation<"Scale"> = ({ attributes: { factor, batchPower }, input, batchSize, w }) => [
  w.times(input(0), factor * batchSize ** batchPower),
];

export const exp: Operation<"Exp"> = ({ input, w }) => [w.map("Exp", w.cast(input(0), "float32"))];
export const sigmoid: Operation<"Sigmoid"> = ({ input, w }) => [w.map("Sigmoid", input(0))];

/** dy·y·(1 − y). */
export const sigmoidGrad: Operation<"SigmoidGrad"> = (context) => {
  const { input, w } = context;
  const [y, dy] = alike(context, input(0), input(1));
  const slope = w.apply("Sub", [w.scalar(1, y.type), y], y.shape);
  return [w.mul(w.mul(slope, y), dy)];
};

/** −softplus(−x). */
export const logSigmoid: Operation<"LogSigmoid"> = ({ input, w }) => {
  const x = w.cast(input(0), "float32");
  return [w.map("Neg", w.map("Softplus", w.map("Neg", x)))];
};

export const logSigmoidGrad: Operation<"LogSigmoidGrad"> = (context) => {
  const { input, w } = context;
  const [x, dy] = alike(context, w.cast(input(0), "float32"), input(1));
  return [w.mul(w.map("Sigmoid", w.map("Neg", x)), dy)];
};

export const relu: Operation<"Relu"> = ({ input, w }) => [w.map("Relu", input(0))];

/** y is never negative: its sign is 1 where the gradient passes and 0 elsewhere. (The CPU takes two copies for a Where.) */
export const reluGrad: Operation<"ReluGrad"> = (context) => {
  const { input, w } = context;
  const [y, dy] = alike(context, input(0), input(1));
  return [w.mul(w.map("Sign", y), dy)];
};

/** The kernels want an axis at least. */
export const gelu: Operation<"Gelu"> = ({ attributes, input, w }) => {
  const x = input(0).shape.length === 0 ? w.reshape(input(0), [1]) : input(0);
  return [w.map(attributes.approximate === "tanh" ? "FastGelu" : "Gelu", x, "com.microsoft")];
};

export const geluGrad: Operation<"GeluGrad"> = (context) => {
  const { attributes, input, w } = context;
  const [x, dy] = alike(context, input(0), input(1));
  const slope = attributes.approximate === "tanh" ? tanhSlope : erfSlope;
  return [w.mul(slope(context, x), dy)];
};

/** Φ(x) + x·φ(x), with u = x/√2:  ½ + ½·erf(u) + u·e^(−u²)/√π. Source: arXiv:1606.08415 §2. */
function erfSlope({ w }: OperationContext<"GeluGrad">, x: OnnxValue): OnnxValue {
  const u = w.times(x, Math.SQRT1_2);
  const density = w.mul(w.map("Exp", w.map("Neg", w.mul(u, u))), u);
  const cumulative = w.plus(w.times(w.map("Erf", u), 0.5), 0.5);
  return w.add(w.times(density, 1 / Math.sqrt(Math.PI)), cumulative);
}

/** The coefficients of the tanh approximation. Source: arXiv:1606.08415 §2. */
const TANH_SLOPE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

/** ½(1 + t) + ½·x·(1 − t²)·s·(1 + 3c·x²), with t = tanh(s·(x + c·x³)). */
function tanhSlope({ w }: OperationContext<"GeluGrad">, x: OnnxValue): OnnxValue {
  const square = w.mul(x, x);
  const inner = w.mul(w.plus(w.times(square, TANH_SLOPE * TANH_CUBIC), TANH_SLOPE), x);
  const tanh = w.map("Tanh", inner);
  const steepness = w.mul(w.plus(w.times(square, 1.5 * TANH_SLOPE * TANH_CUBIC), 0.5 * TANH_SLOPE), x);
  const flat = w.apply("Sub", [w.scalar(1, x.type), w.mul(tanh, tanh)], x.shape);
  return w.add(w.mul(flat, steepness), w.plus(w.times(tanh, 0.5), 0.5));
}
