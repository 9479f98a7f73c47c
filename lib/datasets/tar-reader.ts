import { createReadStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import {
  type Entry,
  entryFound,
  type Found,
  faultFound,
  fieldsAmong,
  IMAGE_HEAD_BYTES,
  isImageName,
  splitOf,
  textOf,
} from "./entry";
import { reasonOf } from "./read-error";

/** A member's text is a caption or a label; longer ones are cut, as no tokenizer reads so far. */
const LONGEST_TEXT = 1_000_000;

/** Reads a WebDataset: members with one stem are one entry, its image and `.txt`, `.cls` or `.json` beside it. */
export async function* readTarDataset(file: string): AsyncGenerator<Found> {
  const name = path.basename(file);
  const members = extract();
  const source = createReadStream(file);
  const done = () => {};
  if (/\.t?gz$/i.test(name)) pipeline(source, createGunzip(), members, done);
  else pipeline(source, members, done);
  let group: Group | null = null;
  try {
    for await (const member of members) {
      const [, stem = member.header.name, extension = ""] = /^(.*?[^/]*?)\.([^/]*)$/.exec(member.header.name) ?? [];
      if (member.header.type !== "file") {
        member.resume();
        continue;
      }
      if (group !== null && group.stem !== stem) {
        yield* foundIn(group, name);
        group = null;
      }
      group ??= { stem, head: null, byteCount: 0, texts: new Map() };
      const isImage = isImageName(member.header.name);
      const bytes = await headOf(member, isImage ? IMAGE_HEAD_BYTES : LONGEST_TEXT);
      if (isImage) {
        group.head = bytes;
        group.byteCount = member.header.size ?? bytes.length;
      } else group.texts.set(extension.toLowerCase(), new TextDecoder().decode(bytes));
    }
    if (group !== null) yield* foundIn(group, name);
  } catch (error) {
    if (group !== null) yield* foundIn(group, name);
    yield faultFound(name, "cut_off", `cannot be read to its end (${reasonOf(error)}): what came before is read`);
  }
}

interface Group {
  readonly stem: string;
  head: Uint8Array | null;
  byteCount: number;
  readonly texts: Map<string, string>;
}

function* foundIn({ stem, head, byteCount, texts }: Group, name: string): Generator<Found> {
  const where = `${name}, ${stem}`;
  const json = texts.get("json");
  const values = new Map<string, unknown>();
  if (json !== undefined) {
    try {
      for (const [key, value] of Object.entries(JSON.parse(json))) values.set(key, value);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      yield faultFound(where, "unreadable_entry", `its .json is not an object: ${error.message}`);
    }
  }
  if (head === null) yield faultFound(where, "missing_field", "has no image");
  const fields = fieldsAmong([...values.keys()]);
  const text = (field: string | null) => (field === null ? null : textOf(values.get(field)));
  const entry: Entry = {
    split: splitOf(name),
    label: texts.get("cls")?.trim() ?? text(fields.label),
    caption: texts.get("txt") ?? text(fields.caption),
    image: head === null ? null : { kind: "bytes", head, byteCount },
    where,
  };
  yield entryFound(entry);
}

/** The first bytes of a member; the rest is let go as it comes. */
async function headOf(member: AsyncIterable<unknown>, limit: number): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let count = 0;
  for await (const chunk of member) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("a tar member gave no bytes");
    if (count < limit) kept.push(chunk.subarray(0, limit - count));
    count += chunk.length;
  }
  return Buffer.concat(kept);
}
