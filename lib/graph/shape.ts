/**
 * Shapes whose batch size is still open.
 *
 * A positive length is a plain count. A negative length −n is n per sample of the batch, so `[-1, 50, 768]`
 * reads `[batch, 50, 768]` and `[-50, 768]` its flattened rows. One graph therefore serves every batch size:
 * the size of each tensor is a monomial `coefficient · batch^degree`.
 */
export type Shape = readonly number[];

/** The batch axis itself: one per sample. */
export const BATCH = -1;

/** Element count as a monomial in the batch size. */
export interface Extent {
  readonly coefficient: number;
  readonly degree: number;
}

/** Elements per `batch^degree`: the product of the lengths, signs dropped. */
export function coefficientOf(shape: Shape): number {
  let product = 1;
  for (let axis = 0; axis < shape.length; axis++) product *= Math.abs(shape[axis] ?? 1);
  return product;
}

/** How many axes scale with the batch. */
export function degreeOf(shape: Shape): number {
  let degree = 0;
  for (let axis = 0; axis < shape.length; axis++) if ((shape[axis] ?? 1) < 0) degree++;
  return degree;
}

/** Elements at one batch size. */
export function elementsAt(shape: Shape, batchSize: number): number {
  let product = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis] ?? 1;
    product *= length < 0 ? -length * batchSize : length;
  }
  return product;
}

export function extentOf(shape: Shape): Extent {
  return { coefficient: coefficientOf(shape), degree: degreeOf(shape) };
}

/** The shape at one batch size; every length positive. */
export function concreteShape(shape: Shape, batchSize: number): number[] {
  return shape.map((length) => (length < 0 ? -length * batchSize : length));
}

/** The length of two axes merged into one. @throws {RangeError} when both scale with the batch */
export function mergedLength(a: number, b: number): number {
  if (a < 0 && b < 0) throw new RangeError(`axes ${a} and ${b} both scale with the batch and cannot be merged`);
  return a * b;
}

/** Length of an axis, counted from the end when negative. @throws {RangeError} when there is no such axis */
export function lengthAt(shape: Shape, axis: number): number {
  const length = shape.at(axis);
  if (length === undefined) throw new RangeError(`shape [${shape.join(", ")}] has no axis ${axis}`);
  return length;
}

/** All leading axes merged into one; the last kept: `[batch, tokens, width]` → `[batch · tokens, width]`. */
export function flattenedRows(shape: Shape): [number, number] {
  let rows = 1;
  for (let axis = 0; axis < shape.length - 1; axis++) rows = mergedLength(rows, shape[axis] ?? 1);
  return [rows, lengthAt(shape, -1)];
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** The common shape of two operands under NumPy's rules. @throws {RangeError} when there is none */
export function broadcastShape(a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = rank; i >= 1; i--) {
    const [m, n] = [a.at(-i) ?? 1, b.at(-i) ?? 1];
    if (i > a.length || m === 1) shape.push(i > b.length ? m : n);
    else if (i > b.length || n === 1 || m === n) shape.push(m);
    else throw new RangeError(`shapes [${a.join(", ")}] and [${b.join(", ")}] do not broadcast`);
  }
  return shape;
}
