/** How near the estimates are to what was measured and published: `npm run accuracy -- memory`. See docs/accuracy.md. */

import { writeFileSync } from "node:fs";
import { MODEL_VERSION } from "../lib/estimate/model-version";
import { calibratedCardReport, printCalibratedCard } from "./accuracy/calibrated-card";
import { compareRows } from "./accuracy/comparison";
import { COMMITTED_DATA_FIGURES, publishedDataReport } from "./accuracy/data/data-report";
import { brokenDataLimits } from "./accuracy/data/gates";
import { printDataReport } from "./accuracy/data/print";
import { brokenLimits } from "./accuracy/gates";
import { largestBatchChanges, printLargestBatchChanges } from "./accuracy/largest-batch";
import { compareModels, modelDifferences, worstFlopsError } from "./accuracy/model-counts";
import {
  brokenRuntimeLimits,
  compareRuntimeRow,
  printRuntime,
  RUNTIME_TRUTH,
  readRuntimeRows,
} from "./accuracy/onnxruntime";
import { brokenSecondsLimits, printSeconds, readSecondsRows, secondsReport } from "./accuracy/onnxruntime-seconds";
import { type AccuracyOptions, keepsRow, parseOptions, USAGE } from "./accuracy/options";
import { printReport, printWorst } from "./accuracy/print";
import { accuracyReport } from "./accuracy/report";
import { brokenSearchLimits, compareSearches, printSearches } from "./accuracy/search/search-report";
import { compareTimes } from "./accuracy/time/comparisons";
import { brokenTimeLimits, COMMITTED_TIME_FIGURES } from "./accuracy/time/time-gates";
import { printLargeRuns, printTimeReport, printWorstTimes } from "./accuracy/time/time-print";
import { timeReport } from "./accuracy/time/time-report";
import { COMMITTED_FIGURES, readTruth, TRUTH_FILES } from "./accuracy/truth-files";

const EXIT_LIMIT_BROKEN = 1;
const EXIT_BAD_INPUT = 64;

function main(args: readonly string[]): number {
  let options: AccuracyOptions;
  try {
    options = parseOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return EXIT_BAD_INPUT;
  }
  switch (options.subject) {
    case "memory":
      return reportMemory(options);
    case "models":
      return reportModels();
    case "data":
      return reportData(options);
    case "search":
      return reportSearch();
    case "onnxruntime":
      return reportOnnxRuntime(options);
    case "time":
      return reportTime(options);
  }
}

function reportOnnxRuntime({ file }: AccuracyOptions): number {
  const comparisons = readRuntimeRows(file === null ? RUNTIME_TRUTH : [file]).map(compareRuntimeRow);
  const seconds = secondsReport(readSecondsRows());
  const broken = [...brokenRuntimeLimits(comparisons), ...brokenSecondsLimits(seconds)];
  const verdict = broken.length === 0 ? "Every limit is kept." : ["Limits broken:", ...broken].join("\n");
  const parts = [
    printRuntime(comparisons),
    printSeconds(seconds),
    printCalibratedCard(calibratedCardReport()),
    verdict,
  ];
  process.stdout.write(`${parts.join("\n\n")}\n`);
  return broken.length === 0 ? 0 : EXIT_LIMIT_BROKEN;
}

function reportTime(options: AccuracyOptions): number {
  const compared = compareTimes();
  const report = timeReport(compared);
  const broken = brokenTimeLimits(report);
  if (options.commit) writeFileSync(COMMITTED_TIME_FIGURES, toJson({ modelVersion: MODEL_VERSION, ...report }));
  if (options.json) {
    process.stdout.write(toJson({ modelVersion: MODEL_VERSION, ...report, broken }));
  } else {
    const parts = [printTimeReport(report), printLargeRuns(compared.comparisons)];
    if (options.worstCount > 0) parts.push(printWorstTimes(compared.comparisons, options.worstCount));
    parts.push(broken.length === 0 ? "Every limit is kept." : ["Limits broken:", ...broken].join("\n"));
    process.stdout.write(`${parts.join("\n\n")}\n`);
  }
  return broken.length === 0 ? 0 : EXIT_LIMIT_BROKEN;
}

function reportSearch(): number {
  const comparisons = compareSearches();
  const broken = brokenSearchLimits(comparisons);
  const verdict = broken.length === 0 ? "Every limit is kept." : ["Limits broken:", ...broken].join("\n");
  process.stdout.write(`${printSearches(comparisons)}\n${verdict}\n`);
  return broken.length === 0 ? 0 : EXIT_LIMIT_BROKEN;
}

function reportData(options: AccuracyOptions): number {
  const report = publishedDataReport();
  const broken = brokenDataLimits(report);
  if (options.commit) writeFileSync(COMMITTED_DATA_FIGURES, toJson(report));
  if (options.json) {
    process.stdout.write(toJson({ ...report, broken }));
  } else {
    const verdict = broken.length === 0 ? "Every limit is kept." : ["Limits broken:", ...broken].join("\n");
    process.stdout.write(`${printDataReport(report)}\n\n${verdict}\n`);
  }
  return broken.length === 0 ? 0 : EXIT_LIMIT_BROKEN;
}

function reportModels(): number {
  const { comparisons, failures } = compareModels();
  const differences = [...failures, ...comparisons.flatMap(modelDifferences)];
  const worst = (worstFlopsError(comparisons) * 100).toFixed(3);
  const lines = [`${comparisons.length} models; FLOPs of a forward pass differ by at most ${worst} %`, ...differences];
  process.stdout.write(`${lines.join("\n")}\n`);
  return differences.length === 0 ? 0 : EXIT_LIMIT_BROKEN;
}

function reportMemory(options: AccuracyOptions): number {
  const rows = readTruth(options.file === null ? TRUTH_FILES : [options.file]).filter((row) => keepsRow(options, row));
  if (rows.length === 0) {
    process.stderr.write("No row has all the values asked for.\n");
    return EXIT_BAD_INPUT;
  }
  const { comparisons, failures } = compareRows(rows);
  const report = accuracyReport(comparisons);
  const broken = [...failures, ...brokenLimits(report)];
  if (options.commit) {
    writeFileSync(COMMITTED_FIGURES, toJson({ modelVersion: MODEL_VERSION, ...report }));
  }
  if (options.json) {
    process.stdout.write(toJson({ modelVersion: MODEL_VERSION, ...report, broken }));
  } else {
    const parts = [printReport(report)];
    if (options.worstCount > 0) parts.push(printWorst(comparisons, options.worstCount));
    if (options.file === null) parts.push(printLargestBatchChanges(largestBatchChanges()));
    parts.push(broken.length === 0 ? "Every limit is kept." : ["Limits broken:", ...broken].join("\n"));
    process.stdout.write(`${parts.join("\n\n")}\n`);
  }
  return broken.length === 0 ? 0 : EXIT_LIMIT_BROKEN;
}

/** Ten-millionths are below anything a figure says, and keep the file's changes readable. */
function toJson(value: object): string {
  const round = (_key: string, item: unknown) => (typeof item === "number" ? Math.round(item * 1e7) / 1e7 : item);
  return `${JSON.stringify(value, round, 2)}\n`;
}

process.exitCode = main(process.argv.slice(2));
