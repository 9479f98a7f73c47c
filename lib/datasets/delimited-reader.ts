import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream";
import { parse } from "csv-parse";
import { type Found, faultFound, splitOf } from "./entry";
import { fieldsEntry } from "./json-reader";

/** Reads CSV or TSV with a heading; open_clip's `filepath` and `title` are known, and so are `image`, `label`, `caption`. */
export async function* readDelimitedDataset(file: string, imageFolder: string): AsyncGenerator<Found> {
  const name = path.basename(file);
  const delimiter = /\.tsv$/i.test(name) ? "\t" : ",";
  const faults: Found[] = [];
  const rows = parse({
    delimiter,
    bom: true,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    relax_quotes: delimiter === "\t",
    on_skip: (error) => {
      const line = error?.lines;
      faults.push(faultFound(`${name}, line ${String(line)}`, "unreadable_entry", error?.message ?? "cannot be read"));
      return undefined;
    },
  });
  // A read error reaches the loop below through the parser.
  pipeline(createReadStream(file), rows, () => {});
  let heading: readonly string[] | null = null;
  for await (const row of rows) {
    yield* faults.splice(0);
    const { record, info } = delimitedRow(row);
    if (heading === null) {
      heading = record;
      continue;
    }
    const values = new Map(heading.map((column, index) => [column, record[index] === "" ? null : record[index]]));
    yield* fieldsEntry(values, `${name}, line ${info.lines}`, splitOf(name), imageFolder);
  }
  yield* faults;
  if (heading === null) yield faultFound(name, "unreadable_file", "has no heading");
}

interface DelimitedRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** What csv-parse gives with `info` and without `columns`; its stream says `any`. */
function delimitedRow(row: DelimitedRow): DelimitedRow {
  return row;
}
