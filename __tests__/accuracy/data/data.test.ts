import { readFileSync } from "node:fs";
import { LEARNING_CURVES } from "../../../lib/catalogue/learning-curves";
import { COMMITTED_DATA_FIGURES, publishedDataReport } from "../../../scripts/accuracy/data/data-report";
import { brokenDataLimits, dataRegressions } from "../../../scripts/accuracy/data/gates";
import {
  publishedCurves,
  readPublishedRows,
  zeroShotAccuracies,
} from "../../../scripts/accuracy/data/published-curves";
import type { DataReport } from "../../../scripts/accuracy/data/report";
import { fitLearningCurveConstants } from "../../../scripts/fit/learning-curve-constants";

test("the constants of the catalogue are those that the published curves give", () => {
  const rows = readPublishedRows();
  const constants = fitLearningCurveConstants({ curves: publishedCurves(rows), zeroShot: zeroShotAccuracies(rows) });
  expect(LEARNING_CURVES).toEqual(constants);
});

describe("predictions on every published dataset, with constants from the others", () => {
  let report: DataReport;

  beforeAll(() => {
    report = publishedDataReport();
  }, 60_000);

  test("keep the limits on errors and needs, and bands cover what they say at every distance", () => {
    expect(brokenDataLimits(report)).toEqual([]);
  });

  test("are nowhere worse than the committed figures", () => {
    // Written by this repository's own report; the fields read are checked by comparing them.
    const committed: DataReport = JSON.parse(readFileSync(COMMITTED_DATA_FIGURES, "utf8"));
    expect(committed.curveCount).toBe(report.curveCount);
    expect(dataRegressions(report, committed)).toEqual([]);
  });

  test.each(["3", "4"] as const)("from %s sizes are nearer than every other form, in accuracy and in need", (sizes) => {
    const own = report.toSixteen[sizes];
    for (const form of Object.values(report.forms)) {
      expect(form[sizes].meanError).toBeGreaterThan(own.meanError);
      expect(form[sizes].needsWithinTwice).toBeLessThan(own.needsWithinTwice);
    }
  });

  test("beat the chapter's rule, which is within twice for less than a third of the curves at any domain shift", () => {
    for (const { needsWithinTwice } of Object.values(report.chapter)) expect(needsWithinTwice).toBeLessThan(1 / 3);
  });
});

describe("the published curves", () => {
  const sound = readFileSync("truth/learning-curves.csv", "utf8").split("\n").slice(0, 3);

  test("name each point once", () => {
    const names = readPublishedRows().map(({ accuracyPercent: _, ...row }) => Object.values(row).join("|"));
    expect(new Set(names).size).toBe(names.length);
  });

  test("name a source that is described", () => {
    const described = readFileSync("truth/learning-curve-sources.csv", "utf8")
      .split("\n")
      .map((line) => line.split(",", 1)[0]);
    for (const { source } of readPublishedRows()) expect(described).toContain(source);
  });

  test.each([
    ["another column", sound.join("\n").replace("metric", "measure"), "columns are"],
    ["a line that is cut off", sound.join("\n").slice(0, -20), "line 3"],
    ["an accuracy that is none", sound.join("\n").replace("60.32", "603.2"), "accuracyPercent is 603.2"],
  ])("with %s are refused", (_what, text, reason) => {
    expect(() => readPublishedRows(text)).toThrow(reason);
  });
});
