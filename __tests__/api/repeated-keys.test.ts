import * as fc from "fast-check";
import { repeatedKeys } from "@/lib/api/repeated-keys";

test("whatever JSON says once is no issue, however it is written", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
      expect(repeatedKeys(JSON.stringify(value, null, indent))).toEqual([]);
    }),
  );
});

test("a key that is there again is told with its path and how often it is there", () => {
  const text = String.raw`{ "a": 1, "b": { "c": [ {}, { "d": 1, "\u0064": "\"d\":", "d": 3 } ] }, "a": [2], "a:": {}, "": 1, "":2 }`;
  expect(repeatedKeys(text).map(({ path, code, message }) => [path, code, message])).toEqual([
    ["b.c.1.d", "repeated_key", "b.c.1.d is given 3 times, and JSON would keep only the last; give it once"],
    ["a", "repeated_key", "a is given twice, and JSON would keep only the last; give it once"],
    ["", "repeated_key", 'the key "" is given twice, and JSON would keep only the last; give it once'],
  ]);
});

test("any key of any object is found when it is written again", () => {
  const name = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue(), { minKeys: 1 }), fc.jsonValue(), (object, value) => {
      const [key = ""] = Object.keys(object);
      const again = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
      const text = `[{"outer":${JSON.stringify(object).slice(0, -1)},${again}}}]`;
      expect(repeatedKeys(text)).toMatchObject([{ path: `0.outer.${key}` }]);
    }),
  );
});

test("keys alike in different objects, and strings that look like keys, are not mixed up", () => {
  expect(repeatedKeys('[{"a":"a","b":["a","a"]},{"a":{"a":{"a":1}}},"{\\"a\\":1,\\"a\\":2}"]')).toEqual([]);
});
