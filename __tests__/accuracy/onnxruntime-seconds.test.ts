import { MODEL_ERROR } from "@/lib/engine/onnxruntime/fit-rates";
import { readRuntimeRows } from "../../scripts/accuracy/onnxruntime";
import { readKernelRows } from "../../scripts/accuracy/onnxruntime-kernels";
import {
  brokenSecondsLimits,
  CALIBRATED_ON,
  readSecondsRows,
  secondsReport,
} from "../../scripts/accuracy/onnxruntime-seconds";

const rows = readSecondsRows();
const report = secondsReport(rows);

test("after calibrating on two small configurations the seconds of all others are within the limits", () => {
  expect(brokenSecondsLimits(report)).toEqual([]);
});

test("of the predicted ranges of nine in ten, about nine in ten hold what was measured", () => {
  const count = (name: "withinCount" | "sessionCount") =>
    report.comparisons.reduce((total, comparison) => total + comparison[name], 0);
  expect(count("withinCount") / count("sessionCount")).toBeGreaterThan(0.82);
  expect(count("withinCount") / count("sessionCount")).toBeLessThan(0.98);
});

test("the deviation that the fit assumes of the model is no smaller than measured, and no larger than half as much again", () => {
  expect(MODEL_ERROR).toBeGreaterThan(0.95 * report.deviation);
  expect(MODEL_ERROR).toBeLessThan(1.5 * report.deviation);
});

test("every configuration whose memory was measured on the CPU was timed, and none is left out of the errors", () => {
  const measured = new Set(readRuntimeRows(["truth/memory-onnxruntime.jsonl"]).map(({ key }) => key));
  const checked = report.comparisons.map(({ key }) => key);
  expect(new Set(rows.map(({ key }) => key))).toEqual(measured);
  expect(new Set([...checked, ...CALIBRATED_ON])).toEqual(measured);
});

test("every session timed the two configurations that calibrate it", () => {
  const lacking = rows.filter(
    ({ session }) => rows.filter((row) => row.session === session && CALIBRATED_ON.has(row.key)).length !== 2,
  );
  expect(lacking).toEqual([]);
  expect(() => secondsReport(rows.filter(({ key }) => !CALIBRATED_ON.has(key)))).toThrow(/did not time the steps/);
});

test("what was timed kernel by kernel to fit the constants is not among the steps they are checked on", () => {
  const fitted = new Set(readKernelRows().map(({ configuration }) => `${configuration}-fp32`));
  const both = report.comparisons.filter(({ key }) => fitted.has(key));
  expect(both.map(({ key }) => key)).toEqual([]);
  expect(fitted).toEqual(new Set([...fitted, ...CALIBRATED_ON]));
});

test("a prediction that is far off breaks the limits", () => {
  const slow = report.comparisons.map((comparison) => ({ ...comparison, error: 0.5 }));
  expect(brokenSecondsLimits({ comparisons: slow })).toHaveLength(2);
});
