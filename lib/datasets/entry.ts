/** What every format of dataset is read into. */

import type { DataFile } from "./data-file";

/** One image with what is said about it. */
export interface Entry {
  /** Such as "train"; the name of the file or folder where that is no known split. */
  readonly split: string;
  /** Null where the format or the entry has none. */
  readonly label: string | null;
  /** Null where there is none; a loader may then write its own. */
  readonly caption: string | null;
  readonly image: ImageSource | null;
  /** Such as `train.json, entry 17`. */
  readonly where: string;
}

export type ImageSource =
  | { readonly kind: "file"; readonly file: DataFile }
  /** As the dataset calls it; where it lies is another question. */
  | { readonly kind: "named"; readonly name: string }
  /** The first bytes, enough for the size, and how many there are in all. */
  | { readonly kind: "bytes"; readonly head: Uint8Array; readonly byteCount: number };

/** One thing that could not be read, or that a training would trip over. */
export interface Fault {
  readonly where: string;
  readonly code: FaultCode;
  readonly message: string;
}

export type FaultCode =
  | "unreadable_entry"
  | "unreadable_file"
  | "cut_off"
  | "missing_field"
  | "missing_image"
  | "unreadable_image"
  | "empty_caption"
  | "long_caption";

export type Found =
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "fault"; readonly fault: Fault };

export function entryFound(entry: Entry): Found {
  return { kind: "entry", entry };
}

export function faultFound(where: string, code: FaultCode, message: string): Found {
  return { kind: "fault", fault: { where, code, message } };
}

const SPLITS: Readonly<Record<string, readonly string[]>> = {
  train: ["train", "training"],
  val: ["val", "valid", "validation", "dev"],
  test: ["test", "testing"],
};

/** The split that a name of a file or folder means: `train-00000-of-00012` and `val2017` too. Else the name itself. */
export function splitOf(name: string): string {
  const stem = name.toLowerCase().replace(/\.[a-z0-9.]+$/, "");
  const word = /^[a-z]+/.exec(stem)?.[0] ?? stem;
  return Object.keys(SPLITS).find((split) => SPLITS[split]?.includes(word)) ?? stem;
}

const IMAGE_NAME = /\.(?:jpe?g|png|webp|gif|bmp|tiff?)$/i;

export function isImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

export const IMAGE_HEAD_BYTES = 65_536;

/** Names that columns and fields go by; the first that is there counts. */
const FIELD_NAMES = {
  image: ["image", "filepath", "file_name", "filename", "file", "path", "image_path", "img"],
  label: ["label", "class", "category", "target", "label_name", "class_name"],
  caption: ["caption", "text", "title", "description"],
  split: ["split"],
} as const;

export type EntryField = keyof typeof FIELD_NAMES;

export type FieldColumns = Readonly<Record<EntryField, string | null>>;

/** Entries of one dataset have the same few sets of names. */
const known = new Map<string, FieldColumns>();
const MOST_KNOWN = 1000;

/** @returns the name under which each field is among these, null where it is not */
export function fieldsAmong(names: readonly string[]): FieldColumns {
  const key = names.join("\u0000");
  const found = known.get(key) ?? findFields(names);
  if (known.size < MOST_KNOWN) known.set(key, found);
  return found;
}

function findFields(names: readonly string[]): FieldColumns {
  const find = (field: EntryField) =>
    FIELD_NAMES[field].flatMap((wanted) => names.filter((name) => name.trim().toLowerCase() === wanted))[0] ?? null;
  return { image: find("image"), label: find("label"), caption: find("caption"), split: find("split") };
}

/** A label or caption as text: numbers count as labels too. */
export function wordsOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : null;
}
