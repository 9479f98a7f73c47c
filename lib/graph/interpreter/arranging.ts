import type { Kernel } from "./kernel";
import {
  addStrided,
  elementCount,
  expanded,
  readStrided,
  reshaped,
  stridesOf,
  type Tensor,
  tensor,
  zeros,
} from "./tensor";

export const embedding: Kernel<"Embedding"> = ({ input }) => {
  const [table, ids] = [input(0), input(1)];
  const [rows, width] = table.shape;
  const y = zeros([...ids.shape, width]);
  ids.data.forEach((id, i) => {
    refuseOutside(id, rows);
    y.data.set(table.data.subarray(id * width, (id + 1) * width), i * width);
  });
  return [y];
};

export const embeddingGrad: Kernel<"EmbeddingGrad"> = ({ input, attributes: { rows } }) => {
  const [ids, dy] = [input(0), input(1)];
  const width = dy.shape[dy.shape.length - 1];
  const dTable = zeros([rows, width]);
  ids.data.forEach((id, i) => {
    refuseOutside(id, rows);
    for (let c = 0; c < width; c++) dTable.data[id * width + c] += dy.data[i * width + c];
  });
  return [dTable];
};

/** The first of several largest entries. */
export const argMax: Kernel<"ArgMax"> = ({ input }) => {
  const { shape, data } = input(0);
  const width = shape[shape.length - 1];
  const rows = shape.slice(0, -1);
  const largest = Array.from({ length: elementCount(rows) }, (_, row) => {
    const entries = data.subarray(row * width, (row + 1) * width);
    return entries.indexOf(Math.max(...entries));
  });
  return [tensor(rows, largest)];
};

export const selectToken: Kernel<"SelectToken"> = ({ input, attributes: { index } }) => {
  const x = input(0);
  const [batch, tokens, width] = x.shape;
  const y = zeros([batch, width]);
  for (let row = 0; row < batch; row++) {
    const start = (row * tokens + tokenOf(index, row, tokens, () => input(1))) * width;
    y.data.set(x.data.subarray(start, start + width), row * width);
  }
  return [y];
};

export const selectTokenGrad: Kernel<"SelectTokenGrad"> = ({ input, attributes: { index, tokens } }) => {
  const dy = input(0);
  const [batch, width] = dy.shape;
  const dx = zeros([batch, tokens, width]);
  for (let row = 0; row < batch; row++) {
    const token = tokenOf(index, row, tokens, () => input(1));
    dx.data.set(dy.data.subarray(row * width, (row + 1) * width), (row * tokens + token) * width);
  }
  return [dx];
};

function tokenOf(index: number | "per_row", row: number, tokens: number, perRow: () => Tensor): number {
  const token = index === "per_row" ? perRow().data[row] : index;
  refuseOutside(token, tokens);
  return token;
}

function refuseOutside(index: number, count: number): void {
  if (!(Number.isInteger(index) && index >= 0 && index < count)) {
    throw new RangeError(`index ${index} is not within 0..${count - 1}`);
  }
}

export const concat: Kernel<"Concat"> = ({ inputs, attributes: { axis } }) => {
  const total = inputs.reduce((sum, { shape }) => sum + shape[axis], 0);
  const y = zeros(inputs[0].shape.with(axis, total));
  const strides = stridesOf(y.shape);
  let start = 0;
  for (const x of inputs) {
    if (x.shape.length !== y.shape.length || !x.shape.every((length, i) => i === axis || length === y.shape[i])) {
      throw new RangeError(`[${x.shape.join(", ")}] does not line up with [${y.shape.join(", ")}] along axis ${axis}`);
    }
    addStrided(y, x, strides, start * strides[axis]);
    start += x.shape[axis];
  }
  return [y];
};

export const slice: Kernel<"Slice"> = ({ input, attributes: { axis, start, length } }) => {
  const x = input(0);
  if (start < 0 || start + length > x.shape[axis]) {
    throw new RangeError(`${start}..${start + length} is not within 0..${x.shape[axis]}`);
  }
  const strides = stridesOf(x.shape);
  return [readStrided(x, x.shape.with(axis, length), strides, start * strides[axis])];
};

export const padSlice: Kernel<"PadSlice"> = ({ input, attributes: { axis, start, length } }) => {
  const dx = zeros(input(0).shape.with(axis, length));
  const strides = stridesOf(dx.shape);
  addStrided(dx, input(0), strides, start * strides[axis]);
  return [dx];
};

export const reshape: Kernel<"Reshape"> = ({ input, concrete, attributes }) => [
  reshaped(input(0), concrete(attributes.shape)),
];

export const transpose: Kernel<"Transpose"> = ({ input, attributes: { permutation } }) => {
  const x = input(0);
  const strides = stridesOf(x.shape);
  const shape = permutation.map((axis) => x.shape[axis]);
  return [
    readStrided(
      x,
      shape,
      permutation.map((axis) => strides[axis]),
      0,
    ),
  ];
};

export const expand: Kernel<"Expand"> = ({ input, concrete, attributes }) => [
  expanded(input(0), concrete(attributes.shape)),
];
