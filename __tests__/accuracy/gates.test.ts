import { brokenLimits, regressions } from "../../scripts/accuracy/gates";
import type { AccuracyReport } from "../../scripts/accuracy/report";
import type { ErrorSummary } from "../../scripts/accuracy/statistics";

const never = { exceedingCount: 0, missed: 0, fittingCount: 0, falseAlarms: 0 };

function errors(median: number, p95: number, worst: number): ErrorSummary {
  return { count: 10, median, p90: p95, p95, worst, bias: 0 };
}

function reportOf(allocated: ErrorSummary, exactGradients = 10): AccuracyReport {
  return {
    rowCount: 10,
    quantities: { gradientBytes: { ...errors(0, 0, 0), exactCount: exactGradients } },
    partitions: { "strategy=lora": { allocatedPeakBytes: allocated } },
    outOfMemory: {
      allocated: never,
      reserved: never,
      chapter: never,
      accelerate: never,
      megatron: never,
      ruleOfThumb: never,
    },
    baselines: {},
  };
}

test("an estimate at its limits keeps them", () => {
  expect(brokenLimits(reportOf(errors(0.003, 0.015, 0.04)))).toEqual([]);
});

test("each figure above its limit is named with its partition", () => {
  const [first, second, ...rest] = brokenLimits(reportOf(errors(0.004, 0.015, 0.05)));
  expect(first).toBe("allocatedPeakBytes, strategy=lora: median 0.004 is above 0.003");
  expect(second).toBe("allocatedPeakBytes, strategy=lora: worst 0.05 is above 0.04");
  expect(rest).toEqual([]);
});

test("a count that is off on one row breaks the limits", () => {
  expect(brokenLimits(reportOf(errors(0, 0, 0), 9))).toEqual(["gradientBytes differs on 1 of 10 rows"]);
});

test("an estimate as good as the committed one, but for its last digits, is no regression", () => {
  expect(regressions(reportOf(errors(0.0010000001, 0.002, 0.003)), reportOf(errors(0.001, 0.002, 0.003)))).toEqual([]);
});

test("a figure above the committed one is a regression even within the limits", () => {
  expect(regressions(reportOf(errors(0.001, 0.0021, 0.003)), reportOf(errors(0.001, 0.002, 0.003)))).toEqual([
    "allocatedPeakBytes, strategy=lora: p95 0.0021 is above 0.002",
  ]);
});

test("a partition that is no longer compared is a regression", () => {
  const committed = reportOf(errors(0.001, 0.002, 0.003));
  expect(regressions({ ...committed, partitions: {} }, committed)).toEqual(["strategy=lora is no longer compared"]);
});
