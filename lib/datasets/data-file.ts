/** Where datasets come from, whether a disk holds them or a browser was handed them. */

import { gunzip } from "./gunzip";

/** One file that can be read from its start or at any place. */
export interface DataFile {
  readonly name: string;
  /** Its bytes, front to back. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** @throws an error with the code ENOENT when there is no such file */
  readonly ends: (headBytes: number, tailBytes: number) => Promise<FileEnds>;
  readonly open: () => Promise<OpenFile>;
}

/** The first and the last bytes of a file, which overlap in a short one, and how many it has in all. */
export interface FileEnds {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly byteCount: number;
}

/** What readers of formats with an index at the end ask for. */
export interface OpenFile {
  readonly byteLength: number;
  /** @param end  exclusive; the end of the file when left out */
  readonly slice: (start: number, end?: number) => Promise<ArrayBuffer>;
}

export interface DataFolder {
  /** By name, hidden ones left out. */
  readonly list: () => Promise<FolderListing>;
}

export interface FolderListing {
  readonly files: readonly DataFile[];
  readonly folders: readonly { readonly name: string; readonly folder: DataFolder }[];
}

/**
 * Where an image may lie that a list in `folder` names; the first that is there is meant.
 *
 * @param folder  below the dataset, empty for its top
 */
export type FindImage = (name: string, folder: string) => readonly DataFile[];

/** One list of entries, or one archive, with the folder it lies in: empty at the top of the dataset. */
export interface ListFile {
  readonly file: DataFile;
  readonly folder: string;
}

/** As it is called in what is said of it: `annotations/train.json`. */
export function placeOf({ file, folder }: ListFile): string {
  return folder === "" ? file.name : `${folder}/${file.name}`;
}

/**
 * The text of a file, piece by piece, unpacked where its name ends in `.gz`. It is UTF-8, or UTF-16 where the file begins
 * with the mark of that; bytes that are neither become U+FFFD, and the mark is left out.
 */
export async function* textOf(file: DataFile): AsyncGenerator<string> {
  const chunks = /\.gz$/i.test(file.name) ? gunzip(file.chunks()) : file.chunks();
  let decoder: TextDecoder | null = null;
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder !== null) yield decoder.decode();
}

function encodingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** The first piece of a text with a whole line in it, and the text from its start. */
export async function peeked(
  chunks: AsyncGenerator<string>,
): Promise<readonly [beginning: string, text: AsyncGenerator<string>]> {
  let beginning = "";
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    beginning += next.value;
    if (holdsLine(beginning) || beginning.length > LONGEST_BEGINNING) break;
  }
  async function* text() {
    yield beginning;
    yield* chunks;
  }
  return [beginning, text()];
}

function holdsLine(text: string): boolean {
  const start = text.search(/\S/);
  return start >= 0 && (text.includes("\n", start) || text.includes("\r", start));
}

const LONGEST_BEGINNING = 1_000_000;
