/** What of ONNX a generated training step is written with. */

/** Element types, as ONNX numbers them in `TensorProto.DataType`. */
export const ELEMENT_TYPES = { float32: 1, int64: 7, bool: 9, float16: 10 } as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** Bytes one element takes in memory. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = { float32: 4, int64: 8, bool: 1, float16: 2 };

/** A tensor that flows from one operation to another; every length is known. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/** A tensor with its numbers, kept in the file: shapes, axes, scalars and small tables. */
export interface OnnxConstant extends OnnxValue {
  readonly numbers: readonly number[];
}

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string }
  /** One element that fills a tensor, as `ConstantOfShape` wants it. */
  | { readonly fill: number; readonly type: ElementType };

/** Operators outside the standard set that the inference runtime ships kernels for. */
export type OnnxDomain = "" | "com.microsoft";

export interface OnnxNode {
  readonly operator: string;
  readonly domain: OnnxDomain;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** Operator sets by domain. 18 is the newest for which the CUDA provider has every kernel that is used. */
export const OPERATOR_SETS: Readonly<Record<OnnxDomain, number>> = { "": 18, "com.microsoft": 1 };
