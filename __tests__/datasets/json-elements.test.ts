import * as fc from "fast-check";
import { type JsonElement, jsonElements } from "../../lib/datasets/json-elements";

async function elementsOf(text: string, size = text.length): Promise<JsonElement[]> {
  async function* chunks() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const found: JsonElement[] = [];
  for await (const element of jsonElements(chunks())) found.push(element);
  return found;
}

test("any array comes out element by element, however the text is cut into chunks", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 20 }), async (values, size) => {
      const text = JSON.stringify(values, null, size % 3);
      // What JSON keeps of the values: −0 becomes 0.
      const kept: unknown[] = JSON.parse(text);
      expect(await elementsOf(text, size)).toEqual(kept.map((value, index) => ({ kind: "value", index, value })));
    }),
  );
});

test("brackets, commas and quotes inside strings part nothing", async () => {
  expect(await elementsOf('[{"a":"],[\\",{"}, 2]', 3)).toEqual([
    { kind: "value", index: 0, value: { a: '],[",{' } },
    { kind: "value", index: 1, value: 2 },
  ]);
});

test("one damaged element is told, and the rest is read", async () => {
  expect(await elementsOf('[1, {"a":}, 3]')).toMatchObject([
    { kind: "value", index: 0, value: 1 },
    { kind: "broken", index: 1 },
    { kind: "value", index: 2, value: 3 },
  ]);
});

test.each([
  ["[1, 2", "cut_off"],
  ['["a', "cut_off"],
  ['{"a": 1}', "no_array"],
  ["", "no_array"],
])("%s ends in %s", async (text, kind) => {
  expect((await elementsOf(text)).at(-1)?.kind).toBe(kind);
});
