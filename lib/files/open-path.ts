import { stat } from "node:fs/promises";
import path from "node:path";
import type { FindImage } from "../datasets/data-file";
import { type Dataset, NoDatasetError, openDataset } from "../datasets/open-dataset";
import { isAbsent, reasonOf } from "../datasets/read-error";
import { diskFile, diskFolder } from "./disk";

/**
 * A dataset at a path of this machine.
 *
 * @param imageFolder  where image names are looked up; null: in `images` beside the list, beside it, and the same at the
 *   top of the dataset
 * @throws {NoDatasetError} when there is none that can be read
 */
export async function openPath(target: string, imageFolder: string | null): Promise<Dataset> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(target)).isDirectory();
  } catch (cause) {
    const reason = isAbsent(cause) ? "there is no such file or folder" : reasonOf(cause);
    throw new NoDatasetError(`${target} cannot be read: ${reason}`, { cause });
  }
  const root = isFolder ? target : path.dirname(target);
  const findImage: FindImage = (name, folder) => {
    const beside = path.join(root, folder);
    const folders =
      imageFolder === null ? [path.join(beside, "images"), beside, path.join(root, "images"), root] : [imageFolder];
    return [...new Set(folders.map((place) => path.resolve(place, name)))].map(diskFile);
  };
  return isFolder
    ? openDataset({ name: target, files: [], folder: diskFolder(target), findImage })
    : openDataset({ name: target, files: [diskFile(target)], folder: null, findImage });
}
