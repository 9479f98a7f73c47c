import * as fc from "fast-check";
import { parseJson, unusableJsonValues } from "../../lib/api/json";

function faultOf(text: string) {
  const parsed = parseJson(text);
  if (parsed.ok) throw new Error(`${text} was read as JSON`);
  return parsed.fault;
}

test.each([
  // text, position of the first fault, a word of the way out
  ["", 0, "empty"],
  ["   ", 3, "empty"],
  ["NaN", 0, "JSON has no NaN"],
  ['{"a": NaN}', 6, "JSON has no NaN"],
  ['{"a": -Infinity}', 6, "JSON has no Infinity"],
  ['{"a": True}', 6, "write true"],
  ["{'a': 1}", 1, '"key"'],
  ["{\"a\": 'b'}", 6, "double quotes"],
  ['{"a": 1,}', 8, "comma"],
  ["[1, 2,]", 6, "comma"],
  ['{"a" 1}', 5, "colon"],
  ['{"a": 1 "b": 2}', 8, "comma or }"],
  ['{"a": 01}', 7, "comma or }"],
  ['{"a": .5}', 6, "no JSON value"],
  ['{"a": +5}', 6, "no JSON value"],
  ['{"a": 1', 7, "}"],
  ["[[1]", 4, "]"],
  ['{"a": 1} x', 9, "after the end"],
  ['{"a": "x', 8, "not closed"],
  ['"a\tb"', 2, "control character"],
  ['"a\\x"', 2, "escape"],
  ["// comment", 0, "no JSON value"],
])("%j is refused at position %d", (text, position, wayOut) => {
  const fault = faultOf(text);
  expect(fault.position).toBe(position);
  expect(fault.message).toContain(wayOut);
});

test("a fault is given by line and column too", () => {
  expect(faultOf('{\n  "a": 1,\n  "b": NaN\n}')).toMatchObject({ line: 3, column: 8, position: 19 });
});

test("ten thousand open brackets are refused, not followed into a stack overflow", () => {
  expect(faultOf("[".repeat(100_000)).position).toBe(100_000);
});

test("what JSON.parse accepts is accepted with the same value", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
});

test("whatever JSON.parse refuses gets a position within the text and a reason", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), (text, where, noise) => {
      const at = where % (text.length + 1);
      const parsed = parseJson(text.slice(0, at) + noise + text.slice(at + 1));
      if (parsed.ok) return;
      expect(parsed.fault.position).toBeGreaterThanOrEqual(0);
      expect(parsed.fault.position).toBeLessThanOrEqual(text.length + noise.length);
      expect(parsed.fault.message).not.toBe("");
    }),
  );
});

test("numbers beyond a float64 are found wherever they stand", () => {
  expect(
    unusableJsonValues(JSON.parse('{"a": 1e999, "b": {"c": [1, -1e999]}}'))
      .map(({ path }) => path)
      .sort(),
  ).toEqual(["a", "b.c.1"]);
});

test("a value nested deeper than any plan is refused as a whole, a cyclic one too", () => {
  const cyclic: { self?: unknown; other?: unknown } = {};
  cyclic.self = cyclic;
  cyclic.other = cyclic;
  expect(unusableJsonValues(cyclic).map(({ code }) => code)).toEqual(["too_deep"]);
  expect(unusableJsonValues(JSON.parse(`${"[".repeat(1000)}${"]".repeat(1000)}`)).map(({ code }) => code)).toEqual([
    "too_deep",
  ]);
});
