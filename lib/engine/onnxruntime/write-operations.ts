import type { Node, OpType, Value } from "../../graph/ir";
import { nameOf } from "../../graph/ir";
import { concreteShape } from "../../graph/shape";
import type { OnnxValue } from "../../onnx/model";
import type { Operation, OperationContext } from "./operation";
import { matrixShape } from "./operations/linear-algebra";
import { OPERATIONS, type WrittenAlone } from "./operations/operations";
import type { OnnxWriter } from "./writer";

export interface WritingOptions {
  readonly batchSize: number;
  /** float16 under autocast. */
  readonly matrixType: "float32" | "float16";
  /** Values that an operation reads whether or not a later one of the graph does: what the caller asks for. */
  readonly wanted: ReadonlySet<Value>;
}

/**
 * Writes operations of our graph in this runtime's own, in their order.
 *
 * @param nodes any but optimizers
 * @param known where the leaves lie; results are added to it
 * @throws {RangeError} when a value is read that was neither given nor computed
 */
export function writeOperations(
  w: OnnxWriter,
  nodes: readonly Node[],
  known: Map<Value, OnnxValue>,
  options: WritingOptions,
): void {
  const isRead = new Set<Value>(options.wanted);
  for (const node of nodes) for (const input of node.inputs) isRead.add(input);
  for (const node of nodes) {
    if (node.op === "AdamW" || node.op === "Sgd") throw new RangeError(`${node.op} is not written alone`);
    const written = operationOf(node.op)(contextOf(w, node, known, isRead, options));
    node.outputs.forEach((output, i) => {
      const value = written[i];
      if (value !== null && value !== undefined) known.set(output, value);
    });
  }
}

function operationOf(op: WrittenAlone): Operation<OpType> {
  // Sound: the table maps each operation to a writer of that very operation.
  return OPERATIONS[op] as unknown as Operation<OpType>;
}

function contextOf(
  w: OnnxWriter,
  node: Node,
  known: ReadonlyMap<Value, OnnxValue>,
  isRead: ReadonlySet<Value>,
  { batchSize, matrixType }: WritingOptions,
): OperationContext<OpType> {
  const valueAt = (index: number): Value => {
    const value = node.inputs[index];
    if (value === undefined) throw new RangeError(`${node.op} has no input ${index}`);
    return value;
  };
  const input = (index: number): OnnxValue => {
    const found = known.get(valueAt(index));
    if (found === undefined) throw new RangeError(`${nameOf(valueAt(index))} was neither given nor computed`);
    return found;
  };
  const shapeOf = (index: number) => concreteShape(valueAt(index).shape, batchSize);
  return {
    attributes: node.attributes,
    inputCount: node.inputs.length,
    input,
    shapeOf,
    shaped: (index) => w.reshape(input(index), shapeOf(index)),
    rows: (index) => w.reshape(input(index), matrixShape(shapeOf(index))),
    concrete: (shape) => concreteShape(shape, batchSize),
    batchSize,
    isRead: (index) => {
      const output = node.outputs[index];
      return output !== undefined && isRead.has(output);
    },
    matrixType,
    w,
  };
}
