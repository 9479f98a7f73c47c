import type { Graph, Value } from "../../graph/ir";
import type { OnnxValue } from "../../onnx/model";
import { elementCount, type OnnxWriter } from "./writer";

/** The temperature CLIP starts with: ln(1/0.07). Source: arXiv:2103.00020 §2.3. */
const INITIAL_LOGIT_SCALE = Math.log(1 / 0.07);

/** How many different whole numbers are drawn where nothing says how many there may be. */
const UNKNOWN_RANGE = 1;

/**
 * Draws a leaf's numbers while the model runs, so that no weights have to be kept in a file. Time and memory do not
 * depend on the numbers; they only have to stay finite over a few steps. What is right for a parameter is seen from the
 * operation that reads it.
 */
export function initialNumbers(w: OnnxWriter, graph: Graph): (leaf: Value, shape: readonly number[]) => OnnxValue {
  const uses = usesOf(graph);
  let seed = 0;
  return (leaf, shape) => {
    const use = uses.get(leaf);
    if (leaf.dtype === "int64") return wholeNumbers(w, shape, use?.below ?? UNKNOWN_RANGE, ++seed);
    if (leaf.role === "input") return normal(w, shape, 1, ++seed);
    if (use?.start !== undefined) return w.filled("float32", shape, use.start);
    return normal(w, shape, 1 / Math.sqrt(use?.summed ?? elementCount(shape)), ++seed);
  };
}

function normal(w: OnnxWriter, shape: readonly number[], scale: number, seed: number): OnnxValue {
  const attributes = { shape: { ints: shape }, scale: { float: scale }, seed: { float: seed } };
  return w.apply("RandomNormal", [], shape, attributes);
}

/** Drawn as real numbers and cut off: the runtime draws no whole ones. */
function wholeNumbers(w: OnnxWriter, shape: readonly number[], below: number, seed: number): OnnxValue {
  if (below === 1) return w.filled("int64", shape, 0);
  const attributes = { shape: { ints: shape }, high: { float: below - 1 }, seed: { float: seed } };
  return w.cast(w.apply("RandomUniform", [], shape, attributes), "int64");
}

interface Use {
  /** The one number a leaf starts with everywhere. */
  readonly start?: number;
  /** How many products each result sums up. */
  readonly summed?: number;
  /** Whole numbers lie below this. */
  readonly below?: number;
}

function usesOf({ nodes }: Graph): ReadonlyMap<Value, Use> {
  const uses = new Map<Value, Use>();
  for (const { op, phase, attributes, inputs } of nodes) {
    if (phase !== "forward") continue;
    inputs.forEach((input, index) => {
      if (input.producer === null && !uses.has(input)) {
        const use = findUse(op, index, inputs, attributes);
        if (use !== null) uses.set(input, use);
      }
    });
  }
  return uses;
}

function findUse(op: string, index: number, inputs: readonly Value[], attributes: object): Use | null {
  const lengths = inputs[index]?.shape ?? [];
  switch (op) {
    case "LayerNorm":
      return { start: index === 1 ? 1 : 0 };
    case "BatchNorm":
      return { start: index === 1 || index === 4 ? 1 : 0 };
    case "Linear":
      if (index === 2) return { start: 0 };
      return { summed: "layout" in attributes && attributes.layout === "in_out" ? lengths[0] : lengths[1] };
    case "Conv2d":
      return index === 2 ? { start: 0 } : { summed: elementCount(lengths.slice(1)) };
    case "Embedding":
      return index === 0 ? { summed: lengths[1] } : { below: inputs[0]?.shape[0] ?? UNKNOWN_RANGE };
    case "Exp":
      return { start: INITIAL_LOGIT_SCALE };
    case "SelectToken":
      return { below: inputs[0]?.shape[1] ?? UNKNOWN_RANGE };
    case "SoftmaxCrossEntropy":
      return { below: inputs[0]?.shape[1] ?? UNKNOWN_RANGE };
    default:
      return { summed: lengths.at(-1) };
  }
}
