import { readFileSync } from "node:fs";
import path from "node:path";
import { parseTruth, type TruthRow } from "./truth-rows";

/** The measured truth in this repository. */
export const TRUTH_FILES = [
  "truth/memory-pytorch.csv",
  "truth/memory-pytorch-more.csv",
  "truth/memory-pytorch-later.csv",
] as const;

/** Figures of the estimator as last committed. */
export const COMMITTED_FIGURES = "truth/accuracy-memory.json";

/** Rows of the given files, which are named from the repository's root: npm and Jest both run there. */
export function readTruth(files: readonly string[] = TRUTH_FILES): TruthRow[] {
  return files.flatMap((file) => parseTruth(path.basename(file, ".csv"), readFileSync(file, "utf8")));
}
