import type { GraphBuilder } from "../builder";
import type { NodeOf, OpType, Value } from "../ir";

/** What a gradient rule may look at: the forward operation, the gradient of each output, and which inputs want one. */
export interface RuleContext<T extends OpType> {
  readonly attributes: NodeOf<T>["attributes"];
  /** @throws {RangeError} when the operation has no such input */
  readonly input: (index: number) => Value;
  readonly output: (index: number) => Value;
  readonly outputGrad: (index: number) => Value;
  readonly needs: (index: number) => boolean;
  readonly g: GraphBuilder;
}

/**
 * The gradient of one operation, as more graph: one entry per input, null where none is wanted.
 *
 * A forward value that a rule reads is a value the framework must keep: the rules decide what memory holds.
 */
export type GradientRule<T extends OpType> = (context: RuleContext<T>) => readonly (Value | null)[];
