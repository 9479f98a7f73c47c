import type { Kernel } from "./kernel";
import { mapped, zipped } from "./tensor";

/** What an optimizer's step depends on besides the tensors. */
export interface OptimizerSettings {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Decay rates of AdamW's two moments. */
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  /** Of SGD. */
  readonly momentum: number;
  /** Steps taken, this one included: 1 at the first. */
  readonly step: number;
}

/** Which inputs an optimizer overwrites, in the order in which its kernel returns their new values. */
export const UPDATED_INPUTS = { AdamW: [0, 2, 3], Sgd: [0, 2] } as const;

/** @source arXiv:1711.05101 algorithm 2 */
export const adamW: Kernel<"AdamW"> = ({ input, optimizer }) => {
  const [weight, gradient, first, second] = [input(0), input(1), input(2), input(3)];
  const { learningRate, weightDecay, betas, epsilon, step } = optimizer();
  const [beta1, beta2] = betas;
  const m = zipped(first, gradient, (before, dw) => beta1 * before + (1 - beta1) * dw);
  const v = zipped(second, gradient, (before, dw) => beta2 * before + (1 - beta2) * dw * dw);
  const direction = zipped(
    m,
    v,
    (mean, square) => mean / (1 - beta1 ** step) / (Math.sqrt(square / (1 - beta2 ** step)) + epsilon),
  );
  const decayed = mapped(weight, (w) => w * (1 - learningRate * weightDecay));
  return [zipped(decayed, direction, (w, d) => w - learningRate * d), m, v];
};

/** Weight decay is added to the gradient here, as PyTorch's SGD does. */
export const sgd: Kernel<"Sgd"> = ({ input, optimizer }) => {
  const [weight, gradient, buffer] = [input(0), input(1), input(2)];
  const { learningRate, weightDecay, momentum } = optimizer();
  const decayed = zipped(gradient, weight, (dw, w) => dw + weightDecay * w);
  const velocity = zipped(buffer, decayed, (before, dw) => momentum * before + dw);
  return [zipped(weight, velocity, (w, d) => w - learningRate * d), velocity];
};
