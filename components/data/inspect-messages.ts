/** What the page and the worker that reads a dataset say to each other. */

import type { DatasetReport } from "@/lib/datasets/dataset-report";
import type { HandedFile } from "./browser-files";

export interface InspectRequest {
  readonly handed: readonly HandedFile[];
}

export interface InspectProgress {
  readonly kind: "progress";
  readonly entryCount: number;
  readonly readBytes: number;
}

export type InspectNews =
  | InspectProgress
  | { readonly kind: "report"; readonly name: string; readonly report: DatasetReport }
  /** There is no dataset in it that is known. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };
