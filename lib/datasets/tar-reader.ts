import { type Extract, extract } from "tar-stream";
import { type FileEnds, type ListFile, placeOf } from "./data-file";
import { entryFound, type Found, faultFound } from "./entry";
import { fieldsAmong } from "./field-names";
import { fieldsEntry } from "./fields-entry";
import { gunzip } from "./gunzip";
import { IMAGE_HEAD_BYTES, IMAGE_TAIL_BYTES, isImageName } from "./image-check";
import { joined, LastBytes } from "./last-bytes";
import { reasonOf } from "./read-error";
import { splitOfFile } from "./split-names";

/** A member's text is a caption or a label; longer ones are cut, as no tokenizer reads so far. */
const LONGEST_TEXT = 1_000_000;

/** Two empty blocks end a tar; what comes without them may have been cut off between two members. */
const END_MARK_BYTES = 1024;

/** Reads a WebDataset: members with one stem are one entry, its image and `.txt`, `.cls` or `.json` beside it. */
export async function* readTarDataset(list: ListFile): AsyncGenerator<Found> {
  const name = placeOf(list);
  const place = { name, split: splitOfFile(list.file.name, list.folder), folder: list.folder };
  const members = extract();
  const end = new LastBytes(END_MARK_BYTES);
  // What goes wrong with the file reaches the loop below through the members.
  void feed(members, /\.t?gz$/i.test(list.file.name) ? gunzip(list.file.chunks()) : list.file.chunks(), end);
  let group: Group | null = null;
  try {
    for await (const member of members) {
      const [, stem = member.header.name, extension = ""] = /^(.*?[^/]*?)\.([^/]*)$/.exec(member.header.name) ?? [];
      if (member.header.type !== "file") {
        member.resume();
        continue;
      }
      if (group !== null && group.stem !== stem) {
        yield* foundIn(group, place);
        group = null;
      }
      group ??= { stem, image: null, isPlain: false, texts: new Map() };
      if (isImageName(member.header.name)) {
        const ends = await endsOf(member);
        // `7.jpg` is the image of an entry, `7.seg.png` one that goes with it.
        const isPlain = !extension.includes(".");
        if (group.image === null || (isPlain && !group.isPlain)) [group.image, group.isPlain] = [ends, isPlain];
      } else group.texts.set(extension.toLowerCase(), new TextDecoder().decode(await textBytes(member)));
    }
    if (group !== null) yield* foundIn(group, place);
    if (end.total === 0) yield faultFound(name, "unreadable_file", "is empty");
    else if (end.bytes().some((byte) => byte !== 0)) {
      yield faultFound(name, "cut_off", "has no mark of its end: it may be cut off, and what is there is read");
    }
  } catch (error) {
    if (group !== null) yield* foundIn(group, place);
    yield faultFound(name, "cut_off", `cannot be read to its end (${reasonOf(error)}): what came before is read`);
  }
}

interface Group {
  readonly stem: string;
  image: FileEnds | null;
  isPlain: boolean;
  readonly texts: Map<string, string>;
}

interface Place {
  readonly name: string;
  readonly split: string;
  readonly folder: string;
}

function* foundIn({ stem, image, texts }: Group, { name, split, folder }: Place): Generator<Found> {
  const where = `${name}, ${stem}`;
  const values = new Map<string, unknown>();
  const json = texts.get("json");
  if (json !== undefined) {
    const [read, problem] = objectIn(json);
    if (problem !== null) yield faultFound(where, "unreadable_entry", `its .json is not an object: ${problem}`);
    for (const [key, value] of read) values.set(key, value);
  }
  const inJson = fieldsAmong([...values.keys()]);
  const [label, caption] = [texts.get("cls")?.trim(), texts.get("txt")];
  const fields = {
    image: null,
    label: label === undefined ? inJson.label : "cls",
    caption: caption === undefined ? inJson.caption : "txt",
    split: null,
  };
  if (label !== undefined) values.set("cls", label);
  if (caption !== undefined) values.set("txt", caption);
  if (image === null) yield faultFound(where, "missing_field", "has no image");
  for (const found of fieldsEntry((field) => values.get(field), fields, { where, split, folder }, false)) {
    if (found.kind !== "entry") yield found;
    else yield entryFound({ ...found.entry, image: image === null ? null : { kind: "bytes", ends: image } });
  }
}

function objectIn(text: string): [fields: [string, unknown][], problem: string | null] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return [Object.entries(value), null];
    return [[], "it is another kind of value"];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [[], error.message];
  }
}

async function endsOf(member: AsyncIterable<unknown>): Promise<FileEnds> {
  const tail = new LastBytes(IMAGE_TAIL_BYTES);
  const head = await firstBytes(member, IMAGE_HEAD_BYTES, tail);
  return { head, tail: tail.bytes(), byteCount: tail.total };
}

function textBytes(member: AsyncIterable<unknown>): Promise<Uint8Array> {
  return firstBytes(member, LONGEST_TEXT, new LastBytes(0));
}

/** The first bytes of a member; the rest is let go as it comes. @param tail  is told of all of them */
async function firstBytes(member: AsyncIterable<unknown>, limit: number, tail: LastBytes): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let count = 0;
  for await (const chunk of member) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("a tar member gave no bytes");
    if (count < limit) kept.push(chunk.subarray(0, limit - count));
    count += chunk.length;
    tail.add(chunk);
  }
  return joined(kept);
}

/** Hands chunks over as fast as they are taken. */
async function feed(members: Extract, chunks: AsyncIterable<Uint8Array>, end: LastBytes): Promise<void> {
  let isOpen = true;
  members.once("close", () => {
    isOpen = false;
  });
  try {
    for await (const chunk of chunks) {
      if (!isOpen) return;
      end.add(chunk);
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
