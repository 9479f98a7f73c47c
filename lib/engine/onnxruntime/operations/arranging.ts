import type { OnnxAttribute, OnnxValue } from "../../../onnx/model";
import type { Operation } from "../operation";
import { elementCount, type OnnxWriter } from "../writer";

export const embedding: Operation<"Embedding"> = ({ shaped, w }) => {
  const [table, ids] = [shaped(0), shaped(1)];
  const flat = w.reshape(ids, [elementCount(ids.shape)]);
  const shape = [elementCount(ids.shape), table.shape[1] ?? 1];
  return [w.apply("Gather", [table, flat], shape, { axis: { int: 0 } })];
};

export const embeddingGrad: Operation<"EmbeddingGrad"> = ({ attributes, input, rows, w }) => {
  const dy = w.cast(rows(1), "float32");
  return [placeRows(w, attributes.rows, input(0), dy, { reduction: { text: "add" } })];
};

/** A table of zeros with each row of dy at its place; several at one place are added up where asked for. */
function placeRows(
  w: OnnxWriter,
  count: number,
  places: OnnxValue,
  dy: OnnxValue,
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxValue {
  const [rows = 1, width = 1] = dy.shape;
  const zeros = w.filled(dy.type, [count, width], 0);
  return w.apply("ScatterND", [zeros, w.reshape(places, [rows, 1]), dy], zeros.shape, attributes);
}

/** CUDA looks for the largest of floats only; token ids are exact in float32. */
export const argMax: Operation<"ArgMax"> = ({ shaped, w }) => {
  const x = w.cast(shaped(0), "float32");
  const attributes = { axis: { int: -1 }, keepdims: { int: 0 } };
  return [w.apply("ArgMax", [x], x.shape.slice(0, -1), attributes, { type: "int64" })];
};

export const selectToken: Operation<"SelectToken"> = ({ attributes: { index }, input, shaped, shapeOf, w }) => {
  const [batch = 1, tokens = 1, width = 1] = shapeOf(0);
  if (index !== "per_row") {
    return [w.apply("Gather", [shaped(0), w.scalar(index, "int64")], [batch, width], { axis: { int: 1 } })];
  }
  const table = w.reshape(input(0), [batch * tokens, width]);
  return [w.apply("Gather", [table, rowPlaces(w, input(1), batch, tokens)], [batch, width], { axis: { int: 0 } })];
};

/** Where each sample's chosen token lies among the rows of all samples. */
function rowPlaces(w: OnnxWriter, index: OnnxValue, batch: number, tokens: number): OnnxValue {
  const starts = Array.from({ length: batch }, (_, row) => row * tokens);
  return w.apply("Add", [index, w.integers(starts)], [batch]);
}

export const selectTokenGrad: Operation<"SelectTokenGrad"> = ({ attributes, input, rows, w }) => {
  const { index, tokens } = attributes;
  const dy = rows(0);
  const [batch = 1, width = 1] = dy.shape;
  if (index === "per_row") return [placeRows(w, batch * tokens, rowPlaces(w, input(1), batch, tokens), dy)];
  return [w.pad(w.reshape(dy, [batch, 1, width]), [0, index, 0], [0, tokens - 1 - index, 0])];
};

export const concat: Operation<"Concat"> = ({ attributes: { axis }, inputCount, shaped, w }) => {
  const values = Array.from({ length: inputCount }, (_, i) => shaped(i));
  // Parts of two types meet in the wider, as autocast has them.
  const type = values.some((value) => value.type === "float32") ? "float32" : (values[0]?.type ?? "float32");
  return [
    w.concat(
      values.map((value) => w.cast(value, type)),
      axis,
    ),
  ];
};

export const slice: Operation<"Slice"> = ({ attributes: { axis, start, length }, shaped, w }) => [
  w.slice(shaped(0), axis, start, length),
];

export const padSlice: Operation<"PadSlice"> = ({ attributes: { axis, start, length }, shaped, w }) => {
  const x = shaped(0);
  const at = (count: number) => x.shape.map((_, i) => (i === axis ? count : 0));
  return [w.pad(x, at(start), at(length - start - (x.shape[axis] ?? 1)))];
};

/** The numbers stay where they are. */
export const reshape: Operation<"Reshape"> = ({ input }) => [input(0)];

export const transpose: Operation<"Transpose"> = ({ attributes: { permutation }, shaped, w }) => [
  w.transpose(shaped(0), permutation),
];

export const expand: Operation<"Expand"> = ({ attributes, shaped, concrete, w }) => [
  w.expand(shaped(0), concrete(attributes.shape)),
];
