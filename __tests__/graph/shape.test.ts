import {
  BATCH,
  broadcastShape,
  coefficientOf,
  concreteShape,
  degreeOf,
  flattenedRows,
  lengthAt,
  mergedLength,
  type Shape,
} from "@/lib/graph/shape";

describe("an open batch size", () => {
  const shapes: Shape[] = [[], [7], [BATCH], [BATCH, 50, 768], [-50, 768], [BATCH, BATCH], [-4, -4], [3, 1, -2]];

  test.each(shapes.map((shape) => [shape]))("%p holds coefficient · batch^degree entries", (shape) => {
    for (const batchSize of [1, 2, 32]) {
      const entries = concreteShape(shape, batchSize).reduce((product, length) => product * length, 1);
      expect(coefficientOf(shape) * batchSize ** degreeOf(shape)).toBe(entries);
    }
  });

  test("is carried by a merged axis when one of the two has it", () => {
    expect(mergedLength(BATCH, 50)).toBe(-50);
    expect(mergedLength(50, BATCH)).toBe(-50);
    expect(mergedLength(2, 3)).toBe(6);
    expect(flattenedRows([BATCH, 50, 768])).toEqual([-50, 768]);
  });

  test("is refused twice in one axis", () => {
    expect(() => mergedLength(BATCH, BATCH)).toThrow(RangeError);
    expect(() => flattenedRows([BATCH, BATCH, 3])).toThrow(RangeError);
  });
});

describe("broadcasting", () => {
  test.each<[Shape, Shape, Shape]>([
    [[], [2, 3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[3], [2, 3], [2, 3]],
    [
      [4, 1, 2],
      [3, 1],
      [4, 3, 2],
    ],
    [[BATCH, 1], [5], [BATCH, 5]],
    [
      [1, 1, 8],
      [BATCH, 1, 8],
      [BATCH, 1, 8],
    ],
    [[1], [BATCH], [BATCH]],
  ])("%p and %p make %p, either way round", (a, b, common) => {
    expect(broadcastShape(a, b)).toEqual(common);
    expect(broadcastShape(b, a)).toEqual(common);
  });

  test.each<[Shape, Shape]>([
    [[2], [3]],
    [
      [2, 3],
      [2, 1, 2],
    ],
    [[BATCH], [2]],
    [[BATCH], [2 * BATCH]],
  ])("%p and %p are refused", (a, b) => {
    expect(() => broadcastShape(a, b)).toThrow(RangeError);
  });
});

test("an axis that is not there is refused by name", () => {
  expect(lengthAt([2, 3], -1)).toBe(3);
  expect(() => lengthAt([2, 3], 2)).toThrow("[2, 3] has no axis 2");
});
