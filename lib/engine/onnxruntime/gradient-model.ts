import type { Value } from "../../graph/ir";
import { concreteShape } from "../../graph/shape";
import type { TrainingGraph } from "../../graph/training-graph";
import type { OnnxModel, OnnxValue } from "../../onnx/model";
import { writeOperations } from "./write-operations";
import { OnnxWriter } from "./writer";

export interface GradientModel {
  readonly model: OnnxModel;
  /** The model's inputs: what each leaf of the graph is to be given as. */
  readonly leaves: ReadonlyMap<Value, OnnxValue>;
  /** The model's outputs: what was asked for. */
  readonly results: ReadonlyMap<Value, OnnxValue>;
}

/**
 * The forward and backward pass alone, for checking: numbers go in for every leaf and come out for every value asked for.
 */
export function gradientModel(training: TrainingGraph, batchSize: number, asked: readonly Value[]): GradientModel {
  const w = new OnnxWriter();
  const { nodes } = training.graph;
  const computed = nodes.filter(({ phase }) => phase !== "optimizer");
  const leaves = new Map<Value, OnnxValue>();
  for (const leaf of computed.flatMap(({ inputs }) => inputs)) {
    if (leaf.producer !== null || leaves.has(leaf)) continue;
    const type = leaf.dtype === "int64" ? "int64" : "float32";
    leaves.set(leaf, { name: `$${leaves.size}`, shape: concreteShape(leaf.shape, batchSize), type });
  }
  const known = new Map(leaves);
  writeOperations(w, computed, known, { batchSize, matrixType: "float32", wanted: new Set(asked) });
  const results = new Map<Value, OnnxValue>();
  for (const value of asked) {
    const found = known.get(value);
    if (found === undefined) throw new RangeError(`${value.scope.path}/${value.id} was neither given nor computed`);
    const shape = concreteShape(value.shape, batchSize);
    results.set(value, w.apply("Identity", [w.reshape(found, shape)], shape));
  }
  return { model: w.finish([...leaves.values()], [...results.values()]), leaves, results };
}
