import type { Graph, Node, Scope, Value } from "../../graph/ir";

/**
 * When Python lets go of the results of the forward pass.
 *
 * A tensor that autograd does not keep lives as long as a Python frame holds it: through the last operation that
 * reads it, and, where it was handed to a module, until that module returns, because the caller still holds its
 * arguments. What the frames of particular modules hold beyond that is in `heldByFrame`.
 *
 * @param graph   what the operations are part of
 * @param nodes operations that run one after the other: the forward pass, or one repetition
 * @param returnsWeights attention hands its weights to the block, which holds them until it returns
 * @returns for each index, the results to let go after it
 */
export function releasesAfter(
  { valueCount }: Pick<Graph, "valueCount">,
  nodes: readonly Node[],
  returnsWeights: boolean,
): readonly (readonly Value[] | undefined)[] {
  const lastOfScope = lastNodes(nodes);
  // By value: −1 for what these operations do not make.
  const lastUse = new Int32Array(valueCount).fill(-1);
  nodes.forEach((node, i) => {
    for (const output of node.outputs) lastUse[output.id] = i;
    const weights = node.outputs[1];
    if (returnsWeights && node.op === "Attention" && weights !== undefined) {
      lastUse[weights.id] = lastOfScope.get(node.scope.parent ?? node.scope) ?? i;
    }
    for (const input of node.inputs) {
      const before = lastUse[input.id] ?? -1;
      if (before >= 0) lastUse[input.id] = Math.max(endOfHolder(node, input, i, lastOfScope), before);
    }
  });
  const releases: (Value[] | undefined)[] = new Array(nodes.length);
  for (const node of nodes) {
    for (const value of node.outputs) {
      const index = lastUse[value.id] ?? -1;
      const list = releases[index];
      if (list === undefined) releases[index] = [value];
      else list.push(value);
    }
  }
  return releases;
}

/** By module: the last of these nodes that lies in it. From the end: of a module that was met, all around it were too. */
function lastNodes(nodes: readonly Node[]): ReadonlyMap<Scope, number> {
  const last = new Map<Scope, number>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    let scope: Scope | null = nodes[i]?.scope ?? null;
    for (; scope !== null && !last.has(scope); scope = scope.parent) last.set(scope, i);
  }
  return last;
}

/** The last node of the outermost module that this node lies in and the value does not. */
function endOfHolder(node: Node, value: Value, index: number, lastOfScope: ReadonlyMap<Scope, number>): number {
  let holder: Scope | null = null;
  for (let scope: Scope | null = node.scope; scope !== null && !contains(scope, value.scope); scope = scope.parent)
    holder = scope;
  const own = heldByFrame(node) ? node.scope : null;
  const end = holder === null ? index : (lastOfScope.get(holder) ?? index);
  return own === null ? end : Math.max(end, lastOfScope.get(own) ?? index);
}

/** transformers' attention holds q, k and v as locals until it returns; others pass them on and let go. */
function heldByFrame(node: Node): boolean {
  return node.op === "Attention" && node.scope.module === "TransformersAttention";
}

function contains(scope: Scope, inner: Scope): boolean {
  let place: Scope | null = inner;
  while (place !== null && place.depth > scope.depth) place = place.parent;
  return place === scope;
}
