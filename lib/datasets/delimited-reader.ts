import { type DataFile, textOf } from "./data-file";
import { delimitedRows } from "./delimited-rows";
import { type Found, faultFound, splitOf } from "./entry";
import { fieldsEntry } from "./json-reader";

/** Reads CSV or TSV with a heading; open_clip's `filepath` and `title` are known, and so are `image`, `label`, `caption`. */
export async function* readDelimitedDataset(file: DataFile): AsyncGenerator<Found> {
  const { name } = file;
  const split = splitOf(name);
  let heading: readonly string[] | null = null;
  for await (const row of delimitedRows(textOf(file), /\.tsv$/i.test(name) ? "\t" : ",")) {
    const where = `${name}, line ${row.line}`;
    if (row.kind === "broken") {
      yield faultFound(where, "unreadable_entry", row.message);
      continue;
    }
    const { fields } = row;
    if (heading === null) {
      heading = fields;
      continue;
    }
    if (fields.length !== heading.length) {
      const message = `has ${fields.length} fields where the heading has ${heading.length}`;
      yield faultFound(where, "unreadable_entry", message);
      continue;
    }
    const values = new Map(heading.map((column, index) => [column, fields[index] === "" ? null : fields[index]]));
    yield* fieldsEntry(values, where, split);
  }
  if (heading === null) yield faultFound(name, "unreadable_file", "has no heading");
}
