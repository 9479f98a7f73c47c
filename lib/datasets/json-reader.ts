import { type DataFile, textOf } from "./data-file";
import { type Entry, entryFound, type Found, faultFound, fieldsAmong, splitOf, wordsOf } from "./entry";
import { jsonElements } from "./json-elements";

/** Reads `{split}.json`: an array of `{image, label, caption?}`, its images beside it or in a folder `images`. */
export async function* readJsonDataset(file: DataFile): AsyncGenerator<Found> {
  const { name } = file;
  for await (const element of jsonElements(textOf(file))) {
    if (element.kind === "no_array") {
      yield faultFound(name, "unreadable_file", "does not hold an array of entries");
      continue;
    }
    const where = `${name}, entry ${element.index + 1}`;
    if (element.kind === "cut_off")
      yield faultFound(where, "cut_off", "ends before its array does: what came before is read");
    else if (element.kind === "broken") yield faultFound(where, "unreadable_entry", `is not JSON: ${element.message}`);
    else yield* entriesOf(element.value, where, splitOf(name));
  }
}

function* entriesOf(value: unknown, where: string, split: string): Generator<Found> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    yield faultFound(where, "unreadable_entry", "is not an object with an image");
    return;
  }
  yield* fieldsEntry(new Map(Object.entries(value)), where, split);
}

/** An entry from named values, whatever format they come from. */
export function* fieldsEntry(values: ReadonlyMap<string, unknown>, where: string, split: string): Generator<Found> {
  const fields = fieldsAmong([...values.keys()]);
  const text = (name: string | null) => (name === null ? null : wordsOf(values.get(name)));
  const image = text(fields.image);
  if (image === null || image === "") yield faultFound(where, "missing_field", "names no image");
  const entry: Entry = {
    split: text(fields.split) ?? split,
    label: text(fields.label),
    caption: text(fields.caption),
    image: image === null || image === "" ? null : { kind: "named", name: image },
    where,
  };
  yield entryFound(entry);
}
