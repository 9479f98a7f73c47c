import {
  ELEMENT_TYPES,
  type ElementType,
  type OnnxAttribute,
  type OnnxConstant,
  type OnnxDomain,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from "../../onnx/model";

export interface ResultShape {
  readonly shape: readonly number[];
  readonly type: ElementType;
}

/**
 * Writes ONNX operations one after the other. Names are counted, so the same calls always give the same file; constants
 * are shared, and so are the views and casts of a tensor.
 */
export class OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  private readonly constantOf = new Map<string, OnnxConstant>();
  /** Views and casts already written, by what they are made of. */
  private readonly derived = new Map<string, OnnxValue>();
  /** What a view was made of: a view of a view is one of the original. */
  private readonly viewed = new Map<OnnxValue, OnnxValue>();
  private count = 0;

  finish(inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): OnnxModel {
    return { nodes: this.nodes, constants: this.constants, inputs, outputs };
  }

  /** Adds one operation with several results. */
  applyAll(
    operator: string,
    inputs: readonly OnnxValue[],
    results: readonly ResultShape[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain: OnnxDomain = "",
  ): readonly OnnxValue[] {
    const outputs = results.map(({ shape, type }) => ({ name: this.nextName(), shape, type }));
    this.nodes.push({ operator, domain, inputs, outputs, attributes });
    return outputs;
  }

  /** Adds one operation; its result has the type of its first input unless told otherwise. */
  apply(
    operator: string,
    inputs: readonly OnnxValue[],
    shape: readonly number[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    options: { readonly type?: ElementType; readonly domain?: OnnxDomain } = {},
  ): OnnxValue {
    const type = options.type ?? inputs[0]?.type ?? "float32";
    return only(this.applyAll(operator, inputs, [{ shape, type }], attributes, options.domain));
  }

  private nextName(): string {
    // Short, because a file holds thousands of them.
    return (this.count++).toString(36);
  }

  // --- constants

  constant(type: ElementType, shape: readonly number[], numbers: readonly number[]): OnnxValue {
    const key = `${type}[${shape.join()}]${numbers.join()}`;
    const known = this.constantOf.get(key);
    if (known !== undefined) return known;
    const constant = { name: `_${this.constants.length.toString(36)}`, shape, type, numbers };
    this.constants.push(constant);
    this.constantOf.set(key, constant);
    return constant;
  }

  scalar(value: number, type: ElementType = "float32"): OnnxValue {
    return this.constant(type, [], [value]);
  }

  /** A list of whole numbers: axes, lengths, positions. */
  integers(numbers: readonly number[]): OnnxValue {
    return this.constant("int64", [numbers.length], numbers);
  }

  /** A tensor made while running, not kept in the file. */
  filled(type: ElementType, shape: readonly number[], fill: number): OnnxValue {
    return this.apply("ConstantOfShape", [this.integers(shape)], shape, { value: { fill, type } }, { type });
  }

  // --- views and casts

  /** The same numbers under another shape; costs no memory. */
  reshape(x: OnnxValue, shape: readonly number[]): OnnxValue {
    const source = this.viewed.get(x) ?? x;
    if (sameLengths(source.shape, shape)) return source;
    const view = this.once(`${source.name}[${shape.join()}]`, () =>
      this.apply("Reshape", [source, this.integers(shape)], shape),
    );
    this.viewed.set(view, source);
    return view;
  }

  cast(x: OnnxValue, type: ElementType): OnnxValue {
    if (x.type === type) return x;
    return this.once(`${x.name}:${type}`, () =>
      this.apply("Cast", [x], x.shape, { to: { int: ELEMENT_TYPES[type] } }, { type }),
    );
  }

  /** Later views and casts are written anew, as a step that begins makes its own. */
  forgetDerived(): void {
    this.derived.clear();
  }

  private once(key: string, write: () => OnnxValue): OnnxValue {
    const known = this.derived.get(key);
    if (known !== undefined) return known;
    const value = write();
    this.derived.set(key, value);
    return value;
  }

  // --- arithmetic

  /** One of the operations that broadcast; operands of two float types meet in the wider. */
  binary(operator: "Add" | "Sub" | "Mul" | "Div", a: OnnxValue, b: OnnxValue): OnnxValue {
    const type = a.type === "float32" || b.type === "float32" ? "float32" : a.type;
    return this.apply(operator, [this.cast(a, type), this.cast(b, type)], broadcastLengths(a.shape, b.shape));
  }

  add(a: OnnxValue, b: OnnxValue): OnnxValue {
    return this.binary("Add", a, b);
  }

  sub(a: OnnxValue, b: OnnxValue): OnnxValue {
    return this.binary("Sub", a, b);
  }

  mul(a: OnnxValue, b: OnnxValue): OnnxValue {
    return this.binary("Mul", a, b);
  }

  div(a: OnnxValue, b: OnnxValue): OnnxValue {
    return this.binary("Div", a, b);
  }

  /** x times, or plus, a number, in the type of x. */
  times(x: OnnxValue, factor: number): OnnxValue {
    return factor === 1 ? x : this.apply("Mul", [x, this.scalar(factor, x.type)], x.shape);
  }

  plus(x: OnnxValue, term: number): OnnxValue {
    return this.apply("Add", [x, this.scalar(term, x.type)], x.shape);
  }

  /** An operation on each element by itself. */
  map(operator: string, x: OnnxValue, domain: OnnxDomain = ""): OnnxValue {
    return this.apply(operator, [x], x.shape, {}, { domain });
  }

  // --- reductions and arrangement

  reduce(
    operator: "ReduceSum" | "ReduceMean" | "ReduceL2",
    x: OnnxValue,
    axes: readonly number[],
    keepDims: boolean,
  ): OnnxValue {
    const shape = keepDims
      ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
      : x.shape.filter((_, axis) => !axes.includes(axis));
    return this.apply(operator, [x, this.integers(axes)], shape, { keepdims: { int: keepDims ? 1 : 0 } });
  }

  transpose(x: OnnxValue, permutation: readonly number[]): OnnxValue {
    if (permutation.every((from, to) => from === to)) return x;
    const shape = permutation.map((axis) => x.shape[axis] ?? 1);
    return this.apply("Transpose", [x], shape, { perm: { ints: permutation } });
  }

  concat(values: readonly OnnxValue[], axis: number): OnnxValue {
    const first = only(values);
    const total = values.reduce((sum, { shape }) => sum + (shape[axis] ?? 1), 0);
    return this.apply("Concat", values, first.shape.with(axis, total), { axis: { int: axis } });
  }

  /** @param step distance between the places that are read */
  slice(x: OnnxValue, axis: number, start: number, length: number, step = 1): OnnxValue {
    const end = start + (length - 1) * step + 1;
    const places = [[start], [end], [axis], ...(step === 1 ? [] : [[step]])];
    return this.apply("Slice", [x, ...places.map((place) => this.integers(place))], x.shape.with(axis, length));
  }

  /** Zeros around x. @param before, after how many along each axis */
  pad(x: OnnxValue, before: readonly number[], after: readonly number[]): OnnxValue {
    if ([...before, ...after].every((count) => count === 0)) return x;
    const shape = x.shape.map((length, axis) => (before[axis] ?? 0) + length + (after[axis] ?? 0));
    return this.apply("Pad", [x, this.integers([...before, ...after])], shape);
  }

  expand(x: OnnxValue, shape: readonly number[]): OnnxValue {
    return sameLengths(x.shape, shape) ? x : this.apply("Expand", [x, this.integers(shape)], shape);
  }

  /** [1]. */
  firstElement(x: OnnxValue): OnnxValue {
    if (elementCount(x.shape) === 1) return this.reshape(x, [1]);
    const place = this.constant(
      "int64",
      [1, x.shape.length],
      x.shape.map(() => 0),
    );
    return this.apply("GatherND", [x, place], [1]);
  }

  /** [1] of 0, known once x is. No number exceeds infinity, so this is 0 even where a loss has gone astray. */
  zeroAfter(x: OnnxValue): OnnxValue {
    const first = this.slice(x, 0, 0, 1);
    const exceeds = this.apply("Greater", [first, this.scalar(Infinity)], [1], {}, { type: "bool" });
    return this.cast(exceeds, "float32");
  }

  // --- matrix products

  /** factor · op(a)·op(b) (+ bias along the rows) of two matrices. */
  gemm(a: OnnxValue, b: OnnxValue, options: Transposed & { readonly bias?: OnnxValue | undefined } = {}): OnnxValue {
    const [m = 1] = options.a === true ? a.shape.slice(1) : a.shape;
    const [n = 1] = options.b === true ? b.shape : b.shape.slice(1);
    const inputs = options.bias === undefined ? [a, b] : [a, b, options.bias];
    return this.apply("Gemm", inputs, [m, n], {
      ...(options.a === true ? { transA: { int: 1 } } : {}),
      ...(options.b === true ? { transB: { int: 1 } } : {}),
    });
  }

  /** factor · op(a)·op(b) over the last two axes, the leading ones broadcast. */
  matMul(a: OnnxValue, b: OnnxValue, options: Transposed & { readonly factor?: number } = {}): OnnxValue {
    const factor = options.factor ?? 1;
    if (a.shape.length === 2 && b.shape.length === 2 && factor === 1) return this.gemm(a, b, options);
    const rows = a.shape.at(options.a === true ? -1 : -2) ?? 1;
    const columns = b.shape.at(options.b === true ? -2 : -1) ?? 1;
    const shape = [...broadcastLengths(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
    if (options.a !== true && options.b !== true && factor === 1) return this.apply("MatMul", [a, b], shape);
    const attributes = {
      transA: { int: options.a === true ? 1 : 0 },
      transB: { int: options.b === true ? 1 : 0 },
      alpha: { float: factor },
    };
    return this.apply("FusedMatMul", [a, b], shape, attributes, { domain: "com.microsoft" });
  }
}

export interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/** @throws {RangeError} when there is none */
export function only(values: readonly OnnxValue[]): OnnxValue {
  const value = values[0];
  if (value === undefined) throw new RangeError("an operation without a result");
  return value;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function sameLengths(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** @throws {RangeError} when the two do not broadcast */
export function broadcastLengths(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) throw new RangeError(`[${a.join(", ")}] and [${b.join(", ")}] do not broadcast`);
    return m === 1 ? n : m;
  });
}
