import { stat } from "node:fs/promises";
import path from "node:path";
import type { FindImage } from "../datasets/data-file";
import { type Dataset, NoDatasetError, openDataset } from "../datasets/open-dataset";
import { isAbsent, reasonOf } from "../datasets/read-error";
import { diskFile, diskFolder } from "./disk";

/**
 * A dataset at a path of this machine.
 *
 * @param imageFolder  where image names are looked up; null: `images` beside the file where there is one, else beside it
 * @throws {NoDatasetError} when there is none that can be read
 */
export async function openPath(target: string, imageFolder: string | null): Promise<Dataset> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(target)).isDirectory();
  } catch (cause) {
    throw new NoDatasetError(`${target} cannot be read: ${reasonOf(cause)}`, { cause });
  }
  const images = imageFolder ?? (await imagesBeside(isFolder ? target : path.dirname(target)));
  const findImage: FindImage = (name) => diskFile(path.resolve(images, name));
  return isFolder
    ? openDataset({ name: target, files: [], folder: diskFolder(target), findImage })
    : openDataset({ name: target, files: [diskFile(target)], folder: null, findImage });
}

async function imagesBeside(folder: string): Promise<string> {
  const images = path.join(folder, "images");
  const found = await stat(images).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  return found?.isDirectory() === true ? images : folder;
}
