import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { type DelimitedRow, delimitedRows } from "../../lib/datasets/delimited-rows";

async function rowsOf(text: string, delimiter: "," | "\t" = ",", size = text.length): Promise<DelimitedRow[]> {
  async function* chunks() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const found: DelimitedRow[] = [];
  for await (const row of delimitedRows(chunks(), delimiter)) found.push(row);
  return found;
}

const cell = fc.string({ unit: fc.constantFrom("a", "é", " ", '"', ",", "\n", "\r\n", "\t"), maxLength: 6 });

test("whatever is written as RFC 4180 says comes back, however the text is cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
      fc.constantFrom("\n", "\r\n"),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (rows, end, size, endsWithLine) => {
        const written = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(","));
        const text = written.join(end) + (endsWithLine ? end : "");
        const read = await rowsOf(text, ",", size);
        expect(read.map((row) => (row.kind === "row" ? row.fields : row))).toEqual(rows);
      },
    ),
  );
});

test("rows of plain text are those that csv-parse reads", async () => {
  const plain = fc.string({ unit: fc.constantFrom("a", "b", "é", " ", "\t"), maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(plain, plain), { minLength: 1 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.integer({ min: 1, max: 9 }),
      async (rows, end, size) => {
        const text = `head,er${end}${rows.map((row) => row.join(",")).join(end)}${end}`;
        const read = await rowsOf(text, ",", size);
        const expected: readonly (readonly string[])[] = parse(text, { skip_empty_lines: true });
        expect(read.map((row) => (row.kind === "row" ? row.fields : row))).toEqual(expected);
      },
    ),
  );
});

test("a row says on which line it begins, also after fields of several lines and after empty lines", async () => {
  const rows = await rowsOf('a,b\n"1\n2",x\n\nc,d\n');
  expect(rows.map(({ line }) => line)).toEqual([1, 2, 5]);
});

test("a damaged row costs one line", async () => {
  const rows = await rowsOf('a,b\n"x"y,1\nc,d\n"never closed,2\ne,f\n');
  expect(rows).toEqual([
    { kind: "row", line: 1, fields: ["a", "b"] },
    { kind: "broken", line: 2, message: "has text after a closing quote" },
    { kind: "row", line: 3, fields: ["c", "d"] },
    { kind: "broken", line: 4, message: expect.stringContaining("never closed") },
    { kind: "row", line: 5, fields: ["e", "f"] },
  ]);
});

test("a quote that is never closed swallows no more than its line, in a file of any size", async () => {
  const after = Array.from({ length: 200_000 }, (_, index) => `${index}.png,x`).join("\n");
  const rows = await rowsOf(`a,b\n"open,1\n${after}\n`, ",", 65_536);
  expect(rows).toHaveLength(200_002);
  expect(rows.filter(({ kind }) => kind === "broken")).toHaveLength(1);
});

test("between tabs a stray quote is text", async () => {
  const rows = await rowsOf('a.png\t"Hello" he said\nb.png\t5" wide\nc.png\t"quoted\tfield"\n', "\t");
  expect(rows.map((row) => row.kind === "row" && row.fields[1])).toEqual([
    '"Hello" he said',
    '5" wide',
    "quoted\tfield",
  ]);
});
