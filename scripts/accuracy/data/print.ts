import { textTable } from "../../../lib/cli/text-table";
import type { BandedErrors, DataReport, PredictionErrors } from "./report";

/** The report as text tables. Errors are in points of accuracy. */
export function printDataReport(report: DataReport): string {
  const { curveCount, datasetCount, toSixteen, byDistance, forms, chapter } = report;
  const errors = ["pilot", ">n", ">mean", ">median", ">p90", ">bias", ">within 2x"];
  const bands = [...errors, ">in 80 %", ">in 90 %", ">width 80", ">width 90"];
  return [
    `${curveCount} curves of ${datasetCount} datasets, each with constants from the other datasets; errors in points`,
    `To 16 shots per class\n${textTable(bands, [
      ["1, 2, 4, 8 shots", ...bandCells(toSixteen[4])],
      ["1, 2, 4 shots", ...bandCells(toSixteen[3])],
    ])}`,
    `By pilot sizes and doublings ahead\n${textTable(
      bands,
      Object.entries(byDistance).map(([distance, found]) => [distance.replace(",", " sizes, "), ...bandCells(found)]),
    )}`,
    `The same curves to 16 shots by other forms\n${textTable(
      ["form", ...errors],
      Object.entries(forms).flatMap(([form, found]) => [
        [form, "1, 2, 4, 8", ...errorCells(found[4])],
        [form, "1, 2, 4", ...errorCells(found[3])],
      ]),
    )}`,
    `Training images that the chapter's rule asks for, over those that each curve needed\n${textTable(
      ["domain shift", ">n", ">median", ">within 2x"],
      Object.entries(chapter).map(([shift, { count, medianRatio, needsWithinTwice }]) => [
        shift,
        String(count),
        medianRatio.toFixed(2),
        percent(needsWithinTwice),
      ]),
    )}`,
  ].join("\n\n");
}

function errorCells({ count, meanError, medianError, p90Error, bias, needsWithinTwice }: PredictionErrors): string[] {
  return [
    String(count),
    points(meanError),
    points(medianError),
    points(p90Error),
    `${bias > 0 ? "+" : ""}${points(bias)}`,
    percent(needsWithinTwice),
  ];
}

function bandCells(found: BandedErrors): string[] {
  return [
    ...errorCells(found),
    percent(found.coverage80),
    percent(found.coverage90),
    points(found.widths.q80),
    points(found.widths.q90),
  ];
}

function points(fraction: number): string {
  return (fraction * 100).toFixed(2);
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
