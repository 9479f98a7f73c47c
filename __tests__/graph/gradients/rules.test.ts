import { buildGradients } from "@/lib/graph/autodiff";
import { GraphBuilder } from "@/lib/graph/builder";
import { GRADIENT_RULES } from "@/lib/graph/gradients/rules";
import { tensor } from "@/lib/graph/interpreter/tensor";
import type { OpType, Value } from "@/lib/graph/ir";
import { concreteShape } from "@/lib/graph/shape";
import { type Differentiated, disagreeingEntries } from "../support/differences";
import { OP_CASES, type OpCase } from "../support/op-cases";
import { randomTensors } from "../support/random";

const SEEDS = [1, 2];
const BATCH_SIZE = 2;
/** In float64 the five-point difference at this step is good to about 1e-11. */
const STEP = 1e-3;
const TOLERANCE = 1e-8;

const differentiable = Object.keys(GRADIENT_RULES).map((name) => {
  // Sound: the table's keys are operations.
  const op = name as OpType;
  return [op, OP_CASES[op] as readonly OpCase<OpType>[]] as const;
});

describe.each(differentiable)("the gradient of %s", (op, cases) => {
  test("equals central differences for every input, trained together", () => {
    for (const opCase of cases) {
      for (const seed of SEEDS) {
        const graph = differentiated(op, opCase, seed, () => true);
        expect(graph.gradients.size).toBe(opCase.inputs.filter((leaf) => leaf.takesGradient).length);
        expect({ opCase, wrong: disagreeingEntries(graph, { seed, step: STEP, tolerance: TOLERANCE }) }).toEqual({
          opCase,
          wrong: [],
        });
      }
    }
  });

  test("equals central differences for each input trained alone, and is emitted for no other", () => {
    const [seed] = SEEDS;
    for (const opCase of cases) {
      opCase.inputs.forEach((leaf, trained) => {
        if (!leaf.takesGradient) return;
        const graph = differentiated(op, opCase, seed, (index) => index === trained);
        expect(graph.gradients.size).toBe(1);
        expect({ opCase, wrong: disagreeingEntries(graph, { seed, step: STEP, tolerance: TOLERANCE }) }).toEqual({
          opCase,
          wrong: [],
        });
      });
    }
  });
});

/** The operation, its outputs summed with random weights so that no entry's gradient looks like another's. */
function differentiated<T extends OpType>(
  op: T,
  { inputs, attributes }: OpCase<T>,
  seed: number,
  trains: (index: number) => boolean,
): Differentiated {
  const g = new GraphBuilder();
  const random = randomTensors(seed);
  const leaves = new Map(
    inputs.map(({ shape, numbers, takesGradient }, i) => {
      const trainable = takesGradient && trains(i);
      return [
        g.parameter(`x${i}`, shape, { trainable, dtype: "float32" }),
        random(concreteShape(shape, BATCH_SIZE), numbers),
      ] as const;
    }),
  );
  const outputs = g.apply(op, [...leaves.keys()], attributes).outputs.filter((output) => output.requiresGrad);
  const weighted = outputs.map((output, i) => {
    const weights = g.input(`weights${i}`, output.shape, "float32");
    leaves.set(weights, random(concreteShape(output.shape, BATCH_SIZE)));
    return g.sumTo(g.mul(output, weights), []);
  });
  const loss = weighted.reduce((sum: Value, one) => g.add(sum, one));
  const lossGradient = g.input("loss_gradient", [], "float32");
  leaves.set(lossGradient, tensor([], [1]));
  const gradients = buildGradients(g, loss, lossGradient);
  return { nodes: g.nodes, loss, gradients, leaves, batchSize: BATCH_SIZE };
}
