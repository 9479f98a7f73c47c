import type { Fault, FaultCode } from "./entry";

/** What a dataset holds. */
export interface DatasetReport {
  readonly schemaVersion: 1;
  readonly format: DatasetFormat;
  readonly entryCount: number;
  readonly splits: readonly { readonly name: string; readonly count: number }[];
  /** Null where entries have no labels. */
  readonly classes: ClassReport | null;
  readonly captions: CaptionReport;
  readonly images: ImageReport;
  /** Every fault is counted; the first of each kind are listed, all of them with `--faults`. */
  readonly faults: Readonly<Partial<Record<FaultCode, { readonly count: number; readonly first: readonly Fault[] }>>>;
  /** Fields of a plan that the dataset settles, all measured. */
  readonly plan: PlanFields;
  readonly findings: readonly string[];
}

export type DatasetFormat = "json" | "csv" | "folder" | "webdataset" | "parquet";

export interface ClassReport {
  readonly count: number;
  /** Entries without a label, where others have one. */
  readonly unlabelled: number;
  readonly largest: ClassCount;
  readonly smallest: ClassCount;
  /** Largest over smallest, in the training split where there is one. */
  readonly imbalance: number;
  /** Most first, at most a hundred. */
  readonly byCount: readonly ClassCount[];
  /** Classes that a split lacks, by split. */
  readonly missingIn: Readonly<Record<string, number>>;
}

export interface ClassCount {
  readonly name: string;
  readonly count: number;
}

export interface CaptionReport {
  /** Entries that have one or more. */
  readonly given: number;
  readonly missing: number;
  /** Captions of these and the next: an entry may have several. */
  readonly empty: number;
  /** More tokens than the model reads, start and end included. */
  readonly tooLong: number;
  readonly contextLength: number;
  readonly longestTokens: number;
  readonly meanTokens: number | null;
}

export interface ImageReport {
  readonly named: number;
  /** Opened and read; the rest were not looked at. */
  readonly checked: number;
  readonly unreadable: number;
  readonly missing: number;
  /** Null before any image could be read. */
  readonly meanBytes: number | null;
  readonly smallestSide: number | null;
  readonly medianSide: number | null;
  readonly largestSide: number | null;
}

export interface PlanFields {
  readonly trainSampleCount?: number;
  readonly validationSampleCount?: number;
  readonly classCount?: number;
  readonly averageImageBytes?: number;
}
