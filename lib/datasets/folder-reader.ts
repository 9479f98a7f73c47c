import type { DataFolder, FolderListing } from "./data-file";
import { entryFound, type Found, faultFound } from "./entry";
import { isImageName } from "./image-check";
import { reasonOf } from "./read-error";
import { NO_SPLIT, splitOfFolder } from "./split-names";

/** Folders that hold images without saying of what. */
const PLAIN_FOLDERS = new Set(["images", "image", "imgs", "img", "photos", "pictures", "jpegimages", "data"]);

/** What the folders above an image have said of it. */
interface Above {
  readonly parts: readonly string[];
  readonly split: string | null;
  readonly label: string | null;
}

/**
 * Reads `split/class/image` or `class/image`: folders called like splits are splits, the first other one is the label, and
 * what lies deeper belongs to it. Images in no such folder have no label.
 */
export async function* readImageFolder(root: DataFolder): AsyncGenerator<Found> {
  const top = await root.list();
  const [only] = top.folders;
  const wrapped = top.folders.length === 1 && !top.files.some(({ name }) => isImageName(name)) ? only : undefined;
  // One folder around all the others is what an archive unpacks to; one around images alone is a class.
  const inner = wrapped === undefined || splitOfFolder(wrapped.name) !== null ? null : await listed(wrapped.folder, "");
  if (wrapped !== undefined && inner?.ok === true && inner.listing.folders.length > 0) {
    yield* below(inner.listing, { parts: [wrapped.name], split: null, label: null });
  } else yield* below(top, { parts: [], split: null, label: null });
}

async function* below({ files, folders }: FolderListing, above: Above): AsyncGenerator<Found> {
  const { parts, split, label } = above;
  for (const file of files) {
    const where = [...parts, file.name].join("/");
    if (!isImageName(file.name)) yield { kind: "other_file", name: file.name };
    else yield entryFound({ split: split ?? NO_SPLIT, label, captions: [], image: { kind: "file", file }, where });
  }
  const areSplits = split === null && (await areFoldersSplits(folders));
  for (const { name, folder } of folders) {
    const inner = await listed(folder, [...parts, name].join("/"));
    if (!inner.ok) {
      yield inner.fault;
      continue;
    }
    const isPlain = PLAIN_FOLDERS.has(name.toLowerCase());
    yield* below(inner.listing, {
      parts: [...parts, name],
      split: areSplits ? (splitOfFolder(name) ?? name) : split,
      label: areSplits || label !== null || isPlain ? label : name,
    });
  }
}

/** All are called so, or one that is has folders of classes in it: `train` among `car` and `bus` is a class. */
async function areFoldersSplits(folders: FolderListing["folders"]): Promise<boolean> {
  const named = folders.filter(({ name }) => splitOfFolder(name) !== null);
  if (named.length === 0) return false;
  if (named.length === folders.length) return true;
  for (const { folder } of named) {
    const inner = await listed(folder, "");
    if (inner.ok && inner.listing.folders.length > 0) return true;
  }
  return false;
}

async function listed(folder: DataFolder, where: string) {
  try {
    return { ok: true as const, listing: await folder.list() };
  } catch (error) {
    const fault = faultFound(where, "unreadable_file", `cannot be listed: ${reasonOf(error)}`);
    return { ok: false as const, fault };
  }
}
