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

const SOUND = ['{"image":"a.png","label":"x"}', '{"image":"b.png","label":"y"}', '{"image":"c.png","label":"z"}'];

test.each([
  ["a quote that is never closed", '{"image":"b.png","label":"y}'],
  ["a quote inside a text", '{"image":"b.png","label":"say "hi" twice"}'],
  ["a line that ends inside a text", '{"image":"b.png","label":"y\n"}'],
  ["a brace that is never closed", '{"image":"b.png","label":"y",'],
  ["a bracket that is never closed", '{"image":"b.png","boxes":[1,2}'],
  ["a brace too many", '{"image":"b.png"}}'],
])("%s costs one element, wherever it stands and however the text is cut", async (_, damaged) => {
  for (const at of [0, 1, 2]) {
    const elements = SOUND.map((sound, index) => (index === at ? damaged : sound));
    for (const size of [1, 7, 1000]) {
      const found = await elementsOf(`[${elements.join(",\n")}]`, size);
      const values = found.flatMap((element) => (element.kind === "value" ? [element.value] : []));
      expect(values).toEqual(SOUND.filter((_sound, index) => index !== at).map((sound) => JSON.parse(sound)));
      expect(found.filter(({ kind }) => kind !== "value")).toHaveLength(1);
    }
  }
});

test("of a text that ends early every whole element is read", async () => {
  expect(await elementsOf(`[${SOUND.join(",")}`)).toMatchObject([
    { kind: "value" },
    { kind: "value" },
    { kind: "value" },
    { kind: "cut_off", index: 3 },
  ]);
});

test("what strict readers refuse is told: a comma before the end, text after it", async () => {
  expect(await elementsOf("[1,]")).toMatchObject([{ kind: "value" }, { kind: "broken", index: 1 }]);
  expect(await elementsOf("[1] and more", 4)).toMatchObject([{ kind: "value" }, { kind: "broken", index: 1 }]);
  expect(await elementsOf(" [ ] \n")).toEqual([]);
});

test("an element without an end costs itself, and no memory that grows", async () => {
  const endless = `{"image":"b.png","label":[${"[1],".repeat(400_000)}`;
  const found = await elementsOf(`[${SOUND[0]},${endless},${SOUND[2]}]`, 50_000);
  expect(found).toMatchObject([
    { kind: "value", value: { image: "a.png" } },
    { kind: "broken", message: expect.stringContaining("no end") },
    { kind: "value", value: { image: "c.png" } },
  ]);
});
