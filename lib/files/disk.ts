import { createReadStream } from "node:fs";
import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { DataFile, DataFolder, FolderListing } from "../datasets/data-file";

/** A file of this machine. Nothing is opened before it is read. */
export function diskFile(file: string): DataFile {
  return {
    name: path.basename(file),
    chunks: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }),
    ends: async (headBytes, tailBytes) => {
      const handle = await open(file);
      try {
        const { size } = await handle.stat();
        const head = await readPart(handle, 0, Math.min(size, headBytes));
        const tailCount = Math.min(size, tailBytes);
        const tail =
          size <= headBytes ? head.subarray(size - tailCount) : await readPart(handle, size - tailCount, tailCount);
        return { head, tail, byteCount: size };
      } finally {
        await handle.close();
      }
    },
    open: async () => {
      const handle = await open(file);
      const { size } = await handle.stat();
      await handle.close();
      return { byteLength: size, slice: (start, end = size) => readSlice(file, start, end) };
    },
  };
}

/** Larger than Node's own 64 KiB: fewer waits for the disk. */
const CHUNK_BYTES = 262_144;

/** A folder of this machine, links followed; one that leads back to a folder above is left out. */
export function diskFolder(root: string, above: readonly string[] = []): DataFolder {
  return {
    list: async (): Promise<FolderListing> => {
      const real = await realpath(root);
      const entries = (await readdir(root, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
      const [files, folders]: [string[], string[]] = [[], []];
      for (const entry of entries) {
        const kind = entry.isSymbolicLink()
          ? await linkedKind(path.join(root, entry.name), [...above, real])
          : kindOf(entry);
        if (kind === "file") files.push(entry.name);
        else if (kind === "folder") folders.push(entry.name);
      }
      return {
        files: files.sort().map((name) => diskFile(path.join(root, name))),
        folders: folders.sort().map((name) => ({ name, folder: diskFolder(path.join(root, name), [...above, real]) })),
      };
    },
  };
}

function kindOf(entry: { isDirectory: () => boolean }): "file" | "folder" {
  return entry.isDirectory() ? "folder" : "file";
}

/** A link to nowhere counts as a file, so that it is told as one that is not there. */
async function linkedKind(link: string, above: readonly string[]): Promise<"file" | "folder" | "loop"> {
  try {
    if (!(await stat(link)).isDirectory()) return "file";
    return above.includes(await realpath(link)) ? "loop" : "folder";
  } catch {
    return "file";
  }
}

async function readPart(handle: FileHandle, from: number, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  const { bytesRead } = await handle.read(bytes, 0, count, from);
  return bytes.subarray(0, bytesRead);
}

async function readSlice(file: string, start: number, end: number): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(Math.max(0, end - start));
  const handle = await open(file);
  try {
    let filled = 0;
    while (filled < buffer.byteLength) {
      const { bytesRead } = await handle.read(
        new Uint8Array(buffer, filled),
        0,
        buffer.byteLength - filled,
        start + filled,
      );
      if (bytesRead === 0) throw new Error(`ends ${buffer.byteLength - filled} bytes before it should`);
      filled += bytesRead;
    }
    return buffer;
  } finally {
    await handle.close();
  }
}
