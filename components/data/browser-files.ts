/** Files that a browser was handed, as a dataset is read from. */

import type { DataFile, DataFolder, FindImage, FolderListing } from "@/lib/datasets/data-file";

/** One file with its place below what was handed over. */
export interface HandedFile {
  /** Such as `photos/train/cat/1.jpg`; the name alone for a file that lay in no folder. */
  readonly path: string;
  readonly file: File;
}

/** @param onBytes  told of bytes as they are read */
export function browserFile(file: File, onBytes: (byteCount: number) => void): DataFile {
  return {
    name: file.name,
    chunks: () => chunksOf(file, onBytes),
    ends: async (headBytes, tailBytes) => {
      const part = async (start: number, end: number) => new Uint8Array(await file.slice(start, end).arrayBuffer());
      const head = await part(0, headBytes);
      const tail = await part(Math.max(0, file.size - tailBytes), file.size);
      return { head, tail, byteCount: file.size };
    },
    open: async () => ({
      byteLength: file.size,
      slice: async (start, end = file.size) => {
        onBytes(end - start);
        return file.slice(start, end).arrayBuffer();
      },
    }),
  };
}

async function* chunksOf(file: File, onBytes: (byteCount: number) => void): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes(value.length);
    yield value;
  }
}

/** What was handed over: files of no folder, and the folder there is, if there is one. */
export interface HandedDataset {
  readonly name: string;
  readonly files: readonly DataFile[];
  readonly folder: DataFolder | null;
  /** Null for files alone. */
  readonly findImage: FindImage | null;
}

export function handedDataset(handed: readonly HandedFile[], onBytes: (byteCount: number) => void): HandedDataset {
  const loose = handed.filter(({ path }) => !path.includes("/"));
  const deep = handed.filter(({ path }) => path.includes("/"));
  const roots = [...new Set(deep.map(({ path }) => path.split("/")[0] ?? ""))];
  const [root] = roots;
  const files = loose.map(({ file }) => browserFile(file, onBytes));
  const name = root ?? loose.map(({ file }) => file.name).join(", ");
  if (root === undefined) return { name, files, folder: null, findImage: null };
  // Several folders side by side are the folders of one that was not named.
  const below = roots.length === 1 ? deep.map(({ path, file }) => ({ path: path.slice(root.length + 1), file })) : deep;
  const known = new Map(below.map(({ path, file }) => [path, file]));
  const findImage: FindImage = (image, folder) => {
    const wanted = image.replace(/^(?:\.?\/)+/, "");
    const places = folder === "" ? ["images/", ""] : [`${folder}/images/`, `${folder}/`, "images/", ""];
    const file = places.map((place) => known.get(`${place}${wanted}`)).find((found) => found !== undefined);
    return file === undefined ? [] : [browserFile(file, onBytes)];
  };
  return {
    name: roots.length === 1 ? root : roots.join(", "),
    files,
    folder: folderOf(below, onBytes),
    findImage,
  };
}

function folderOf(handed: readonly HandedFile[], onBytes: (byteCount: number) => void): DataFolder {
  return {
    list: async (): Promise<FolderListing> => {
      const files: File[] = [];
      const folders = new Map<string, HandedFile[]>();
      for (const { path, file } of handed) {
        const at = path.indexOf("/");
        const first = at < 0 ? path : path.slice(0, at);
        if (first.startsWith(".")) continue;
        if (at < 0) files.push(file);
        else {
          const inner = folders.get(first) ?? [];
          inner.push({ path: path.slice(at + 1), file });
          folders.set(first, inner);
        }
      }
      return {
        files: files.sort((a, b) => compare(a.name, b.name)).map((file) => browserFile(file, onBytes)),
        folders: [...folders]
          .sort(([a], [b]) => compare(a, b))
          .map(([name, inner]) => ({ name, folder: folderOf(inner, onBytes) })),
      };
    },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
