import { createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import path from "node:path";
import type { DataFile, DataFolder, FolderListing } from "../datasets/data-file";

/** A file of this machine. Nothing is opened before it is read. */
export function diskFile(file: string): DataFile {
  return {
    name: path.basename(file),
    chunks: () => createReadStream(file, { highWaterMark: CHUNK_BYTES }),
    head: async (byteCount) => {
      const handle = await open(file);
      try {
        const { size } = await handle.stat();
        const bytes = new Uint8Array(Math.min(size, byteCount));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
        return { bytes: bytes.subarray(0, bytesRead), byteCount: size };
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

export function diskFolder(root: string): DataFolder {
  return {
    list: async (): Promise<FolderListing> => {
      const entries = (await readdir(root, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
      const names = (isWanted: (entry: (typeof entries)[number]) => boolean) =>
        entries
          .filter(isWanted)
          .map(({ name }) => name)
          .sort();
      return {
        files: names((entry) => !entry.isDirectory()).map((name) => diskFile(path.join(root, name))),
        folders: names((entry) => entry.isDirectory()).map((name) => ({
          name,
          folder: diskFolder(path.join(root, name)),
        })),
      };
    },
  };
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
