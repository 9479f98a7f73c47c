import { readFileSync } from "node:fs";
import {
  BERT_EFFICIENCY,
  ERA_EFFICIENCY,
  HOST_SECONDS_PER_KERNEL,
  PACE_SHARPNESS,
  TIME_ERROR_HIGH,
  TIME_ERROR_LOW,
} from "../../lib/catalogue/kernel-efficiencies";
import { compareTimes, type TimeComparisons } from "../../scripts/accuracy/time/comparisons";
import { TIME_FORMULAS } from "../../scripts/accuracy/time/formulas";
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
    expect(PACE_SHARPNESS).toBeCloseTo(compared.pace.sharpness, 1);
    expect(HOST_SECONDS_PER_KERNEL.high).toBeCloseTo(compared.pace.hostSecondsPerKernel, 6);
    expect(TIME_ERROR_LOW).toBeCloseTo(report.interval.fittedLow, 2);
    expect(TIME_ERROR_HIGH).toBeCloseTo(report.interval.fittedHigh, 2);
  });

  test("beats every formula in use in every group of up to 64 cards", () => {
    const groups = [
      "H100, steps by the clock",
      "timm training",
      "Lambda BERT, one card left out",
      "published, up to 64 GPUs",
    ];
    for (const group of groups) {
      const errors = report.formulas[group];
      for (const formula of TIME_FORMULAS) expect(errors?.Headroom.median).toBeLessThan(errors?.[formula].median ?? 0);
    }
  });

  test("compares the published runs whose text tower is BERT", () => {
    const published = compared.comparisons.filter(({ group }) => group === "published, up to 64 GPUs");
    expect(published.filter(({ id }) => id.startsWith("cnclip"))).toHaveLength(6);
    expect(published).toHaveLength(11);
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
    "H100, steps by the clock, all",
    "H100, steps by the clock, check",
    "timm training, all",
    "Lambda BERT, one card left out, all",
    "published, up to 64 GPUs, all",
  ];
  const groups = Object.fromEntries(names.map((name) => [name, { ...summary, median: 0.1, mean: 0.09 }]));
  const interval = { low: 0.8, high: 1.2, fittedLow: 0.8, fittedHigh: 1.2, fitCoverage: 0.8, checkCoverage: 0.8 };
  expect(brokenTimeLimits({ groups, interval })).toEqual([]);
  const worse = { ...groups, "timm training, all": summary };
  expect(brokenTimeLimits({ groups: worse, interval: { ...interval, checkCoverage: 0.5 } })).toEqual([
    "timm training, all: mean 0.3 is above 0.1",
    "the 80 % interval holds 0.5 of the check rows",
  ]);
});
