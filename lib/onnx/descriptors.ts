import { type IField, type IType, Root, type Type } from "protobufjs/light";

/**
 * The messages of ONNX that a generated model uses, with the field numbers of the published format.
 *
 * @source https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 9)
 */
const ROOT = Root.fromJSON({
  nested: {
    ModelProto: message({
      irVersion: { type: "int64", id: 1 },
      producerName: { type: "string", id: 2 },
      graph: { type: "GraphProto", id: 7 },
      opsetImport: repeated("OperatorSetIdProto", 8),
    }),
    OperatorSetIdProto: message({ domain: { type: "string", id: 1 }, version: { type: "int64", id: 2 } }),
    GraphProto: message({
      node: repeated("NodeProto", 1),
      name: { type: "string", id: 2 },
      initializer: repeated("TensorProto", 5),
      input: repeated("ValueInfoProto", 11),
      output: repeated("ValueInfoProto", 12),
    }),
    NodeProto: message({
      input: repeated("string", 1),
      output: repeated("string", 2),
      name: { type: "string", id: 3 },
      opType: { type: "string", id: 4 },
      attribute: repeated("AttributeProto", 5),
      domain: { type: "string", id: 7 },
    }),
    AttributeProto: message({
      name: { type: "string", id: 1 },
      f: { type: "float", id: 2 },
      i: { type: "int64", id: 3 },
      s: { type: "bytes", id: 4 },
      t: { type: "TensorProto", id: 5 },
      ints: repeated("int64", 8),
      type: { type: "int32", id: 20 },
    }),
    TensorProto: message({
      dims: repeated("int64", 1),
      dataType: { type: "int32", id: 2 },
      name: { type: "string", id: 8 },
      rawData: { type: "bytes", id: 9 },
    }),
    ValueInfoProto: message({ name: { type: "string", id: 1 }, type: { type: "TypeProto", id: 2 } }),
    TypeProto: message({ tensorType: { type: "TensorTypeProto", id: 1 } }),
    TensorTypeProto: message({ elemType: { type: "int32", id: 1 }, shape: { type: "TensorShapeProto", id: 2 } }),
    TensorShapeProto: message({ dim: repeated("DimensionProto", 1) }),
    DimensionProto: message({ dimValue: { type: "int64", id: 1 } }),
  },
});

export const MODEL_MESSAGE: Type = ROOT.lookupType("ModelProto");

/** `AttributeProto.AttributeType`: which field holds the value. */
export const ATTRIBUTE_KINDS = { float: 1, int: 2, text: 3, tensor: 4, ints: 7 } as const;

/** Version of the intermediate representation that belongs to operator set 18. */
export const IR_VERSION = 9;

/** ONNX is written in proto2, which tells a value of 0 from none: fields are written even where they hold their default. */
function message(fields: Record<string, IField>): IType {
  const type = { edition: "proto2", fields };
  return type;
}

function repeated(type: string, id: number): IField {
  return { rule: "repeated", type, id };
}
