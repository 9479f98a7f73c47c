import { type DataFile, type DataFolder, type FindImage, placeOf } from "./data-file";
import type { DatasetFormat } from "./dataset-report";
import type { Found } from "./entry";
import { findLists, listsAmong } from "./find-lists";
import { readImageFolder } from "./folder-reader";
import { guarded } from "./guarded";
import { isImageName } from "./image-check";

/** What holds no dataset that can be read, with the way out. */
export class NoDatasetError extends Error {
  override readonly name = "NoDatasetError";
}

/** What was pointed at. */
export interface DatasetSource {
  /** As the person knows it. */
  readonly name: string;
  readonly files: readonly DataFile[];
  /** Searched for lists, then for images; null for files alone. */
  readonly folder: DataFolder | null;
  /** Null where a list came without its images: they are then not looked at. */
  readonly findImage: FindImage | null;
}

/** A dataset that is about to be read. */
export interface Dataset {
  readonly name: string;
  readonly format: DatasetFormat;
  readonly sources: readonly AsyncIterable<Found>[];
  readonly findImage: FindImage | null;
  /** Files that might be lists and are not read. */
  readonly passedOver: readonly string[];
}

/** @throws {NoDatasetError} when nothing of it is known */
export async function openDataset({ name, files, folder, findImage }: DatasetSource): Promise<Dataset> {
  const found = listsAmong(files) ?? (folder === null ? null : await findLists(folder));
  if (found !== null) {
    const sources = found.lists.map((list) => guarded(placeOf(list), found.format.read(list)));
    return { name, format: found.format.format, sources, findImage, passedOver: found.passedOver };
  }
  // A single image is no dataset.
  const isLoose = files.filter((file) => isImageName(file.name)).length > 1;
  const images = folder ?? (isLoose ? looseFolder(files) : null);
  if (images !== null) {
    return { name, format: "folder", sources: [guarded(name, readImageFolder(images))], findImage, passedOver: [] };
  }
  throw new NoDatasetError(`${name} is no dataset that is known: ${KNOWN_FORMATS}`);
}

function looseFolder(files: readonly DataFile[]): DataFolder {
  return { list: async () => ({ files, folders: [] }) };
}

export const KNOWN_FORMATS =
  "give .json, .jsonl, .csv, .tsv (also with .gz), .parquet, .tar, .tar.gz, or a folder of them or of images";
