import { readFileSync } from "node:fs";
import { type Comparison, compareRows } from "../../scripts/accuracy/comparison";
import { brokenLimits, regressions } from "../../scripts/accuracy/gates";
import { type AccuracyReport, accuracyReport } from "../../scripts/accuracy/report";
import { COMMITTED_FIGURES, readTruth } from "../../scripts/accuracy/truth-files";

describe("the memory estimate, against every row of the measured truth", () => {
  let comparisons: readonly Comparison[] = [];
  let failures: readonly string[] = [];
  let report: AccuracyReport;

  beforeAll(() => {
    ({ comparisons, failures } = compareRows(readTruth()));
    report = accuracyReport(comparisons);
  }, 60_000);

  test("answers every plan that ran", () => {
    expect(failures).toEqual([]);
  });

  test("keeps the limits in every partition, and counts parameters, gradients and optimizer state exactly", () => {
    expect(brokenLimits(report)).toEqual([]);
  });

  test("is nowhere worse than the committed figures", () => {
    // Written by this repository's own report; the fields read are checked by comparing them.
    const committed: AccuracyReport = JSON.parse(readFileSync(COMMITTED_FIGURES, "utf8"));
    expect(committed.rowCount).toBe(report.rowCount);
    expect(regressions(report, committed)).toEqual([]);
  });

  test("counts a forward pass's FLOPs within half a percent of PyTorch's counter", () => {
    expect(report.quantities.forwardFlops?.worst).toBeLessThanOrEqual(0.005);
  });

  test("beats each formula in use by more than ten times at the median", () => {
    const own = report.quantities.allocatedPeakBytes?.median ?? Number.POSITIVE_INFINITY;
    for (const formula of Object.values(report.baselines)) expect(formula.median).toBeGreaterThan(10 * own);
  });
});
