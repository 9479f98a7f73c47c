import type { Node, Value } from "../../graph/ir";
import { concreteShape } from "../../graph/shape";
import type { OnnxValue } from "../../onnx/model";
import { elementCount, type OnnxWriter } from "./writer";

/**
 * How trained parameters are held between steps: small ones laid end to end in one tensor, so that one update serves
 * hundreds of biases and norms; large ones by themselves, since laying them end to end would hold them twice.
 */
export interface ParameterLayout {
  readonly optimizer: "AdamW" | "Sgd";
  /** Tensors the optimizer keeps for each that it updates. */
  readonly stateCount: number;
  /** The parameters in each updated tensor, in their order there. */
  readonly groups: readonly (readonly Value[])[];
  /** Builds what is updated from the parameters as first drawn. */
  readonly weights: (w: OnnxWriter, initial: (parameter: Value) => OnnxValue) => readonly OnnxValue[];
  /** Takes the parameters apart again for the next step. */
  readonly parameters: (w: OnnxWriter, weights: readonly OnnxValue[]) => ReadonlyMap<Value, OnnxValue>;
  /** The gradient of each updated tensor, and a [1] of 0 that is known once all of them are. */
  readonly gradients: (
    w: OnnxWriter,
    computed: (gradient: Value) => OnnxValue,
  ) => { readonly gradients: readonly OnnxValue[]; readonly whenAllComputed: OnnxValue };
}

/**
 * Parameters of at most this many elements are laid end to end. In ViT-B/32 they are 202 of the 302
 * parameters and 0.2 % of their elements. See docs/decisions/small-parameters-end-to-end.md.
 */
const SMALL_ELEMENTS = 65_536;

/** @param gradients by trained parameter */
export function layOutParameters(nodes: readonly Node[], gradients: ReadonlyMap<Value, Value>): ParameterLayout {
  const updates = nodes.filter(({ op }) => op === "AdamW" || op === "Sgd");
  const optimizer = updates[0]?.op === "Sgd" ? "Sgd" : "AdamW";
  const inOrder = inOrderOfGradients(nodes, gradients);
  const sizeOf = (parameter: Value) => elementCount(lengthsOf(parameter));
  const small = inOrder.filter(([parameter]) => sizeOf(parameter) <= SMALL_ELEMENTS);
  const large = inOrder.filter(([parameter]) => sizeOf(parameter) > SMALL_ELEMENTS);
  return {
    optimizer,
    stateCount: optimizer === "AdamW" ? 2 : 1,
    groups: [...(small.length > 0 ? [small.map(parameterOf)] : []), ...large.map((trained) => [parameterOf(trained)])],
    weights: (w, initial) => {
      const flat = small.map(([parameter]) => w.reshape(initial(parameter), [sizeOf(parameter)]));
      return [...(flat.length > 0 ? [w.concat(flat, 0)] : []), ...large.map(([parameter]) => initial(parameter))];
    },
    parameters: (w, weights) => {
      const separate = small.length > 0 ? weights.slice(1) : weights;
      const values = new Map<Value, OnnxValue>();
      large.forEach(([parameter], i) => {
        const value = separate[i];
        if (value !== undefined) values.set(parameter, value);
      });
      const flat = weights[0];
      if (small.length === 0 || flat === undefined) return values;
      const lengths = small.map(([parameter]) => sizeOf(parameter));
      const parts = lengths.map((length) => ({ shape: [length], type: flat.type }));
      const cut = w.applyAll("Split", [flat, w.integers(lengths)], parts, { axis: { int: 0 } });
      small.forEach(([parameter], i) => {
        const part = cut[i];
        if (part !== undefined) values.set(parameter, w.reshape(part, lengthsOf(parameter)));
      });
      return values;
    },
    gradients: (w, computed) => gather(w, inOrder, sizeOf, computed),
  };
}

/**
 * One concatenation reads a number of each large gradient and all of each small one: what lies behind it is known only
 * when every gradient is. Its inputs are written last to first, because this runtime computes first what was written last.
 */
function gather(
  w: OnnxWriter,
  inOrder: readonly Trained[],
  sizeOf: (parameter: Value) => number,
  computed: (gradient: Value) => OnnxValue,
) {
  const touched: OnnxValue[] = [];
  for (const [parameter, gradient] of inOrder.toReversed()) {
    const value = w.cast(computed(gradient), "float32");
    touched.push(sizeOf(parameter) <= SMALL_ELEMENTS ? flattened(w, value) : w.firstElement(value));
  }
  touched.reverse();
  const isSmall = inOrder.map(([parameter]) => sizeOf(parameter) <= SMALL_ELEMENTS);
  const ends = [...touched.filter((_, i) => isSmall[i]), ...touched.filter((_, i) => !isSmall[i])];
  const all = w.concat(ends, 0);
  const smallElements = inOrder.reduce((sum, [parameter], i) => sum + (isSmall[i] ? sizeOf(parameter) : 0), 0);
  const large = inOrder.filter((_, i) => !isSmall[i]).map(([, gradient]) => w.cast(computed(gradient), "float32"));
  const flat = smallElements > 0 ? [w.slice(all, 0, 0, smallElements)] : [];
  return { gradients: [...flat, ...large], whenAllComputed: w.zeroAfter(all) };
}

/** A view of its own, even of what is flat already: where it is written decides when the gradient is computed. */
function flattened(w: OnnxWriter, x: OnnxValue): OnnxValue {
  const length = elementCount(x.shape);
  return w.apply("Reshape", [x, w.integers([length])], [length]);
}

type Trained = readonly [parameter: Value, gradient: Value];

function parameterOf([parameter]: Trained): Value {
  return parameter;
}

/** As the backward pass completes them. */
function inOrderOfGradients(nodes: readonly Node[], gradients: ReadonlyMap<Value, Value>): readonly Trained[] {
  const position = new Map<Node, number>();
  nodes.forEach((node, i) => {
    position.set(node, i);
  });
  const positionOf = ([, { producer }]: Trained) => (producer === null ? 0 : (position.get(producer) ?? 0));
  return Array.from(gradients).sort((a, b) => positionOf(a) - positionOf(b));
}

/** Parameters do not grow with the batch. */
function lengthsOf(parameter: Value): number[] {
  return concreteShape(parameter.shape, 1);
}
