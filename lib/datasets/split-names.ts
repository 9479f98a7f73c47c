/** Which part of a dataset the name of a file or folder means. */

const SPLITS: Readonly<Record<string, readonly string[]>> = {
  train: ["train", "training"],
  val: ["val", "valid", "validation", "dev"],
  test: ["test", "testing"],
};

/** What a dataset without splits counts under. */
export const NO_SPLIT = "all";

/** Names that say what a file is, not which part of the data it holds. */
const PLAIN_NAMES = new Set([
  "",
  "annotations",
  "captions",
  "data",
  "dataset",
  "images",
  "index",
  "labels",
  "list",
  "metadata",
  "part",
  "shard",
]);

/**
 * The split that a file means: `train-00000-of-00012.parquet`, `val2017.json`, `cc3m-train-0001.tar`, or any name in a
 * folder `validation`. Else its own name without the number of a shard, and "all" where that says nothing.
 *
 * @param folder  of the file, below the dataset
 */
export function splitOfFile(name: string, folder: string): string {
  const stem = name.toLowerCase().replace(/\.[a-z0-9.]+$/, "");
  const inName = stem.split(/[^a-z]+/).map(splitOfWord);
  const inFolder = folder.split("/").toReversed().map(splitOfFolder);
  const known = [...inName, ...inFolder].find((split) => split !== null);
  if (known !== undefined) return known;
  const own = stem.replace(/(?:[-_.]?\d+(?:-of-\d+)?)?$/, "").replace(/[-_.]+$/, "");
  return PLAIN_NAMES.has(own) ? NO_SPLIT : own;
}

/** @returns null for a folder that is no split: a class may be called `test tubes` or `trains` */
export function splitOfFolder(name: string): string | null {
  const [, word] = /^([a-z]+?)(?:[-_ ]?(?:set|split|images?|imgs?|data|\d+))*$/.exec(name.toLowerCase()) ?? [];
  return word === undefined ? null : splitOfWord(word);
}

function splitOfWord(word: string): string | null {
  return Object.keys(SPLITS).find((split) => SPLITS[split]?.includes(word)) ?? null;
}
