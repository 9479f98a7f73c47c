import type { OptimizerSettings } from "../../graph/interpreter/optimizers";
import type { OnnxValue } from "../../onnx/model";
import type { OnnxWriter } from "./writer";

export type UpdateSettings = Omit<OptimizerSettings, "step">;

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

/**
 * A number that is not known before `after` is: whatever uses it waits.
 *
 * @param after [1] of 0, but computed from all that is to be waited for
 */
function waiting(w: OnnxWriter, after: OnnxValue, number: number): OnnxValue {
  return w.add(w.constant("float32", [1], [number]), after);
}

/**
 * AdamW with the corrections of both moments folded into two numbers, so that a parameter takes thirteen operations.
 *
 * @param step 1 at the first
 * @param lossScale gradients are this many times too large
 * @source arXiv:1711.05101 algorithm 2
 */
export function writeAdamW(
  w: OnnxWriter,
  updates: readonly Update[],
  { learningRate, weightDecay, betas: [beta1, beta2], epsilon }: UpdateSettings,
  step: number,
  lossScale: number,
  after: OnnxValue,
): Updated[] {
  const correction = Math.sqrt(1 - beta2 ** step);
  const numbers = {
    keepFirst: waiting(w, after, beta1),
    takeFirst: waiting(w, after, (1 - beta1) / lossScale),
    keepSecond: waiting(w, after, beta2),
    takeSecond: waiting(w, after, (1 - beta2) / lossScale ** 2),
    epsilon: waiting(w, after, epsilon * correction),
    rate: waiting(w, after, (learningRate * correction) / (1 - beta1 ** step)),
    decay: waiting(w, after, 1 - learningRate * weightDecay),
  };
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
export function writeSgd(
  w: OnnxWriter,
  updates: readonly Update[],
  { learningRate, weightDecay, momentum }: UpdateSettings,
  lossScale: number,
  after: OnnxValue,
): Updated[] {
  const numbers = {
    take: waiting(w, after, 1 / lossScale),
    keep: waiting(w, after, momentum),
    decay: waiting(w, after, weightDecay),
    rate: waiting(w, after, learningRate),
  };
  return updates.map(({ weight, gradient, state: [buffer] }) => {
    if (buffer === undefined) throw new RangeError("SGD keeps a momentum buffer");
    const decayed = w.add(w.mul(gradient, numbers.take), w.mul(weight, numbers.decay));
    const velocity = w.add(w.mul(buffer, numbers.keep), decayed);
    return { weight: w.sub(weight, w.mul(velocity, numbers.rate)), state: [velocity] };
  });
}
