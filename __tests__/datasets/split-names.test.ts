import { splitOfFile, splitOfFolder } from "../../lib/datasets/split-names";

test.each([
  ["train.json", "", "train"],
  ["train-00003-of-00012.parquet", "data", "train"],
  ["val2017.json", "", "val"],
  ["cc3m-train-0001.tar", "", "train"],
  ["VALIDATION.CSV.GZ", "", "val"],
  ["metadata.csv", "test", "test"],
  ["metadata.csv", "a/train/b", "train"],
  ["metadata.csv", "", "all"],
  ["00017.tar", "", "all"],
  ["shard-0003.tar", "", "all"],
  ["birds-0003.tar", "", "birds"],
  ["unlabeled.json", "", "unlabeled"],
])("%s in “%s” belongs to %s", (name, folder, split) => {
  expect(splitOfFile(name, folder)).toBe(split);
});

test.each([
  ["train", "train"],
  ["Training_Set", "train"],
  ["val2017", "val"],
  ["test-images", "test"],
  ["test tubes", null],
  ["trains", null],
  ["developer", null],
])("the folder %s is %s", (name, split) => {
  expect(splitOfFolder(name)).toBe(split);
});
