import { type JsonLine, jsonLines } from "../../lib/datasets/json-lines";

async function linesOf(text: string, size: number): Promise<JsonLine[]> {
  async function* chunks() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const found: JsonLine[] = [];
  for await (const line of jsonLines(chunks())) found.push(line);
  return found;
}

test("each line is a value, a damaged one is told by its number, blank ones are passed over", async () => {
  for (const size of [1, 5, 1000]) {
    expect(await linesOf('{"a":1}\r\n\n{"a":\n{"a":3}', size)).toEqual([
      { line: 1, value: { a: 1 }, message: null },
      { line: 3, value: null, message: expect.any(String) },
      { line: 4, value: { a: 3 }, message: null },
    ]);
  }
});

test("a line that is too long is told once, and the next is read", async () => {
  const found = await linesOf(`${"x".repeat(2_500_000)}\n{"a":1}\n`, 100_000);
  expect(found).toEqual([
    { line: 1, value: null, message: expect.stringContaining("more than") },
    { line: 2, value: { a: 1 }, message: null },
  ]);
});
