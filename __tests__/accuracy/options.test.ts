import { keepsRow, parseOptions } from "../../scripts/accuracy/options";
import { readTruth } from "../../scripts/accuracy/truth-files";

test("without options every row is compared and none listed", () => {
  const options = parseOptions(["memory"]);
  expect(options).toEqual({ subject: "memory", worstCount: 0, json: false, commit: false, filters: [], file: null });
  expect(readTruth().every((row) => keepsRow(options, row))).toBe(true);
});

test("several filters keep the rows that have every value", () => {
  const options = parseOptions(["memory", "--filter", "strategy=lora", "--filter", "precision=amp"]);
  const kept = readTruth().filter((row) => keepsRow(options, row));
  expect(kept.length).toBeGreaterThan(0);
  for (const { configuration } of kept) expect(configuration).toMatchObject({ strategy: "lora", precision: "amp" });
});

test.each([
  [["speed"], '"speed" is not something with a measured truth'],
  [[], "there are: memory, models, data, search, onnxruntime, time"],
  [["memory", "--worst", "many"], "--worst many is not a count"],
  [["memory", "--filter", "colour=red"], "--filter colour=red is not field=value"],
  [["memory", "--filter", "strategy"], "--filter strategy is not field=value"],
  [["memory", "--commit", "--filter", "strategy=lora"], "--commit takes all rows"],
  [["time", "--filter", "strategy=lora"], "time takes neither --filter nor --file"],
  [["models", "--json"], "models takes no options"],
  [["search", "--json"], "search takes no options"],
  [["data", "--worst", "3"], "data takes --json and --commit only"],
  [["onnxruntime", "--worst", "3"], "onnxruntime takes no option but --file"],
])("%j is refused with the reason", (args, reason) => {
  expect(() => parseOptions(args)).toThrow(reason);
});
