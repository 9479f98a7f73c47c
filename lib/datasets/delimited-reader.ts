import { type ListFile, peeked, placeOf, textOf } from "./data-file";
import { type DelimitedRow, delimitedRows } from "./delimited-rows";
import { type Found, faultFound } from "./entry";
import { type FieldColumns, fieldsAmong, IMAGE_COLUMN_NAMES } from "./field-names";
import { fieldsEntry } from "./fields-entry";
import { splitOfFile } from "./split-names";

interface Heading {
  readonly columns: readonly string[];
  readonly fields: FieldColumns;
}

/** Reads CSV or TSV with a heading; open_clip's `filepath` and `title` are known, and so are `image`, `label`, `caption`. */
export async function* readDelimitedDataset(list: ListFile): AsyncGenerator<Found> {
  const name = placeOf(list);
  const split = splitOfFile(list.file.name, list.folder);
  let heading: Heading | null = null;
  for await (const row of rowsOf(list)) {
    const where = `${name}, line ${row.line}`;
    if (row.kind === "broken") {
      yield faultFound(where, "unreadable_entry", row.message);
      continue;
    }
    if (heading === null) {
      heading = { columns: row.fields, fields: fieldsAmong(row.fields) };
      yield* headingFaults(heading, where);
      continue;
    }
    const { columns, fields } = heading;
    if (row.fields.length !== columns.length) {
      const message = `has ${row.fields.length} fields where the heading has ${columns.length}`;
      yield faultFound(where, "unreadable_entry", message);
      continue;
    }
    const read = (column: string) => row.fields[columns.indexOf(column)] || null;
    yield* fieldsEntry(read, fields, { where, split, folder: list.folder }, fields.image !== null);
  }
  if (heading === null) yield faultFound(name, "unreadable_file", "is empty: it has no heading");
}

function* headingFaults({ columns, fields }: Heading, where: string): Generator<Found> {
  if (fields.image === null) {
    const message = `is taken for the heading and names no column of images: it has ${columns.slice(0, 10).join(", ")}; known are ${IMAGE_COLUMN_NAMES} and others`;
    yield faultFound(where, "missing_field", message);
  }
  const twice = [...new Set(columns.filter((column, index) => columns.indexOf(column) !== index))];
  for (const column of twice)
    yield faultFound(where, "unreadable_entry", `names the column ${column} more than once: the first one is read`);
}

/** What parts the fields of a `.csv`; a comma unless the heading makes sense with another. */
const DELIMITERS = [",", ";", "\t", "|"] as const;

async function* rowsOf({ file }: ListFile): AsyncGenerator<DelimitedRow> {
  const [beginning, text] = await peeked(textOf(file));
  yield* delimitedRows(text, /\.tsv(?:\.gz)?$/i.test(file.name) ? "\t" : delimiterOf(beginning));
}

function delimiterOf(text: string): string {
  return DELIMITERS.find((delimiter) => fieldsAmong(headingColumns(text, delimiter)).image !== null) ?? ",";
}

/** @param text  begins with the heading, whose columns may be quoted */
export function headingColumns(text: string, delimiter: string): string[] {
  const [line = ""] = text.trimStart().split(/[\n\r]/, 1);
  return line.split(delimiter).map((column) => column.trim().replace(/^"(.*)"$/, "$1"));
}

/** Whether a text begins with a heading that names images, whatever parts its columns. */
export function hasImageHeading(text: string): boolean {
  return fieldsAmong(headingColumns(text, delimiterOf(text))).image !== null;
}
