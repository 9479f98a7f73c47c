import { readdir } from "node:fs/promises";
import path from "node:path";
import { entryFound, type Found, faultFound, isImageName, splitOf } from "./entry";
import { reasonOf } from "./read-error";

/** Reads `split/class/image` or `class/image`: the folder an image lies in is its label. */
export async function* readImageFolder(root: string): AsyncGenerator<Found> {
  for (const first of await foldersIn(root)) {
    const below = await foldersIn(path.join(root, first));
    if (below.length === 0) {
      yield* imagesIn(root, [first], "all", first);
      continue;
    }
    for (const label of below) yield* imagesIn(root, [first, label], splitOf(first), label);
  }
}

async function* imagesIn(root: string, parts: readonly string[], split: string, label: string): AsyncGenerator<Found> {
  const folder = path.join(root, ...parts);
  let names: string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (error) {
    yield faultFound(parts.join("/"), "unreadable_file", `cannot be listed: ${reasonOf(error)}`);
    return;
  }
  for (const name of names) {
    if (!isImageName(name)) continue;
    const where = [...parts, name].join("/");
    yield entryFound({ split, label, caption: null, image: { kind: "file", path: path.join(folder, name) }, where });
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}
