import { type Extract, extract } from "tar-stream";
import type { DataFile } from "./data-file";
import {
  type Entry,
  entryFound,
  type Found,
  faultFound,
  fieldsAmong,
  IMAGE_HEAD_BYTES,
  isImageName,
  splitOf,
  wordsOf,
} from "./entry";
import { reasonOf } from "./read-error";

/** A member's text is a caption or a label; longer ones are cut, as no tokenizer reads so far. */
const LONGEST_TEXT = 1_000_000;

/** Reads a WebDataset: members with one stem are one entry, its image and `.txt`, `.cls` or `.json` beside it. */
export async function* readTarDataset(file: DataFile): AsyncGenerator<Found> {
  const { name } = file;
  const members = extract();
  // What goes wrong with the file reaches the loop below through the members.
  void feed(members, /\.t?gz$/i.test(name) ? unzipped(file.chunks()) : file.chunks());
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
  const text = (field: string | null) => (field === null ? null : wordsOf(values.get(field)));
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
  const whole = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of kept) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Hands chunks over as fast as they are taken. */
async function feed(members: Extract, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let isOpen = true;
  members.once("close", () => {
    isOpen = false;
  });
  try {
    for await (const chunk of chunks) {
      if (!isOpen) return;
      if (!members.write(chunk)) await drained(members);
    }
    members.end(undefined);
  } catch (error) {
    members.destroy(error instanceof Error ? error : new Error(reasonOf(error)));
  }
}

function drained(members: Extract): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      members.off("drain", done);
      members.off("close", done);
      resolve();
    };
    members.once("drain", done);
    members.once("close", done);
  });
}

async function* unzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  const zipped = new ReadableStream<BufferSource>({
    pull: async (controller) => {
      const { done, value } = await source.next();
      if (done === true) controller.close();
      // A copy whose memory is its own: the stream takes it over.
      else controller.enqueue(new Uint8Array(value));
    },
  });
  const reader = zipped.pipeThrough(new DecompressionStream("gzip")).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
