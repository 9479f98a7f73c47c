import type { HandedFile } from "./browser-files";

/** Files that were picked; a picked folder gives each its path. */
export function pickedFiles(list: FileList): HandedFile[] {
  return [...list].map((file) => ({
    path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath,
    file,
  }));
}

/**
 * Everything that was dropped, folders walked through to their last file.
 *
 * @param onCount  told of files found so far
 */
export async function droppedFiles(
  items: DataTransferItemList,
  onCount: (count: number) => void,
): Promise<HandedFile[]> {
  // The list is emptied as soon as the event is over. What comes from no disk is a file without an entry.
  const taken = [...items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const entries = taken.flatMap(({ entry }) => entry ?? []);
  const found: HandedFile[] = taken.flatMap(({ entry, file }) =>
    entry === null && file !== null ? [{ path: file.name, file }] : [],
  );
  const open: FileSystemEntry[] = entries.toReversed();
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (isFile(entry)) {
      found.push({ path: entry.fullPath.replace(/^\//, ""), file: await fileOf(entry) });
      if (found.length % 1000 === 0) onCount(found.length);
    } else if (isFolder(entry)) open.push(...(await entriesOf(entry)).toReversed());
  }
  return found;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A browser gives them some at a time, and none at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
