import fc from "fast-check";
import { shownValue } from "../../lib/catalogue/shown-value";

test.each([
  [1e12, "1000000000000"],
  [Number.NaN, "NaN"],
  [undefined, "undefined"],
  [null, "null"],
  ["two\nlines", '"two\\nlines"'],
  [[8, "x", { a: 1 }], '[8, "x", {a}]'],
  [{ a: 1, b: 2 }, "{a, b}"],
  [[[[1]]], "[[[…]]]"],
  [12n, "12n"],
  [Symbol("s"), "a symbol"],
])("%p is shown as %s", (value, shown) => {
  expect(shownValue(value)).toBe(shown);
});

test("anything is shown on one short line", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (value) => {
      const shown = shownValue(value);
      expect(shown.length).toBeLessThanOrEqual(60);
      expect(shown).not.toMatch(/\n/);
    }),
  );
});
