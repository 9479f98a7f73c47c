import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { MIB } from "../units";
import type { DataFile, OpenFile } from "./data-file";
import {
  type Entry,
  entryFound,
  type Found,
  faultFound,
  fieldsAmong,
  IMAGE_HEAD_BYTES,
  type ImageSource,
  splitOf,
  wordsOf,
} from "./entry";
import { reasonOf } from "./read-error";

/** Row groups are read whole up to here; larger ones, with images in them, a thousand rows at a time. */
const WHOLE_GROUP_BYTES = 64 * MIB;
const ROWS_AT_ONCE = 1000;

/** Reads Parquet: an image is a path or, as Hugging Face writes it, `{bytes, path}`. */
export async function* readParquetDataset(file: DataFile): AsyncGenerator<Found> {
  const { name } = file;
  let opened: { readonly buffer: OpenFile; readonly metadata: FileMetaData };
  try {
    const buffer = await file.open();
    opened = { buffer, metadata: await parquetMetadataAsync(buffer) };
  } catch (error) {
    yield faultFound(name, "unreadable_file", `is no Parquet file that can be read: ${reasonOf(error)}`);
    return;
  }
  const { buffer, metadata } = opened;
  const fields = fieldsAmong(topColumns(metadata));
  const columns = Object.values(fields).filter((column) => column !== null);
  for (const { from, to } of rowRanges(metadata, columns)) {
    let rows: readonly Record<string, unknown>[];
    try {
      // Plain byte arrays are images, not text; columns of text say that they are.
      rows = await parquetReadObjects({
        file: buffer,
        metadata,
        columns,
        rowStart: from,
        rowEnd: to,
        compressors,
        utf8: false,
      });
    } catch (error) {
      yield faultFound(`${name}, rows ${from + 1} to ${to}`, "unreadable_entry", `cannot be read: ${reasonOf(error)}`);
      continue;
    }
    for (const [index, row] of rows.entries()) yield* foundIn(row, fields, `${name}, row ${from + index + 1}`, name);
  }
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

function* foundIn(
  row: Readonly<Record<string, unknown>>,
  fields: ReturnType<typeof fieldsAmong>,
  where: string,
  name: string,
): Generator<Found> {
  const text = (column: string | null) => (column === null ? null : wordsOf(row[column]));
  const image = fields.image === null ? null : imageOf(row[fields.image]);
  if (image === null) yield faultFound(where, "missing_field", "names no image");
  const entry: Entry = {
    split: text(fields.split) ?? splitOf(name),
    label: text(fields.label),
    caption: text(fields.caption),
    image,
    where,
  };
  yield entryFound(entry);
}

function imageOf(value: unknown): ImageSource | null {
  if (typeof value === "string" && value !== "") return { kind: "named", name: value };
  if (value instanceof Uint8Array)
    return { kind: "bytes", head: value.subarray(0, IMAGE_HEAD_BYTES), byteCount: value.length };
  if (typeof value !== "object" || value === null) return null;
  if ("bytes" in value && value.bytes instanceof Uint8Array) return imageOf(value.bytes);
  return "path" in value && typeof value.path === "string" ? imageOf(value.path) : null;
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
