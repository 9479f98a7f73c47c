import { compareChapter, predictPublishedCurves } from "./comparison";
import { publishedCurves, readPublishedRows, zeroShotAccuracies } from "./published-curves";
import { type DataReport, dataReport } from "./report";

/** Figures of the learning-curve estimator as last committed. */
export const COMMITTED_DATA_FIGURES = "truth/accuracy-data.json";

/** The whole report from the published curves in this repository. */
export function publishedDataReport(): DataReport {
  const rows = readPublishedRows();
  const curves = publishedCurves(rows);
  const predictions = predictPublishedCurves({ curves, zeroShot: zeroShotAccuracies(rows) });
  return dataReport(predictions, compareChapter(curves));
}
