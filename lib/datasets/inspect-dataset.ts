import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { clipTokenCounter } from "./caption-tokens";
import type { DatasetFormat, DatasetReport } from "./dataset-report";
import { readDelimitedDataset } from "./delimited-reader";
import type { Fault, Found, ImageSource } from "./entry";
import { readImageFolder } from "./folder-reader";
import { checkImage } from "./image-check";
import { readJsonDataset } from "./json-reader";
import { readParquetDataset } from "./parquet-reader";
import { isAbsent, reasonOf } from "./read-error";
import { Tally } from "./tally";
import { readTarDataset } from "./tar-reader";

export interface InspectOptions {
  /** Where image names are looked up; null: `images` beside the file where there is one, else beside it. */
  readonly imageFolder: string | null;
  /** Image files to open at most, chosen evenly by chance. Images inside a tar or Parquet are all looked at. */
  readonly mostImages: number;
  readonly contextLength: number;
  /** Evenly spread over 0..1; decides which images are opened. */
  readonly random: () => number;
  /** Told of every fault, listed in the report or not; awaited. */
  readonly onFault: (fault: Fault) => Promise<void> | void;
  /** Told of the entries read so far, now and then. */
  readonly onProgress: (entryCount: number) => Promise<void> | void;
}

/** A path that holds no dataset that can be read, with the way out. */
export class NoDatasetError extends Error {
  override readonly name = "NoDatasetError";
}

const PROGRESS_EVERY = 20_000;

/** Reads a dataset once, front to back, and says what it holds. */
export async function inspectDataset(target: string, options: InspectOptions): Promise<DatasetReport> {
  const { format, sources } = await openDataset(target, options.imageFolder);
  const tally = new Tally(clipTokenCounter(), options.contextLength);
  const sample = new Reservoir(options.mostImages, options.random);
  let entryCount = 0;
  for (const source of sources) {
    for await (const found of source) {
      if (found.kind === "fault") tally.addFault(found.fault);
      else {
        const { image, where } = found.entry;
        tally.addEntry(found.entry);
        if (image?.kind === "bytes") await addImage(tally, image, where);
        else if (image !== null) sample.offer({ image, where });
        entryCount += 1;
        if (entryCount % PROGRESS_EVERY === 0) await options.onProgress(entryCount);
      }
      for (const fault of tally.takeFaults()) await options.onFault(fault);
    }
  }
  for (const { image, where } of sample.kept) {
    await addImage(tally, image, where);
    for (const fault of tally.takeFaults()) await options.onFault(fault);
  }
  return tally.report(format);
}

async function addImage(tally: Tally, image: ImageSource, where: string): Promise<void> {
  const check = await checkImage(image, where);
  if (check.ok) tally.addImage(check.facts);
  else tally.addFault(check.fault);
}

interface Sampled {
  readonly image: ImageSource;
  readonly where: string;
}

/** Keeps a part of a stream of unknown length, each with the same chance. */
class Reservoir {
  readonly kept: Sampled[] = [];
  private offered = 0;

  constructor(
    private readonly size: number,
    private readonly random: () => number,
  ) {}

  offer(item: Sampled): void {
    this.offered += 1;
    if (this.kept.length < this.size) {
      this.kept.push(item);
      return;
    }
    const at = Math.floor(this.random() * this.offered);
    if (at < this.size) this.kept[at] = item;
  }
}

interface OpenDataset {
  readonly format: DatasetFormat;
  readonly sources: readonly AsyncIterable<Found>[];
}

const FORMATS = [
  { format: "json", pattern: /\.json$/i, read: readJsonDataset },
  { format: "csv", pattern: /\.(?:csv|tsv)$/i, read: readDelimitedDataset },
  { format: "parquet", pattern: /\.parquet$/i, read: readParquetDataset },
  { format: "webdataset", pattern: /\.(?:tar|tgz|tar\.gz)$/i, read: (file: string) => readTarDataset(file) },
] as const;

async function openDataset(target: string, imageFolder: string | null): Promise<OpenDataset> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(target)).isDirectory();
  } catch (cause) {
    throw new NoDatasetError(`${target} cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  }
  const files = isFolder ? (await readdir(target)).sort().map((name) => path.join(target, name)) : [target];
  for (const { format, pattern, read } of FORMATS) {
    const matching = files.filter((file) => pattern.test(file));
    if (matching.length === 0) continue;
    const images = imageFolder ?? (await imagesBeside(isFolder ? target : path.dirname(target)));
    return { format, sources: matching.map((file) => read(file, images)) };
  }
  if (isFolder) return { format: "folder", sources: [readImageFolder(target)] };
  throw new NoDatasetError(`${target} is no dataset that is known: give .json, .csv, .tsv, .parquet, .tar or a folder`);
}

async function imagesBeside(folder: string): Promise<string> {
  const images = path.join(folder, "images");
  const found = await stat(images).catch((error: unknown) => {
    if (isAbsent(error)) return null;
    throw error;
  });
  return found?.isDirectory() === true ? images : folder;
}
