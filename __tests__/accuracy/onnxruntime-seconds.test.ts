import { readKernelRows } from "../../scripts/accuracy/onnxruntime-kernels";
import {
  brokenSecondsLimits,
  CALIBRATED_ON,
  readSecondsRows,
  resolved,
  secondsReport,
} from "../../scripts/accuracy/onnxruntime-seconds";

const rows = readSecondsRows();
const report = secondsReport(rows);

test("after calibrating on two small configurations the seconds of the others are within the limits", () => {
  expect(resolved(report).length).toBeGreaterThanOrEqual(24);
  expect(brokenSecondsLimits(report)).toEqual([]);
});

test("what was timed kernel by kernel to fit the constants is not among the steps they are checked on", () => {
  const fitted = new Set(readKernelRows().map(({ configuration }) => `${configuration}-fp32`));
  const both = report.comparisons.filter(({ row }) => fitted.has(row.key));
  expect(both.map(({ row }) => row.key)).toEqual([]);
  expect(fitted).toEqual(new Set([...fitted, ...CALIBRATED_ON]));
});

test("a prediction that is far off breaks the limits", () => {
  const slow = report.comparisons.map((comparison) => ({ ...comparison, error: 0.5 }));
  expect(brokenSecondsLimits({ ...report, comparisons: slow })).toHaveLength(2);
});
