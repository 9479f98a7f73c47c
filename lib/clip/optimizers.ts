import type { GraphBuilder } from "../graph/builder";
import type { Value } from "../graph/ir";
import type { Optimizer } from "../plan/plan";

/**
 * Writes one update per trained parameter, with the state it keeps between steps; folded, the first stands for all, as they
 * do the same one after the other.
 */
export function updateParameters(
  g: GraphBuilder,
  optimizer: Optimizer,
  gradients: ReadonlyMap<Value, Value>,
  isFolded: boolean,
): void {
  for (const [parameter, gradient] of isFolded ? [...gradients].slice(0, 1) : gradients) {
    g.inPhase("optimizer", null, parameter.scope, () => {
      const state = (name: string) => g.optimizerState(`${name}`, parameter.shape, parameter.dtype);
      if (optimizer === "sgd") g.apply("Sgd", [parameter, gradient, state("momentum_buffer")], {});
      else g.apply("AdamW", [parameter, gradient, state("exp_avg"), state("exp_avg_sq")], {});
    });
  }
}
