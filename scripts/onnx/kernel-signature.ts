import {
  ELEMENT_TYPES,
  type ElementType,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxValue,
} from "../../lib/onnx/model";

/** Columns of a table of kernels: the three in the middle say what an operation is given, without naming it. */
export const KERNEL_COLUMNS = ["configuration", "operator", "shapes", "attributes", "count", "seconds"] as const;

/** What the time of a node may depend on, as columns `operator`, `shapes` and `attributes`: "Gemm,float32[4 8] … > …,transA=1". */
export function kernelSignature({ operator, inputs, outputs, attributes }: OnnxNode): string {
  const shapes = `${inputs.map(shapeText).join(" ")} > ${outputs.map(shapeText).join(" ")}`;
  const said = Object.entries(attributes).flatMap(([name, attribute]) => attributeText(name, attribute));
  return [operator, shapes, said.sort().join(" ")].join(",");
}

/** The node that a signature says, with names of its own. @throws {Error} for text that is none */
export function nodeOfSignature(operator: string, shapes: string, attributes: string): OnnxNode {
  const [inputs, outputs] = shapes.split(" > ");
  if (inputs === undefined || outputs === undefined) throw new Error(`no shapes in "${shapes}"`);
  return {
    operator,
    domain: "",
    inputs: inputs.split(" ").filter(Boolean).map(tensorOf),
    outputs: outputs.split(" ").filter(Boolean).map(tensorOf),
    attributes: Object.fromEntries(attributes.split(" ").filter(Boolean).map(attributeOf)),
  };
}

function shapeText({ shape, type }: OnnxValue): string {
  return `${type}[${shape.join("x")}]`;
}

function tensorOf(text: string): OnnxValue {
  const [, type = "", lengths = ""] = /^(\w+)\[([\dx]*)\]$/.exec(text) ?? [];
  if (!isElementType(type)) throw new Error(`"${text}" is not a type with a shape`);
  return { name: text, type, shape: lengths === "" ? [] : lengths.split("x").map(Number) };
}

function isElementType(text: string): text is ElementType {
  return text in ELEMENT_TYPES;
}

/** Numbers alone: texts and fills change no kernel's time. */
function attributeText(name: string, attribute: OnnxAttribute): readonly string[] {
  if ("int" in attribute) return [`${name}=${attribute.int}`];
  if ("ints" in attribute) return [`${name}=${attribute.ints.join("x")}`];
  return [];
}

function attributeOf(text: string): readonly [string, OnnxAttribute] {
  const [name = "", value = ""] = text.split("=");
  const numbers = value.split("x").map(Number);
  return [name, value.includes("x") ? { ints: numbers } : { int: numbers[0] ?? 0 }];
}
