import { ATTRIBUTE_KINDS, IR_VERSION, MODEL_MESSAGE } from "./descriptors";
import { toFloat16 } from "./float16";
import {
  ELEMENT_BYTES,
  ELEMENT_TYPES,
  type ElementType,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
  OPERATOR_SETS,
} from "./model";

const UTF8 = new TextEncoder();

/** The bytes of an `.onnx` file. The same model always gives the same bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const message = {
    irVersion: IR_VERSION,
    producerName: "headroom",
    graph: {
      name: "training_step",
      node: model.nodes.map(nodeMessage),
      initializer: model.constants.map(({ name, shape, type, numbers }) => ({
        ...tensorMessage(type, shape, numbers),
        name,
      })),
      input: model.inputs.map(valueMessage),
      output: model.outputs.map(valueMessage),
    },
    opsetImport: Object.entries(OPERATOR_SETS).map(([domain, version]) => ({ domain, version })),
  };
  return MODEL_MESSAGE.encode(message).finish();
}

function nodeMessage({ operator, domain, inputs, outputs, attributes }: OnnxNode) {
  return {
    input: inputs.map(nameOf),
    output: outputs.map(nameOf),
    // A profile names kernels by their node: the node is named after its first result.
    name: outputs[0]?.name,
    opType: operator,
    attribute: Object.entries(attributes).map(([name, attribute]) => attributeMessage(name, attribute)),
    ...(domain === "" ? {} : { domain }),
  };
}

function attributeMessage(name: string, attribute: OnnxAttribute) {
  if ("int" in attribute) return { name, type: ATTRIBUTE_KINDS.int, i: attribute.int };
  if ("float" in attribute) return { name, type: ATTRIBUTE_KINDS.float, f: attribute.float };
  if ("ints" in attribute) return { name, type: ATTRIBUTE_KINDS.ints, ints: attribute.ints };
  if ("text" in attribute) return { name, type: ATTRIBUTE_KINDS.text, s: UTF8.encode(attribute.text) };
  return { name, type: ATTRIBUTE_KINDS.tensor, t: tensorMessage(attribute.type, [1], [attribute.fill]) };
}

function tensorMessage(type: ElementType, dims: readonly number[], numbers: readonly number[]) {
  return { dims, dataType: ELEMENT_TYPES[type], rawData: rawBytes(type, numbers) };
}

function valueMessage({ name, shape, type }: OnnxValue) {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } } };
}

function nameOf(value: OnnxValue): string {
  return value.name;
}

/** Numbers as ONNX keeps them: little-endian, whatever the machine. */
function rawBytes(type: ElementType, numbers: readonly number[]): Uint8Array {
  const width = ELEMENT_BYTES[type];
  const view = new DataView(new ArrayBuffer(numbers.length * width));
  numbers.forEach((value, i) => {
    if (type === "float32") view.setFloat32(i * width, value, true);
    else if (type === "int64") view.setBigInt64(i * width, BigInt(value), true);
    else if (type === "float16") view.setUint16(i * width, toFloat16(value), true);
    else view.setUint8(i, value);
  });
  return new Uint8Array(view.buffer);
}
