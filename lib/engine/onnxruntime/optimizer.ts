import type { OptimizerSettings } from "../../graph/interpreter/optimizers";
import type { OnnxValue } from "../../onnx/model";
import type { OnnxWriter } from "./writer";

/** One tensor that is updated: a large parameter, or all small ones laid end to end. */
export interface Update {
  readonly weight: OnnxValue;
  readonly gradient: OnnxValue;
  readonly state: readonly OnnxValue[];
}

export interface Updated {
  readonly weight: OnnxValue;
  readonly state: readonly OnnxValue[];
}

/** What an update multiplies and adds; each a tensor [1], so that it can be made to wait. */
export type UpdateNumbers<T> = Readonly<Record<keyof ReturnType<typeof adamWNumbers>, T>>;
export type SgdNumbers<T> = Readonly<Record<keyof ReturnType<typeof sgdNumbers>, T>>;

/**
 * AdamW's numbers at one step, the corrections of both moments folded into two of them, so that a parameter takes
 * thirteen operations.
 *
 * @param lossScale gradients are this many times too large
 * @source arXiv:1711.05101 algorithm 2
 */
export function adamWNumbers(settings: OptimizerSettings, lossScale: number) {
  const { learningRate, weightDecay, epsilon, step } = settings;
  const [beta1, beta2] = settings.betas;
  const correction = Math.sqrt(1 - beta2 ** step);
  return {
    keepFirst: beta1,
    takeFirst: (1 - beta1) / lossScale,
    keepSecond: beta2,
    takeSecond: (1 - beta2) / lossScale ** 2,
    epsilon: epsilon * correction,
    rate: (learningRate * correction) / (1 - beta1 ** step),
    decay: 1 - learningRate * weightDecay,
  };
}

export function writeAdamW(w: OnnxWriter, updates: readonly Update[], numbers: UpdateNumbers<OnnxValue>): Updated[] {
  return updates.map(({ weight, gradient, state: [first, second] }) => {
    if (first === undefined || second === undefined) throw new RangeError("AdamW keeps two moments");
    const m = w.add(w.mul(first, numbers.keepFirst), w.mul(gradient, numbers.takeFirst));
    const square = w.mul(w.mul(gradient, gradient), numbers.takeSecond);
    const v = w.add(w.mul(second, numbers.keepSecond), square);
    const direction = w.div(m, w.add(w.map("Sqrt", v), numbers.epsilon));
    const moved = w.sub(w.mul(weight, numbers.decay), w.mul(direction, numbers.rate));
    return { weight: moved, state: [m, v] };
  });
}

/** SGD with momentum; weight decay is added to the gradient, as PyTorch does. */
export function sgdNumbers({ learningRate, weightDecay, momentum }: OptimizerSettings, lossScale: number) {
  return { take: 1 / lossScale, keep: momentum, decay: weightDecay, rate: learningRate };
}

export function writeSgd(w: OnnxWriter, updates: readonly Update[], numbers: SgdNumbers<OnnxValue>): Updated[] {
  return updates.map(({ weight, gradient, state: [buffer] }) => {
    if (buffer === undefined) throw new RangeError("SGD keeps a momentum buffer");
    const decayed = w.add(w.mul(gradient, numbers.take), w.mul(weight, numbers.decay));
    const velocity = w.add(w.mul(buffer, numbers.keep), decayed);
    return { weight: w.sub(weight, w.mul(velocity, numbers.rate)), state: [velocity] };
  });
}

/** Makes tensors of an update's numbers. */
export function eachNumber<K extends string>(
  numbers: Readonly<Record<K, number>>,
  write: (number: number, name: K) => OnnxValue,
): Readonly<Record<K, OnnxValue>> {
  const names = Object.keys(numbers) as K[]; // Sound: they are this very record's.
  // Sound: every name is given its value.
  return Object.fromEntries(names.map((name) => [name, write(numbers[name], name)])) as Record<K, OnnxValue>;
}
