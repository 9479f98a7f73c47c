import { type DataFile, type DataFolder, type ListFile, peeked, placeOf, textOf } from "./data-file";
import type { DatasetFormat } from "./dataset-report";
import { hasImageHeading, readDelimitedDataset } from "./delimited-reader";
import type { Found } from "./entry";
import { isJsonList, readJsonDataset } from "./json-reader";
import { readParquetDataset } from "./parquet-reader";
import { splitOfFile } from "./split-names";
import { readTarDataset } from "./tar-reader";

export interface ListFormat {
  readonly format: Exclude<DatasetFormat, "folder">;
  readonly pattern: RegExp;
  readonly read: (list: ListFile) => AsyncGenerator<Found>;
  /** Whether the beginning of a file looks like a list of images, which files beside a dataset do not. */
  readonly isList: (file: DataFile) => Promise<boolean>;
}

const FORMATS: readonly ListFormat[] = [
  {
    format: "json",
    pattern: /\.(?:json|jsonl|ndjson)(?:\.gz)?$/i,
    read: readJsonDataset,
    isList: async (file) => isJsonList(file.name, await beginningOf(file)),
  },
  {
    format: "csv",
    pattern: /\.(?:csv|tsv)(?:\.gz)?$/i,
    read: readDelimitedDataset,
    isList: async (file) => hasImageHeading(await beginningOf(file)),
  },
  { format: "parquet", pattern: /\.parquet$/i, read: readParquetDataset, isList: async () => true },
  { format: "webdataset", pattern: /\.(?:tar|tgz|tar\.gz)$/i, read: readTarDataset, isList: async () => true },
];

/** Lists of one format, and the files that might be lists and are left out. */
export interface FoundLists {
  readonly format: ListFormat;
  readonly lists: readonly ListFile[];
  readonly passedOver: readonly string[];
}

/** Folders of images are not searched for lists: there may be a million files in one. */
const IMAGE_FOLDERS = new Set(["images", "imgs", "img", "photos", "pictures", "jpegimages"]);

/** Beyond this a folder holds classes, not lists. */
const MOST_FOLDERS = 64;
const DEEPEST = 3;

/**
 * Looks for lists at the top of a folder, then one level deeper, and so on: those nearest to the top are the dataset's.
 *
 * @returns null when there are none
 */
export async function findLists(root: DataFolder): Promise<FoundLists | null> {
  const passedOver: string[] = [];
  let level: { readonly path: string; readonly folder: DataFolder }[] = [{ path: "", folder: root }];
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth += 1) {
    const lists: { readonly format: ListFormat; readonly list: ListFile }[] = [];
    const next: typeof level = [];
    for (const { path, folder } of level.slice(0, MOST_FOLDERS)) {
      // What cannot be listed is told by whoever reads the folder.
      const { files, folders } = await folder.list().catch(() => ({ files: [], folders: [] }));
      for (const file of files) {
        const list = { file, folder: path };
        const format = formatOf(file.name);
        if (format === null) continue;
        if (splitOfFile(file.name, "") in NAMED_SPLITS || (await isListed(format, file))) lists.push({ format, list });
        else passedOver.push(placeOf(list));
      }
      for (const { name, folder: inner } of folders) {
        if (!IMAGE_FOLDERS.has(name.toLowerCase()))
          next.push({ path: path === "" ? name : `${path}/${name}`, folder: inner });
      }
    }
    if (lists.length > 0) return oneFormat(lists, passedOver);
    level = next;
  }
  return null;
}

/** Files that a person points at are lists of theirs, whatever is in them. */
export function listsAmong(files: readonly DataFile[]): FoundLists | null {
  const lists = files.flatMap((file) => {
    const format = formatOf(file.name);
    return format === null ? [] : [{ format, list: { file, folder: "" } }];
  });
  return lists.length === 0 ? null : oneFormat(lists, []);
}

/** A file is called after its split however it begins: an empty `train.json` is a damaged list. */
const NAMED_SPLITS: Readonly<Record<string, true>> = { train: true, val: true, test: true };

/** Of several formats the one whose files are called after splits, else the first that is known. */
function oneFormat(
  lists: readonly { readonly format: ListFormat; readonly list: ListFile }[],
  passedOver: readonly string[],
): FoundLists | null {
  const present = FORMATS.filter((format) => lists.some((found) => found.format === format));
  const named = present.find((format) =>
    lists.some(({ format: own, list }) => own === format && splitOfFile(list.file.name, list.folder) in NAMED_SPLITS),
  );
  const format = named ?? present[0];
  if (format === undefined) return null;
  const others = lists.filter((found) => found.format !== format).map(({ list }) => placeOf(list));
  return {
    format,
    lists: lists.filter((found) => found.format === format).map(({ list }) => list),
    passedOver: [...passedOver, ...others],
  };
}

function formatOf(name: string): ListFormat | null {
  return FORMATS.find(({ pattern }) => pattern.test(name)) ?? null;
}

/** What cannot be read is a list, so that it is told. */
async function isListed({ isList }: ListFormat, file: DataFile): Promise<boolean> {
  return isList(file).catch(() => true);
}

async function beginningOf(file: DataFile): Promise<string> {
  const chunks = textOf(file);
  const [beginning] = await peeked(chunks);
  await chunks.return(undefined);
  return beginning;
}
