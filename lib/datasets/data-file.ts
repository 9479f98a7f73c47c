/** Where datasets come from, whether a disk holds them or a browser was handed them. */

/** One file that can be read from its start or at any place. */
export interface DataFile {
  readonly name: string;
  /** Its bytes, front to back. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** @throws an error with the code ENOENT when there is no such file */
  readonly head: (byteCount: number) => Promise<FileHead>;
  readonly open: () => Promise<OpenFile>;
}

/** The first bytes of a file, and how many it has in all. */
export interface FileHead {
  readonly bytes: Uint8Array;
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

/** Finds an image by the name that a dataset gives it; null where there surely is none. */
export type FindImage = (name: string) => DataFile | null;

/** The text of a file, piece by piece; what is no UTF-8 becomes replacement characters, a byte-order mark is left out. */
export async function* textOf(file: DataFile): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of file.chunks()) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}
