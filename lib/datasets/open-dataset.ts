import type { DataFile, DataFolder, FindImage } from "./data-file";
import type { DatasetFormat } from "./dataset-report";
import { readDelimitedDataset } from "./delimited-reader";
import type { Found } from "./entry";
import { readImageFolder } from "./folder-reader";
import { readJsonDataset } from "./json-reader";
import { readParquetDataset } from "./parquet-reader";
import { readTarDataset } from "./tar-reader";

/** What holds no dataset that can be read, with the way out. */
export class NoDatasetError extends Error {
  override readonly name = "NoDatasetError";
}

/** What was pointed at. */
export interface DatasetSource {
  /** As the person knows it. */
  readonly name: string;
  readonly files: readonly DataFile[];
  /** The files at its top are looked at too; null for files alone. */
  readonly folder: DataFolder | null;
  /** Null where a list came without its images: they are then not looked at. */
  readonly findImage: FindImage | null;
}

/** A dataset that is about to be read. */
export interface Dataset {
  readonly format: DatasetFormat;
  readonly sources: readonly AsyncIterable<Found>[];
  readonly findImage: FindImage | null;
}

const FORMATS = [
  { format: "json", pattern: /\.json$/i, read: readJsonDataset },
  { format: "csv", pattern: /\.(?:csv|tsv)$/i, read: readDelimitedDataset },
  { format: "parquet", pattern: /\.parquet$/i, read: readParquetDataset },
  { format: "webdataset", pattern: /\.(?:tar|tgz|tar\.gz)$/i, read: readTarDataset },
] as const;

/** @throws {NoDatasetError} when nothing of it is known */
export async function openDataset({ name, files, folder, findImage }: DatasetSource): Promise<Dataset> {
  const all = [...files, ...((await folder?.list())?.files ?? [])];
  for (const { format, pattern, read } of FORMATS) {
    const matching = all.filter((file) => pattern.test(file.name));
    if (matching.length > 0) return { format, sources: matching.map(read), findImage };
  }
  if (folder !== null) return { format: "folder", sources: [readImageFolder(folder)], findImage };
  throw new NoDatasetError(`${name} is no dataset that is known: give .json, .csv, .tsv, .parquet, .tar or a folder`);
}
