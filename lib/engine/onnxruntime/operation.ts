import type { OpAttributes, OpType } from "../../graph/ir";
import type { OnnxValue } from "../../onnx/model";
import type { OnnxWriter } from "./writer";

/**
 * How this runtime computes one operation of our graph.
 *
 * A tensor may lie there under another shape than the graph says, with the same numbers in the same order: rows of
 * `[batch, tokens, width]` are kept as a matrix, so that hardly any operation has to be told the shape anew.
 */
export interface OperationContext<T extends OpType> {
  readonly attributes: OpAttributes[T];
  readonly inputCount: number;
  /** As it lies there. @throws {RangeError} when the operation has no such input */
  readonly input: (index: number) => OnnxValue;
  /** Under the graph's shape. */
  readonly shaped: (index: number) => OnnxValue;
  /** With all leading axes merged into one. */
  readonly rows: (index: number) => OnnxValue;
  /** The graph's shape of an input at this batch size. */
  readonly shapeOf: (index: number) => readonly number[];
  /** Resolves batch axes. */
  readonly concrete: (shape: readonly number[]) => readonly number[];
  readonly batchSize: number;
  /** Whether anybody reads this output. */
  readonly isRead: (index: number) => boolean;
  /** What autocast computes matrix products in: float16, or float32 without it. */
  readonly matrixType: "float32" | "float16";
  readonly w: OnnxWriter;
}

/** Writes one operation; one entry per output, null where nobody reads it. */
export type Operation<T extends OpType> = (context: OperationContext<T>) => readonly (OnnxValue | null)[];
