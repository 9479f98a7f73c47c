import { MODELS } from "../../lib/catalogue/models";
import { compareModels, modelDifferences, readModelCounts } from "../../scripts/accuracy/model-counts";

test("every model of the catalogue was counted", () => {
  const counts = readModelCounts();
  expect(MODELS.map(({ name }) => name).filter((name) => !counts.has(name))).toEqual([]);
});

test("every model has open_clip's parameters exactly and its forward FLOPs within half a percent", () => {
  const { comparisons, failures } = compareModels();
  expect(failures).toEqual([]);
  expect(comparisons.flatMap(modelDifferences)).toEqual([]);
});
