import type { Node, Value } from "../../graph/ir";
import { concreteShape } from "../../graph/shape";
import type { OnnxModel, OnnxValue } from "../../onnx/model";
import { writeOperations } from "./write-operations";
import { OnnxWriter } from "./writer";

export interface ValuesModel {
  readonly model: OnnxModel;
  /** The model's inputs: what each leaf of the graph is to be given as. */
  readonly leaves: ReadonlyMap<Value, OnnxValue>;
  /** The model's outputs: what was asked for, under the graph's shapes. */
  readonly results: ReadonlyMap<Value, OnnxValue>;
}

/**
 * Operations alone, for checking: numbers go in for every leaf and come out for every value asked for.
 *
 * @param nodes any but optimizers
 */
export function valuesModel(nodes: readonly Node[], batchSize: number, asked: readonly Value[]): ValuesModel {
  const w = new OnnxWriter();
  const leaves = new Map<Value, OnnxValue>();
  for (const leaf of nodes.flatMap(({ inputs }) => inputs)) {
    if (leaf.producer !== null || leaves.has(leaf)) continue;
    const type = leaf.dtype === "int64" ? "int64" : "float32";
    leaves.set(leaf, { name: `$${leaves.size}`, shape: concreteShape(leaf.shape, batchSize), type });
  }
  const known = new Map(leaves);
  writeOperations(w, nodes, known, { batchSize, matrixType: "float32", wanted: new Set(asked) });
  const results = new Map<Value, OnnxValue>();
  for (const value of asked) {
    const found = known.get(value);
    if (found === undefined) throw new RangeError(`${value.scope.path}/${value.id} was neither given nor computed`);
    const shape = concreteShape(value.shape, batchSize);
    results.set(value, w.apply("Identity", [w.reshape(found, shape)], shape));
  }
  return { model: w.finish([...leaves.values()], [...results.values()]), leaves, results };
}
