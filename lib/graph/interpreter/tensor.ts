/** Numbers in row-major order; whole numbers such as token ids are held as float64 too. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** @throws {RangeError} when there are not as many numbers as the shape holds */
export function tensor(shape: readonly number[], data: ArrayLike<number>): Tensor {
  if (data.length !== elementCount(shape)) {
    throw new RangeError(`shape [${shape.join(", ")}] does not hold ${data.length} numbers`);
  }
  return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
}

export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float64Array(elementCount(shape)) };
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The same numbers under another shape. @throws {RangeError} when the counts differ */
export function reshaped(x: Tensor, shape: readonly number[]): Tensor {
  return tensor(shape, x.data);
}

export function mapped(x: Tensor, f: (value: number) => number): Tensor {
  const y = zeros(x.shape);
  for (let i = 0; i < y.data.length; i++) y.data[i] = f(x.data[i]);
  return y;
}

/** f of each pair of entries of two equally long tensors, in the shape of the first. */
export function zipped(x: Tensor, y: Tensor, f: (x: number, y: number) => number): Tensor {
  if (x.data.length !== y.data.length)
    throw new RangeError(`[${x.shape.join(", ")}] and [${y.shape.join(", ")}] differ`);
  const z = zeros(x.shape);
  for (let i = 0; i < z.data.length; i++) z.data[i] = f(x.data[i], y.data[i]);
  return z;
}

/** f of each pair of entries, both operands broadcast by NumPy's rules. @throws {RangeError} when they do not broadcast */
export function broadcastPairs(x: Tensor, y: Tensor, f: (x: number, y: number) => number): Tensor {
  const shape = commonShape(x.shape, y.shape);
  return zipped(expanded(x, shape), expanded(y, shape), f);
}

export function expanded(x: Tensor, shape: readonly number[]): Tensor {
  return readStrided(x, shape, broadcastStrides(x.shape, shape), 0);
}

/** Adds up what `expanded` would have repeated. */
export function summedTo(x: Tensor, shape: readonly number[]): Tensor {
  const sum = zeros(shape);
  addStrided(sum, x, broadcastStrides(shape, x.shape), 0);
  return sum;
}

/** Distance in `data` between neighbours along each axis. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** A tensor of `shape` whose entry [i, j, …] is read at `offset + i·strides[0] + j·strides[1] + …`. */
export function readStrided(x: Tensor, shape: readonly number[], strides: readonly number[], offset: number): Tensor {
  const y = zeros(shape);
  const places = positions(shape, strides, offset);
  for (let i = 0; i < places.length; i++) y.data[i] = x.data[places[i]];
  return y;
}

/** Adds entry [i, j, …] of x to the target at `offset + i·strides[0] + j·strides[1] + …`. */
export function addStrided(target: Tensor, x: Tensor, strides: readonly number[], offset: number): void {
  const places = positions(x.shape, strides, offset);
  for (let i = 0; i < places.length; i++) target.data[places[i]] += x.data[i];
}

/** Where a strided walk over `shape` in row-major order comes by. */
export function positions(shape: readonly number[], strides: readonly number[], offset: number): Int32Array {
  const visited = new Int32Array(elementCount(shape));
  visited[0] = offset;
  let count = 1;
  if (visited.length === 0) return visited;
  // The walk over the last axes is known; each axis before them repeats it, moved by its stride.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let i = 1; i < shape[axis]; i++) {
      for (let j = 0; j < count; j++) visited[i * count + j] = visited[j] + i * strides[axis];
    }
    count *= shape[axis];
  }
  return visited;
}

/** Strides that read `from` as if it were repeated to the shape `to`. @throws {RangeError} when it cannot be */
export function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const own = stridesOf(from);
  const missing = to.length - from.length;
  if (missing < 0) throw new RangeError(`[${from.join(", ")}] has more axes than [${to.join(", ")}]`);
  return to.map((length, axis) => {
    if (axis < missing || from[axis - missing] === 1) return 0;
    if (from[axis - missing] === length) return own[axis - missing];
    throw new RangeError(`[${from.join(", ")}] does not broadcast to [${to.join(", ")}]`);
  });
}

/** The shape two operands are both broadcast to; `broadcastStrides` refuses those that cannot be. */
export function commonShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    return m === 1 ? n : m;
  });
}
