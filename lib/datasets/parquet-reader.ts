import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { MIB } from "../units";
import { type ListFile, type OpenFile, placeOf } from "./data-file";
import { type Found, faultFound } from "./entry";
import { fieldsAmong, IMAGE_COLUMN_NAMES } from "./field-names";
import { fieldsEntry, type ReadValue } from "./fields-entry";
import { classNames, type FeatureNames } from "./parquet-features";
import { reasonOf } from "./read-error";
import { splitOfFile } from "./split-names";

/** Row groups are read whole up to here; larger ones, with images in them, a thousand rows at a time. */
const WHOLE_GROUP_BYTES = 64 * MIB;
const ROWS_AT_ONCE = 1000;

/** A file of this format begins and ends with four bytes, and has four for a length. */
const FEWEST_BYTES = 12;

/** Reads Parquet: an image is a path or, as Hugging Face writes it, `{bytes, path}`. */
export async function* readParquetDataset(list: ListFile): AsyncGenerator<Found> {
  const name = placeOf(list);
  let opened: Opened;
  try {
    const buffer = await list.file.open();
    if (buffer.byteLength < FEWEST_BYTES) {
      const message = buffer.byteLength === 0 ? "is empty" : `is no Parquet file: it has ${buffer.byteLength} bytes`;
      yield faultFound(name, "unreadable_file", message);
      return;
    }
    opened = { buffer, metadata: await parquetMetadataAsync(buffer) };
  } catch (error) {
    yield faultFound(name, "unreadable_file", `is no Parquet file that can be read: ${reasonOf(error)}`);
    return;
  }
  const names = topColumns(opened.metadata);
  const fields = fieldsAmong(names);
  if (fields.image === null) {
    const message = `has no column of images: it has ${names.slice(0, 10).join(", ")}; known are ${IMAGE_COLUMN_NAMES} and others`;
    yield faultFound(name, "missing_field", message);
  }
  const columns = Object.values(fields).filter((column) => column !== null);
  const labels = fields.label === null ? null : classNames(opened.metadata, fields.label);
  const split = splitOfFile(list.file.name, list.folder);
  for (const range of rowRanges(opened.metadata, columns)) {
    const { rows, unread } = await rowsOf(opened, columns, range);
    for (const { column, reason } of unread) {
      const where = `${name}, rows ${range.from + 1} to ${range.to}`;
      const what = unread.length === columns.length ? "cannot be read" : `the column ${column} cannot be read`;
      yield faultFound(where, "unreadable_entry", `${what}: ${reason}`);
      if (unread.length === columns.length) break;
    }
    const isImageUnread = unread.some(({ column }) => column === fields.image);
    for (const [index, row] of rows.entries()) {
      const place = { where: `${name}, row ${range.from + index + 1}`, split, folder: list.folder };
      yield* fieldsEntry(valuesOf(row, fields.label, labels), fields, place, fields.image !== null && !isImageUnread);
    }
  }
}

interface Opened {
  readonly buffer: OpenFile;
  readonly metadata: FileMetaData;
}

type Row = Readonly<Record<string, unknown>>;

interface ReadRows {
  /** Empty where no column can be read. */
  readonly rows: readonly Row[];
  readonly unread: readonly { readonly column: string; readonly reason: string }[];
}

/** All columns together; where that fails each alone, so that damage in one does not cost the others. */
async function rowsOf(opened: Opened, columns: readonly string[], range: RowRange): Promise<ReadRows> {
  try {
    return { rows: await read(opened, columns, range), unread: [] };
  } catch {
    const rows: Record<string, unknown>[] = Array.from({ length: range.to - range.from }, () => ({}));
    const unread: { column: string; reason: string }[] = [];
    for (const column of columns) {
      try {
        for (const [index, row] of (await read(opened, [column], range)).entries())
          Object.assign(rows[index] ?? {}, row);
      } catch (error) {
        unread.push({ column, reason: reasonOf(error) });
      }
    }
    return { rows: unread.length === columns.length ? [] : rows, unread };
  }
}

function read({ buffer, metadata }: Opened, columns: readonly string[], { from, to }: RowRange): Promise<Row[]> {
  if (columns.length === 0) return Promise.resolve(Array.from({ length: to - from }, () => ({})));
  return parquetReadObjects({
    file: buffer,
    metadata,
    columns: [...columns],
    rowStart: from,
    rowEnd: to,
    compressors,
    // Plain byte arrays are images, not text; columns of text say that they are.
    utf8: false,
  });
}

function valuesOf(row: Row, label: string | null, names: FeatureNames | null): ReadValue {
  return (column) => {
    const value = row[column];
    return column === label && names !== null ? (names[Number(value)] ?? value) : value;
  };
}

interface RowRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** A part of a row group costs decoding all of it, so that groups are cut only where memory asks for it. */
function* rowRanges({ row_groups }: FileMetaData, columns: readonly string[]): Generator<RowRange> {
  let start = 0;
  for (const group of row_groups) {
    const end = start + Number(group.num_rows);
    const bytes = group.columns
      .filter(({ meta_data }) => columns.includes(meta_data?.path_in_schema[0] ?? ""))
      .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0);
    const step = bytes <= WHOLE_GROUP_BYTES ? Math.max(1, end - start) : ROWS_AT_ONCE;
    for (let from = start; from < end; from += step) yield { from, to: Math.min(end, from + step) };
    start = end;
  }
}

/** Names of the columns at the top, nested ones by their outermost name. */
function topColumns({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at]?.num_children ?? 0;
    at += 1;
    for (let child = 0; child < children; child += 1) skip();
  };
  while (at < schema.length) {
    names.push(schema[at]?.name ?? "");
    skip();
  }
  return names;
}
