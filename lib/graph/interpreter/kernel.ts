import type { OpAttributes, OpType } from "../ir";
import type { OptimizerSettings } from "./optimizers";
import type { Tensor } from "./tensor";

export interface KernelContext<T extends OpType> {
  readonly attributes: OpAttributes[T];
  readonly inputs: readonly Tensor[];
  /** @throws {RangeError} when the operation has no such input */
  readonly input: (index: number) => Tensor;
  readonly batchSize: number;
  /** Resolves the batch axes of a shape given as an attribute. */
  readonly concrete: (shape: readonly number[]) => number[];
  /** @throws {Error} when none were given */
  readonly optimizer: () => OptimizerSettings;
}

/** What one operation computes: its outputs, with shapes found from the numbers and not from shape inference. */
export type Kernel<T extends OpType> = (context: KernelContext<T>) => readonly Tensor[];
