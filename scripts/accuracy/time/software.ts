/** What PyTorch of a row's time did otherwise than today's, as its own change log has it. */

import { bytesPerElement, type LoweredStep } from "../../../lib/engine/tape";
import { copiesOf, type Node } from "../../../lib/graph/ir";
import { coefficientOf, degreeOf } from "../../../lib/graph/shape";
import type { AttentionKernel } from "../../../lib/plan/plan";
import type { Kernel } from "../../../lib/readings/kernels";
import type { Era } from "../time-rows";

/** Whether a version such as "1.10.0a0+ecc3718" is older than a release; builds of a release to come are. */
export function isBefore(version: string | null, major: number, minor: number): boolean {
  const match = /^(\d+)\.(\d+)(?:\.\d+)?(a\d+)?/.exec(version ?? "");
  if (match === null) return false;
  const [ownMajor, ownMinor] = [Number(match[1]), Number(match[2])];
  if (ownMajor !== major) return ownMajor < major;
  return ownMinor < minor || (ownMinor === minor && match[3] !== undefined);
}

/** Source: PyTorch pull requests 72728 and 74070: linear layers on three axes add their bias in the product since 1.12. */
export function addsBiasApart(version: string | null): boolean {
  return isBefore(version, 1, 12);
}

/** Source: PyTorch pull request 61042: `clip_grad_norm_` no longer waits for the card since 1.10. */
export function waitsToClip(version: string | null): boolean {
  return isBefore(version, 1, 10);
}

/** Source: PyTorch pull request 92306: optimizers take all parameters at once since 2.0, before that one after the other. */
export function loopsOverParameters(version: string | null, era: Era | null): boolean {
  return version === null ? era === "eager" : isBefore(version, 2, 0);
}

/** Decay, two moments of two operations each, a root, a quotient, a sum and the step. Source: PyTorch 1.11 `torch/optim/_functional.py`, `adamw`. */
export const ADAMW_KERNELS_PER_TENSOR = 9;

/** Before PyTorch 2.0 attention was products and a softmax, which autocast takes in fp32. */
export function attentionOf(era: Era | null): AttentionKernel {
  return era === "eager" ? "eager" : "sdpa";
}

const INPUTS_WITH_BIAS = 3;
const AXES_OF_A_SEQUENCE = 3;
const PASSES = 2;

/** The bias of every linear layer on a sequence in a pass of its own, which reads the result and writes it again. */
export function biasKernels(nodes: readonly Node[], lowered: LoweredStep, batchSize: number): readonly Kernel[] {
  return nodes.flatMap((node) => {
    const { phase } = node;
    const [output] = node.outputs;
    if (node.op !== "Linear" || phase === "backward" || phase === "optimizer" || output === undefined) return [];
    if (node.inputs.length < INPUTS_WITH_BIAS || output.shape.length !== AXES_OF_A_SEQUENCE) return [];
    const precision = lowered.dtypeOf(output);
    const elements = coefficientOf(output.shape) * batchSize ** degreeOf(output.shape);
    return [
      {
        kind: "stream",
        phase,
        operation: "Linear: bias apart",
        count: copiesOf(node.scope),
        flops: 0,
        bytes: PASSES * elements * bytesPerElement(precision),
        precision,
        rows: 0,
        columns: 0,
        inner: 0,
      },
    ] satisfies Kernel[];
  });
}
