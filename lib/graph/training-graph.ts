import type { Graph, Value } from "./ir";

/** The graph of one training step, with what a reader needs to find its way in it. */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly loss: Value;
  /** The gradient of the loss itself: 1, or the scale of mixed precision. */
  readonly lossSeed: Value;
  /** Trained parameters with their gradients, in the order in which the model holds the parameters. */
  readonly gradients: ReadonlyMap<Value, Value>;
}
