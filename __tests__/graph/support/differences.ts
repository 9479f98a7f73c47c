import { interpret } from "@/lib/graph/interpreter";
import type { Tensor } from "@/lib/graph/interpreter/tensor";
import { type Node, nameOf, type Value } from "@/lib/graph/ir";

export interface Differentiated {
  /** Forward and backward operations. */
  readonly nodes: readonly Node[];
  readonly loss: Value;
  readonly gradients: ReadonlyMap<Value, Value>;
  readonly leaves: ReadonlyMap<Value, Tensor>;
  readonly batchSize: number;
}

/** One derivative that the graph gets wrong. */
export interface Disagreement {
  readonly seed: number;
  readonly parameter: string;
  /** Place in the parameter's data, or "direction" for a derivative along a random direction. */
  readonly entry: number | "direction";
  readonly byDifferences: number;
  readonly byGraph: number;
}

export interface Comparison {
  readonly seed: number;
  /** Distance of the differences; their error falls with its fourth power and grows as it nears rounding. */
  readonly step: number;
  readonly tolerance: number;
}

/** Holds every entry of every gradient against central differences. */
export function disagreeingEntries(graph: Differentiated, comparison: Comparison): Disagreement[] {
  const read = interpret(graph.nodes, graph);
  return [...graph.gradients].flatMap(([parameter, gradient]) =>
    Array.from(read(gradient).data).flatMap((byGraph, entry) => {
      const direction = new Float64Array(read(gradient).data.length);
      direction[entry] = 1;
      return disagreement(graph, comparison, parameter, direction, byGraph, entry);
    }),
  );
}

/** Holds the gradient of every parameter against central differences along one direction, which all its entries take part in. */
export function disagreeingDirections(
  graph: Differentiated,
  comparison: Comparison,
  directionOf: (shape: readonly number[]) => Tensor,
): Disagreement[] {
  const read = interpret(graph.nodes, graph);
  return [...graph.gradients].flatMap(([parameter, gradient]) => {
    const computed = read(gradient);
    const direction = directionOf(computed.shape).data;
    const byGraph = computed.data.reduce((sum, value, i) => sum + value * direction[i], 0);
    return disagreement(graph, comparison, parameter, direction, byGraph, "direction");
  });
}

function disagreement(
  graph: Differentiated,
  { seed, step, tolerance }: Comparison,
  parameter: Value,
  direction: Float64Array,
  byGraph: number,
  entry: number | "direction",
): Disagreement[] {
  const byDifferences = centralDifference(lossAlong(graph, parameter, direction), step);
  const isClose = Math.abs(byDifferences - byGraph) <= tolerance * Math.max(1, Math.abs(byDifferences));
  return isClose ? [] : [{ seed, parameter: nameOf(parameter), entry, byDifferences, byGraph }];
}

/** The loss as a function of how far one parameter is moved along a direction. */
function lossAlong({ nodes, loss, leaves, batchSize }: Differentiated, parameter: Value, direction: Float64Array) {
  const forward = nodes.filter((node) => node.phase === "forward");
  const start = leaves.get(parameter);
  if (start === undefined) throw new RangeError(`${nameOf(parameter)} has no numbers`);
  return (distance: number): number => {
    const moved = { shape: start.shape, data: start.data.map((value, i) => value + distance * direction[i]) };
    return interpret(forward, { batchSize, leaves: new Map([...leaves, [parameter, moved]]) })(loss).data[0];
  };
}

/** Five-point central difference at 0. Source: Abramowitz & Stegun 25.3.6. */
function centralDifference(f: (distance: number) => number, step: number): number {
  return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step);
}
