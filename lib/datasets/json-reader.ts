import { type ListFile, peeked, placeOf, textOf } from "./data-file";
import { type Found, faultFound } from "./entry";
import { fieldsAmong } from "./field-names";
import { type EntryPlace, fieldsEntry } from "./fields-entry";
import { jsonElements } from "./json-elements";
import { jsonLines } from "./json-lines";
import { splitOfFile } from "./split-names";

/** Reads `{split}.json`: an array of `{image, label, caption?}`, or one such entry a line, as in `.jsonl`. */
export async function* readJsonDataset(list: ListFile): AsyncGenerator<Found> {
  const { file, folder } = list;
  const name = placeOf(list);
  const split = splitOfFile(file.name, folder);
  const [beginning, text] = await peeked(textOf(file));
  if (isNamedLines(file.name) || areEntryLines(beginning)) {
    for await (const { line, value, message } of jsonLines(text)) {
      const where = `${name}, line ${line}`;
      if (message !== null) yield faultFound(where, "unreadable_entry", `is not JSON: ${message}`);
      else yield* entriesOf(value, { where, split, folder });
    }
    return;
  }
  for await (const element of jsonElements(text)) {
    if (element.kind === "no_array") {
      const message = "does not hold an array of entries, nor one entry a line";
      yield faultFound(name, "unreadable_file", message);
      continue;
    }
    const where = `${name}, entry ${element.index + 1}`;
    if (element.kind === "cut_off")
      yield faultFound(where, "cut_off", "ends before its array does: what came before is read");
    else if (element.kind === "broken") yield faultFound(where, "unreadable_entry", `is not JSON: ${element.message}`);
    else yield* entriesOf(element.value, { where, split, folder });
  }
}

/** Whether a file holds entries, by its name and the beginning of its text. */
export function isJsonList(name: string, beginning: string): boolean {
  return isNamedLines(name) || areEntryLines(beginning) || /^\s*\[/.test(beginning);
}

function isNamedLines(name: string): boolean {
  return /\.(?:jsonl|ndjson)(?:\.gz)?$/i.test(name);
}

/** Whether the first line is an entry by itself: an object of another kind is no list. */
function areEntryLines(beginning: string): boolean {
  const [line = ""] = beginning.trimStart().split("\n", 1);
  if (!line.startsWith("{")) return false;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && fieldsAmong(Object.keys(value)).image !== null;
  } catch {
    return false;
  }
}

function* entriesOf(value: unknown, place: EntryPlace): Generator<Found> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    yield faultFound(place.where, "unreadable_entry", "is not an object with an image");
    return;
  }
  const values = new Map<string, unknown>(Object.entries(value));
  yield* fieldsEntry((name) => values.get(name), fieldsAmong([...values.keys()]), place);
}
