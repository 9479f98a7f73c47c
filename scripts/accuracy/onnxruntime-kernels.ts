/** Kernels of ONNX Runtime's CPU provider timed one by one, by `scripts/onnx/measure-kernels.ts`. */

import { readFileSync } from "node:fs";
import type { OnnxNode } from "../../lib/onnx/model";
import { nodeOfSignature } from "../onnx/kernel-signature";

export const KERNEL_TRUTH = "truth/kernels-onnxruntime-cpu.csv";

export interface KernelRow {
  readonly configuration: string;
  readonly node: OnnxNode;
  /** Alike in one step. */
  readonly count: number;
  readonly seconds: number;
}

export function readKernelRows(file: string = KERNEL_TRUTH): KernelRow[] {
  const [, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [configuration = "", operator = "", shapes = "", attributes = "", count, seconds] = line.split(",");
    return {
      configuration,
      node: nodeOfSignature(operator, shapes, attributes),
      count: Number(count),
      seconds: Number(seconds),
    };
  });
}
