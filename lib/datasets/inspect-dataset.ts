import type { CountTokens } from "./caption-tokens";
import type { FindImage } from "./data-file";
import type { DatasetReport } from "./dataset-report";
import type { Fault, ImageSource } from "./entry";
import { checkImage } from "./image-check";
import { type Dataset, KNOWN_FORMATS, NoDatasetError } from "./open-dataset";
import { Tally } from "./tally";

export interface InspectOptions {
  /** Image files to open at most, chosen evenly by chance. Images inside a tar or Parquet are all looked at. */
  readonly mostImages: number;
  readonly contextLength: number;
  /** Asked for at the first caption: the tables of an encoding are large, and many datasets have no captions. */
  readonly loadTokenCounter: () => Promise<CountTokens>;
  /** Evenly spread over 0..1; decides which images are opened. */
  readonly random: () => number;
  /** Told of every fault, listed in the report or not; awaited. */
  readonly onFault: (fault: Fault) => Promise<void> | void;
  /** Told of the entries read so far, now and then. */
  readonly onProgress: (entryCount: number) => Promise<void> | void;
}

const PROGRESS_EVERY = 20_000;

/**
 * Reads a dataset once, front to back, and says what it holds.
 *
 * @throws {NoDatasetError} when a folder turns out to hold neither lists nor images
 */
export async function inspectDataset(dataset: Dataset, options: InspectOptions): Promise<DatasetReport> {
  const { name, format, sources, findImage, passedOver } = dataset;
  const tally = new Tally(options.contextLength);
  const sample = new Reservoir(options.mostImages, options.random);
  let countTokens: CountTokens | null = null;
  let entryCount = 0;
  for (const source of sources) {
    for await (const found of source) {
      if (found.kind === "fault") tally.addFault(found.fault);
      else if (found.kind === "other_file") tally.addOtherFile(found.name);
      else {
        const { image, captions, where } = found.entry;
        if (captions.length > 0) countTokens ??= await options.loadTokenCounter();
        tally.addEntry(found.entry, countTokens);
        if (image?.kind === "bytes") await addImage(tally, image, where, findImage);
        else if (image !== null) sample.offer({ image, where });
        entryCount += 1;
        if (entryCount % PROGRESS_EVERY === 0) await options.onProgress(entryCount);
      }
      for (const fault of tally.takeFaults()) await options.onFault(fault);
    }
  }
  for (const { image, where } of sample.kept) {
    await addImage(tally, image, where, findImage);
    for (const fault of tally.takeFaults()) await options.onFault(fault);
  }
  if (format === "folder" && tally.isEmpty) {
    const others = tally.otherFiles();
    const held = others === "" ? "it is empty" : `it holds ${others}`;
    throw new NoDatasetError(`${name} holds no dataset that is known: ${held}; ${KNOWN_FORMATS}`);
  }
  return tally.report(format, passedOver);
}

async function addImage(tally: Tally, image: ImageSource, where: string, findImage: FindImage | null): Promise<void> {
  const check = await checkImage(image, where, findImage);
  if (check === null) return;
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
