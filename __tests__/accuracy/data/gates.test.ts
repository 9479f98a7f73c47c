import { brokenDataLimits, dataRegressions } from "../../../scripts/accuracy/data/gates";
import type { BandedErrors, DataReport } from "../../../scripts/accuracy/data/report";

function errors(changes: Partial<BandedErrors> = {}): BandedErrors {
  const widths = { q80: 0.03, q90: 0.04 };
  const figures = { count: 10, meanError: 0.009, medianError: 0.005, p90Error: 0.02, bias: 0, needsWithinTwice: 0.9 };
  return { ...figures, coverage80: 0.8, coverage90: 0.9, widths, ...changes };
}

function reportOf(four: BandedErrors): DataReport {
  const form = { "3": errors(), "4": errors() };
  return {
    curveCount: 10,
    datasetCount: 2,
    toSixteen: { "3": errors({ meanError: 0.017, needsWithinTwice: 0.72 }), "4": four },
    byDistance: { "4,1": four },
    forms: { powerLaw: form, powerLawWithOffset: form, logLinear: form, arctan: form },
    chapter: {},
  };
}

test("figures at their limits keep them", () => {
  expect(brokenDataLimits(reportOf(errors()))).toEqual([]);
});

test("each figure beyond its limit is named", () => {
  expect(
    brokenDataLimits(
      reportOf(errors({ meanError: 0.0091, needsWithinTwice: 0.89, coverage80: 0.87, coverage90: 0.97 })),
    ),
  ).toEqual([
    "4 sizes: mean error 0.0091 is above 0.009",
    "4 sizes: 0.89 of the needs are within twice, fewer than 0.9",
    "4,1: coverage80 0.87 is not within 0.74..0.86",
    "4,1: coverage90 0.97 is not within 0.86..0.96",
  ]);
});

test("a report as good as the committed one is no regression, a worse one is", () => {
  expect(dataRegressions(reportOf(errors()), reportOf(errors()))).toEqual([]);
  expect(dataRegressions(reportOf(errors({ meanError: 0.0092, needsWithinTwice: 0.8 })), reportOf(errors()))).toEqual([
    "4,1: mean error 0.0092 is above 0.009",
    "4,1: needs within twice 0.8 are below 0.9",
  ]);
});

test("a distance that is no longer compared is a regression", () => {
  expect(dataRegressions({ ...reportOf(errors()), byDistance: {} }, reportOf(errors()))).toEqual([
    "4,1 is no longer compared",
  ]);
});
