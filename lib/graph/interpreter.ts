import type { Kernel } from "./interpreter/kernel";
import { KERNELS } from "./interpreter/kernels";
import { type OptimizerSettings, UPDATED_INPUTS } from "./interpreter/optimizers";
import type { Tensor } from "./interpreter/tensor";
import { type Node, nameOf, type OpType, type Value } from "./ir";
import { concreteShape, type Shape, sameShape } from "./shape";

export interface InterpreterOptions {
  /** What the batch axes are resolved with. */
  readonly batchSize: number;
  /** The numbers of parameters, buffers, inputs and optimizer state that the operations read. */
  readonly leaves: ReadonlyMap<Value, Tensor>;
  /** Needed when the operations include an optimizer's. */
  readonly optimizer?: OptimizerSettings;
}

/**
 * Computes operations one after the other in float64, for checking: plain, slow, and with no kernel shared between an
 * operation and its gradient's rule.
 *
 * Weights and moments that an optimizer updates read as their new values afterwards; the given leaves stay as they are.
 *
 * @param nodes operations in the order of the graph, or those of its first phases
 * @returns the number behind any value that was given or computed
 * @throws {RangeError} when numbers do not go together, or come out in another shape than was inferred
 */
export function interpret(nodes: readonly Node[], options: InterpreterOptions): (value: Value) => Tensor {
  const known = new Map<number, Tensor>();
  const read = (value: Value): Tensor => {
    const found = known.get(value.id);
    if (found === undefined) throw new RangeError(`${nameOf(value)} was neither given nor computed`);
    return found;
  };
  const write = (value: Value, computed: Tensor) => {
    const expected = concreteShape(value.shape, options.batchSize);
    if (!sameShape(expected, computed.shape)) {
      throw new RangeError(
        `${nameOf(value)} is [${computed.shape.join(", ")}] where [${expected.join(", ")}] was inferred`,
      );
    }
    known.set(value.id, computed);
  };
  for (const [value, given] of options.leaves) write(value, given);
  for (const node of nodes) {
    const results = compute(node, node.inputs.map(read), options);
    targetsOf(node).forEach((target, i) => {
      write(target, results[i]);
    });
  }
  return read;
}

function compute(node: Node, inputs: readonly Tensor[], options: InterpreterOptions): readonly Tensor[] {
  // Sound: the table maps each operation to a kernel for that very operation.
  const kernel = KERNELS[node.op] as unknown as Kernel<OpType>;
  return kernel({
    attributes: node.attributes,
    inputs,
    input: (index) => {
      if (index >= inputs.length) throw new RangeError(`${node.op} has no input ${index}`);
      return inputs[index];
    },
    batchSize: options.batchSize,
    concrete: (shape: Shape) => concreteShape(shape, options.batchSize),
    optimizer: () => {
      if (options.optimizer === undefined) throw new Error(`${node.op} needs the optimizer's settings`);
      return options.optimizer;
    },
  });
}

/** Optimizers write nothing new: they overwrite some of what they read. */
function targetsOf(node: Node): readonly Value[] {
  if (node.op !== "AdamW" && node.op !== "Sgd") return node.outputs;
  return UPDATED_INPUTS[node.op].map((index) => node.inputs[index]);
}
