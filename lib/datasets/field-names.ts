/** Names that columns and fields go by; the first that is there counts. */
const FIELD_NAMES = {
  image: [
    "image",
    "filepath",
    "file_name",
    "filename",
    "file",
    "path",
    "image_path",
    "image_file",
    "img_path",
    "img",
    "jpg",
    "png",
    "url",
    "image_url",
  ],
  label: ["label", "class", "category", "target", "label_name", "class_name", "fine_label", "labels", "class_label"],
  caption: ["caption", "text", "title", "description", "captions", "texts", "sentences", "alt_text", "txt"],
  split: ["split"],
} as const;

export type EntryField = keyof typeof FIELD_NAMES;

export type FieldColumns = Readonly<Record<EntryField, string | null>>;

/** For those who have to name a column so that it is found. */
export const IMAGE_COLUMN_NAMES = FIELD_NAMES.image.slice(0, 4).join(", ");

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
