import * as fc from "fast-check";
import { readLines } from "../../lib/cli/lines";

async function* chunksOf(...parts: (string | Uint8Array)[]) {
  for (const part of parts) yield Buffer.from(part);
}

async function linesOf(source: AsyncIterable<Uint8Array>, limitBytes = 100): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(source, limitBytes)) {
    lines.push(`${line.number} ${line.kind === "text" ? Buffer.from(line.bytes).toString() : "too long"}`);
  }
  return lines;
}

test("LF and CRLF both end a line, and the last line needs neither", async () => {
  expect(await linesOf(chunksOf("a\r\nb\nc"))).toEqual(["1 a", "2 b", "3 c"]);
});

test("a carriage return is only cut off where it ends a line", async () => {
  expect(await linesOf(chunksOf("a\rb\r", "\nc"))).toEqual(["1 a\rb", "2 c"]);
});

test("a line longer than the limit is told as such, and the next ones are read", async () => {
  expect(await linesOf(chunksOf("x".repeat(60), `${"x".repeat(60)}\n`, "ok\n"))).toEqual(["1 too long", "2 ok"]);
});

test("lines do not depend on how the stream was cut into chunks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom("a", "é", "\n", "\r") }),
      fc.array(fc.nat(40)),
      async (text, cuts) => {
        const bytes = Buffer.from(text);
        const edges = [...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length])].sort(
          (a, b) => a - b,
        );
        const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
        expect(await linesOf(chunksOf(...chunks))).toEqual(await linesOf(chunksOf(bytes)));
      },
    ),
  );
});
