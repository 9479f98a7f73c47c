import { type Entry, entryFound, type Found, faultFound, type ImageSource } from "./entry";
import type { FieldColumns } from "./field-names";

/** What is known of an entry before its own values. */
export interface EntryPlace {
  /** Such as `train.json, entry 17`. */
  readonly where: string;
  readonly split: string;
  /** Of the list, below the dataset. */
  readonly folder: string;
}

/** Values by name, whatever format they come from. */
export type ReadValue = (name: string) => unknown;

/**
 * An entry from named values. What stands under the name of a field and cannot be one is told, and so is text that holds
 * bytes which are no UTF-8: both would be read without a word, and learned.
 *
 * @param isImageExpected  false where the whole list has none, which is told once
 */
export function* fieldsEntry(
  read: ReadValue,
  fields: FieldColumns,
  { where, split, folder }: EntryPlace,
  isImageExpected = true,
): Generator<Found> {
  const value = (name: string | null) => (name === null ? null : (read(name) ?? null));
  const image = imageOf(value(fields.image), folder);
  if (image === null && isImageExpected) yield faultFound(where, "missing_field", "names no image");
  const label = wordsOf(value(fields.label));
  if (label === undefined)
    yield faultFound(where, "unusable_field", `its label is ${kindOf(value(fields.label))}, not one text or number`);
  const captions = textsOf(value(fields.caption));
  if (captions === undefined)
    yield faultFound(where, "unusable_field", `its caption is ${kindOf(value(fields.caption))}, not a text`);
  const texts = [image?.kind === "named" ? image.name : null, label ?? null, ...(captions ?? [])];
  if (texts.some((text) => text?.includes("\uFFFD") === true))
    yield faultFound(where, "not_utf8", "holds bytes that are not UTF-8: save the file in that encoding");
  const entry: Entry = {
    split: wordsOf(value(fields.split)) ?? split,
    label: label === undefined || label === "" ? null : label,
    captions: captions ?? [],
    image,
    where,
  };
  yield entryFound(entry);
}

/** A path, the bytes of a file, or both, as Hugging Face writes them. */
function imageOf(value: unknown, folder: string): ImageSource | null {
  if (typeof value === "string") return value === "" ? null : { kind: "named", name: value, folder };
  if (typeof value === "number" || typeof value === "bigint") return { kind: "named", name: String(value), folder };
  if (value instanceof Uint8Array)
    return { kind: "bytes", ends: { head: value, tail: value, byteCount: value.length } };
  if (typeof value !== "object" || value === null) return null;
  if ("bytes" in value && value.bytes instanceof Uint8Array) return imageOf(value.bytes, folder);
  return "path" in value && typeof value.path === "string" ? imageOf(value.path, folder) : null;
}

/** @returns null where there is nothing, undefined for what is no text; numbers count as labels too */
function wordsOf(value: unknown): string | null | undefined {
  if (value === null) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined;
}

/** One caption, or a list of several. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) {
    const text = wordsOf(value);
    return text === undefined ? undefined : text === null ? [] : [text];
  }
  const texts = value.map((item: unknown) => wordsOf(item ?? null));
  return texts.some((text) => text === undefined) ? undefined : texts.flatMap((text) => text ?? []);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? `a list of ${value.length}` : "an object";
}
