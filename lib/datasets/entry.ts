/** What every format of dataset is read into. */

import type { DataFile, FileEnds } from "./data-file";

/** One image with what is said about it. */
export interface Entry {
  /** Such as "train"; the name of the file or folder where that is no known split. */
  readonly split: string;
  /** Null where the format or the entry has none. */
  readonly label: string | null;
  /** Empty where there is none; a loader may then write its own. Several describe the same image. */
  readonly captions: readonly string[];
  readonly image: ImageSource | null;
  /** Such as `train.json, entry 17`. */
  readonly where: string;
}

export type ImageSource =
  | { readonly kind: "file"; readonly file: DataFile }
  /** As a list in `folder` calls it; where it lies is another question. */
  | { readonly kind: "named"; readonly name: string; readonly folder: string }
  | { readonly kind: "bytes"; readonly ends: FileEnds };

/** One thing that could not be read, or that a training would trip over. */
export interface Fault {
  readonly where: string;
  readonly code: FaultCode;
  readonly message: string;
}

export type FaultCode =
  | "unreadable_entry"
  | "unreadable_file"
  | "cut_off"
  | "missing_field"
  | "unusable_field"
  | "not_utf8"
  | "missing_image"
  | "unreadable_image"
  | "empty_caption"
  | "long_caption";

export type Found =
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "fault"; readonly fault: Fault }
  /** A file among images that is none. */
  | { readonly kind: "other_file"; readonly name: string };

export function entryFound(entry: Entry): Found {
  return { kind: "entry", entry };
}

export function faultFound(where: string, code: FaultCode, message: string): Found {
  return { kind: "fault", fault: { where, code, message } };
}
