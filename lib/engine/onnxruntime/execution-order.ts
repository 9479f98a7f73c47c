import type { OnnxNode, OnnxValue } from "../../onnx/model";

/**
 * The order in which ONNX Runtime executes a model, which is not that of the file: it walks from what nobody reads back
 * to what it needs, at each operation first into the input that was written last, and executes on the way out.
 *
 * @param nodes in the order of the file
 * @returns positions in `nodes`
 * @source onnxruntime `Graph::ReverseDFSFrom` as `GraphViewer` calls it (core/graph/graph.cc, graph_viewer.cc)
 */
export function executionOrder(nodes: readonly OnnxNode[]): Int32Array {
  const producer = new Map<OnnxValue, number>();
  nodes.forEach(({ outputs }, i) => {
    for (const output of outputs) producer.set(output, i);
  });
  const inputsOf = nodes.map(({ inputs }) => producersOf(inputs, producer));
  const isRead = new Uint8Array(nodes.length);
  for (const inputs of inputsOf) for (const input of inputs) isRead[input] = 1;

  const order = new Int32Array(nodes.length);
  const visited = new Uint8Array(nodes.length);
  let count = 0;
  // A position is to be entered, its complement to be left: executed.
  const stack: number[] = [];
  for (let i = 0; i < nodes.length; i++) if (isRead[i] === 0) stack.push(i);
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    if (entry < 0) {
      order[count++] = ~entry;
      continue;
    }
    if (visited[entry] === 1) continue;
    visited[entry] = 1;
    stack.push(~entry);
    for (const input of inputsOf[entry] ?? []) if (visited[input] === 0) stack.push(input);
  }
  return order;
}

/** Ascending, so that the last one pushed is the last one written. */
function producersOf(inputs: readonly OnnxValue[], producer: ReadonlyMap<OnnxValue, number>): readonly number[] {
  const found: number[] = [];
  for (const input of inputs) {
    const position = producer.get(input);
    if (position !== undefined) found.push(position);
  }
  return found.sort((a, b) => a - b);
}
