import { bytesPerElement, type LoweredStep } from "../../../lib/engine/tape";
import { copiesOf, type Node } from "../../../lib/graph/ir";
import { coefficientOf, lengthAt } from "../../../lib/graph/shape";
import type { Kernel } from "../../../lib/readings/kernels";

/**
 * CLIP has no dropout, so the graph has none: each reads and writes its tensor and a byte of mask, and so does its gradient.
 * BERT's padding mask is added to the scores in a pass of its own.
 */
export function dropoutAndMaskKernels(
  nodes: readonly Node[],
  lowered: LoweredStep,
  batchSize: number,
): readonly Kernel[] {
  const shapeless = { flops: 0, rows: 0, columns: 0, inner: 0, kind: "stream" } as const;
  return nodes.flatMap((node) => {
    const [q, k] = node.inputs;
    const output = node.outputs[0];
    if (node.phase !== "forward" || output === undefined || q === undefined || k === undefined) return [];
    if (node.op !== "Attention" && !(node.op === "Add" && node.scope.path.includes("block"))) return [];
    const precision = lowered.dtypeOf(node.op === "Attention" ? q : output);
    const elements =
      node.op === "Attention"
        ? batchSize * lengthAt(q.shape, 1) * lengthAt(q.shape, 2) * lengthAt(k.shape, 2)
        : batchSize * coefficientOf(output.shape);
    const bytes = elements * (2 * bytesPerElement(precision) + 1);
    const operation = "Dropout";
    const count = copiesOf(node.scope);
    const mask = {
      operation: "Mask",
      precision,
      bytes: 2 * elements * bytesPerElement(precision),
      phase: "forward",
    } as const;
    return [
      ...(node.op === "Attention" ? [{ ...shapeless, ...mask, count }] : []),
      { ...shapeless, operation, precision, bytes, count, phase: "forward" },
      { ...shapeless, operation, precision, bytes, count, phase: "backward" },
    ] satisfies Kernel[];
  });
}
