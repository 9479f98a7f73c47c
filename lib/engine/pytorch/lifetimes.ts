import type { Node, Scope, Value } from "../../graph/ir";

/**
 * When Python lets go of the results of the forward pass.
 *
 * A tensor that autograd does not keep lives as long as a Python frame holds it: through the last operation that
 * reads it, and, where it was handed to a module, until that module returns, because the caller still holds its
 * arguments. What the frames of particular modules hold beyond that is in `heldByFrame`.
 *
 * @param nodes operations that run one after the other: the forward pass, or one repetition
 * @param returnsWeights attention hands its weights to the block, which holds them until it returns
 * @returns for each index, the results to let go after it
 */
export function releasesAfter(nodes: readonly Node[], returnsWeights: boolean): ReadonlyMap<number, readonly Value[]> {
  const lastOfScope = new Map<Scope, number>();
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    if (node === undefined) break;
    for (let scope: Scope | null = node.scope; scope !== null; scope = scope.parent) lastOfScope.set(scope, i);
  }
  const lastUse = new Map<Value, number>();
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    if (node === undefined) continue;
    for (const output of node.outputs) lastUse.set(output, i);
    const weights = node.outputs[1];
    if (returnsWeights && node.op === "Attention" && weights !== undefined) {
      lastUse.set(weights, lastOfScope.get(node.scope.parent ?? node.scope) ?? i);
    }
    for (const input of node.inputs) {
      if (input.producer === null || !lastUse.has(input)) continue;
      const until = Math.max(endOfHolder(node, input, i, lastOfScope), lastUse.get(input) ?? i);
      lastUse.set(input, until);
    }
  }
  const releases = new Map<number, Value[]>();
  for (const [value, index] of lastUse) {
    const list = releases.get(index);
    if (list === undefined) releases.set(index, [value]);
    else list.push(value);
  }
  return releases;
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
