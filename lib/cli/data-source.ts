import { ProblemError } from "../api/problem";
import type { DatasetReport } from "../datasets/dataset-report";
import { inspectDataset } from "../datasets/inspect-dataset";
import { NoDatasetError } from "../datasets/open-dataset";
import { randomNumbers } from "../estimate/search/random-numbers";
import { openPath } from "../files/open-path";
import { formatCount } from "../format";
import type { Console } from "./console";

/** Enough for a mean size that is right to a few percent. */
const MOST_IMAGES = 2000;
const CONTEXT_LENGTH = 77;

/**
 * Fields of a plan that a dataset settles. What was taken, and what is wrong with the dataset, is told on standard error.
 *
 * @throws {ProblemError} when there is no dataset that can be read
 */
export async function planFieldsOf(target: string, console: Console): Promise<DatasetReport["plan"]> {
  let report: DatasetReport;
  try {
    report = await inspectDataset(await openPath(console.resolve(target), null), {
      mostImages: MOST_IMAGES,
      contextLength: CONTEXT_LENGTH,
      // The tables of the encoding take a while to load.
      loadTokenCounter: async () => (await import("../datasets/caption-tokens")).clipTokenCounter(),
      random: randomNumbers(1),
      onFault: () => {},
      onProgress: () => {},
    });
  } catch (error) {
    if (!(error instanceof NoDatasetError)) throw error;
    const message = `--data ${error.message}`;
    throw ProblemError.invalid([{ path: "--data", code: "unreadable_dataset", message, received: target }]);
  }
  const taken = Object.entries(report.plan).map(([field, value]) => `${field} ${value}`);
  const faultCount = Object.values(report.faults).reduce((sum, { count }) => sum + count, 0);
  const lines = [
    `${target} holds ${formatCount(report.entryCount)} entries; ${taken.length === 0 ? "nothing of a plan follows" : `taken: ${taken.join(", ")}`}`,
    ...report.findings,
    ...(faultCount === 0 ? [] : [`${formatCount(faultCount)} faults; headroom inspect ${target} lists them`]),
  ];
  await console.error(lines.map((line) => `headroom: ${line}\n`).join(""));
  return report.plan;
}
