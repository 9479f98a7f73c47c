import type { DataFolder } from "./data-file";
import { entryFound, type Found, faultFound, isImageName, splitOf } from "./entry";
import { reasonOf } from "./read-error";

/** Reads `split/class/image` or `class/image`: the folder an image lies in is its label. */
export async function* readImageFolder(root: DataFolder): AsyncGenerator<Found> {
  for (const { name: first, folder } of (await root.list()).folders) {
    const listing = await listed(folder, first);
    if (!listing.ok) yield listing.fault;
    else if (listing.folders.length === 0) yield* imagesIn(listing.files, [first], "all", first);
    else {
      for (const { name: label, folder: below } of listing.folders) {
        const inner = await listed(below, `${first}/${label}`);
        if (inner.ok) yield* imagesIn(inner.files, [first, label], splitOf(first), label);
        else yield inner.fault;
      }
    }
  }
}

async function listed(folder: DataFolder, where: string) {
  try {
    return { ok: true as const, ...(await folder.list()) };
  } catch (error) {
    const fault = faultFound(where, "unreadable_file", `cannot be listed: ${reasonOf(error)}`);
    return { ok: false as const, fault };
  }
}

function* imagesIn(
  files: Awaited<ReturnType<DataFolder["list"]>>["files"],
  parts: readonly string[],
  split: string,
  label: string,
): Generator<Found> {
  for (const file of files) {
    if (!isImageName(file.name)) continue;
    const where = [...parts, file.name].join("/");
    yield entryFound({ split, label, caption: null, image: { kind: "file", file }, where });
  }
}
