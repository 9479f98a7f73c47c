import { interpret } from "@/lib/graph/interpreter";
import type { Tensor } from "@/lib/graph/interpreter/tensor";
import { type Node, nameOf, type Value } from "@/lib/graph/ir";
import { randomTensors } from "./random";

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
  readonly along: string;
  readonly byDifferences: number;
  readonly byGraph: number;
}

export interface Comparison {
  readonly seed: number;
  /** Distance of the differences; their error falls with its fourth power and grows as it nears rounding. */
  readonly step: number;
  readonly tolerance: number;
}

/** Somewhere to move parameters: how far each entry goes. */
interface Direction {
  readonly name: string;
  readonly moves: ReadonlyMap<Value, Float64Array>;
}

/** Holds every entry of every gradient against central differences. */
export function disagreeingEntries(graph: Differentiated, comparison: Comparison): Disagreement[] {
  const read = interpret(graph.nodes, graph);
  const directions = [...graph.gradients].flatMap(([parameter, gradient]) => {
    const { length } = read(gradient).data;
    return Array.from({ length }, (_, entry) => ({
      name: `${nameOf(parameter)}[${entry}]`,
      moves: new Map([[parameter, new Float64Array(length).fill(1, entry, entry + 1)]]),
    }));
  });
  return disagreements(graph, comparison, read, directions);
}

/** Holds the gradient of each parameter against central differences along one random direction, in which all its entries move. */
export function disagreeingParameters(graph: Differentiated, comparison: Comparison): Disagreement[] {
  const random = randomTensors(comparison.seed + 1);
  const read = interpret(graph.nodes, graph);
  const directions = [...graph.gradients].map(([parameter, gradient]) => ({
    name: nameOf(parameter),
    moves: new Map([[parameter, random(read(gradient).shape).data]]),
  }));
  return disagreements(graph, comparison, read, directions);
}

/** The same along one direction in which all parameters move, at a few evaluations whatever their number. */
export function disagreeingJointly(graph: Differentiated, comparison: Comparison): Disagreement[] {
  const random = randomTensors(comparison.seed + 1);
  const read = interpret(graph.nodes, graph);
  const moves = new Map(
    [...graph.gradients].map(([parameter, gradient]) => [parameter, random(read(gradient).shape).data]),
  );
  return disagreements(graph, comparison, read, [{ name: "all parameters", moves }]);
}

function disagreements(
  graph: Differentiated,
  { seed, step, tolerance }: Comparison,
  read: (value: Value) => Tensor,
  directions: readonly Direction[],
): Disagreement[] {
  return directions.flatMap(({ name, moves }) => {
    let byGraph = 0;
    for (const [parameter, gradient] of graph.gradients) {
      const move = moves.get(parameter);
      if (move !== undefined) byGraph += dot(read(gradient).data, move);
    }
    const byDifferences = centralDifference(lossAlong(graph, moves), step);
    const isClose = Math.abs(byDifferences - byGraph) <= tolerance * Math.max(1, Math.abs(byDifferences));
    return isClose ? [] : [{ seed, along: name, byDifferences, byGraph }];
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** The loss as a function of how far parameters are moved along a direction. */
function lossAlong({ nodes, loss, leaves, batchSize }: Differentiated, moves: ReadonlyMap<Value, Float64Array>) {
  const forward = nodes.filter((node) => node.phase === "forward");
  return (distance: number): number => {
    const moved = new Map(leaves);
    for (const [parameter, move] of moves) {
      const start = leaves.get(parameter);
      if (start === undefined) throw new RangeError(`${nameOf(parameter)} has no numbers`);
      moved.set(parameter, { shape: start.shape, data: start.data.map((value, i) => value + distance * move[i]) });
    }
    return interpret(forward, { batchSize, leaves: moved })(loss).data[0];
  };
}

/** Five-point central difference at 0. Source: Abramowitz & Stegun 25.3.6. */
function centralDifference(f: (distance: number) => number, step: number): number {
  return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step);
}
