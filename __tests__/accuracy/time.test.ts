import { readFileSync } from "node:fs";
import {
  BERT_EFFICIENCY,
  ERA_EFFICIENCY,
  TIME_ERROR_HIGH,
  TIME_ERROR_LOW,
} from "../../lib/catalogue/kernel-efficiencies";
import { compareTimes, type TimeComparisons } from "../../scripts/accuracy/time/comparisons";
import { brokenTimeLimits, COMMITTED_TIME_FIGURES, timeRegressions } from "../../scripts/accuracy/time/time-gates";
import { type TimeReport, timeReport } from "../../scripts/accuracy/time/time-report";

describe("the time estimate, against measured and published times", () => {
  let compared: TimeComparisons;
  let report: TimeReport;

  beforeAll(() => {
    compared = compareTimes();
    report = timeReport(compared);
  }, 40_000);

  test("keeps its limits, and its 80 % interval holds 72 to 88 % of the rows that nothing was fitted on", () => {
    expect(brokenTimeLimits(report)).toEqual([]);
  });

  test("is nowhere worse than the committed figures", () => {
    // Written by this repository's own report; the fields read are checked by comparing them.
    const committed: TimeReport = JSON.parse(readFileSync(COMMITTED_TIME_FIGURES, "utf8"));
    expect(timeRegressions(report, committed)).toEqual([]);
  });

  test("uses the constants that the fit rows give", () => {
    const { eager, bert } = compared.fittedEras;
    expect(ERA_EFFICIENCY.eager).toBeCloseTo(eager, 2);
    expect(BERT_EFFICIENCY).toBeCloseTo(bert, 2);
    expect(TIME_ERROR_LOW).toBeCloseTo(report.interval.fittedLow, 2);
    expect(TIME_ERROR_HIGH).toBeCloseTo(report.interval.fittedHigh, 2);
  });

  test("beats one utilization for all and the chapter's formula in every group of one machine", () => {
    for (const group of ["H100, steps by the clock", "timm training", "Lambda BERT, one card left out"]) {
      const formulas = report.formulas[group];
      expect(formulas?.Headroom.median).toBeLessThan(formulas?.["one utilization"].median ?? 0);
      expect(formulas?.Headroom.median).toBeLessThan(formulas?.chapter.median ?? 0);
    }
  });

  test("compares every step measured on the H100", () => {
    expect(compared.comparisons.filter(({ group }) => group === "H100, steps by the clock")).toHaveLength(116);
  });
});

test("a figure above its limit is named, and so is an interval that holds too few rows", () => {
  const summary = { count: 5, median: 0.3, mean: 0.3, p90: 0.3, p95: 0.3, worst: 0.3, bias: 0, coverage: 1 };
  const names = [
    "H100, card at work, all",
    "H100, card at work, check",
    "timm training, all",
    "Lambda BERT, one card left out, all",
    "published, up to 64 GPUs, all",
  ];
  const groups = Object.fromEntries(names.map((name) => [name, { ...summary, median: 0.1, mean: 0.1 }]));
  const interval = { low: 0.8, high: 1.2, fittedLow: 0.8, fittedHigh: 1.2, fitCoverage: 0.8, checkCoverage: 0.8 };
  expect(brokenTimeLimits({ groups, interval })).toEqual([]);
  const worse = { ...groups, "timm training, all": summary };
  expect(brokenTimeLimits({ groups: worse, interval: { ...interval, checkCoverage: 0.5 } })).toEqual([
    "timm training, all: mean 0.3 is above 0.1",
    "the 80 % interval holds 0.5 of the check rows",
  ]);
});
