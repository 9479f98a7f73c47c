import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { png, writeAll } from "../datasets/made-datasets";
import { headroom } from "./terminal";

let root = "";

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "headroom-data-"));
  const entry = (index: number) => ({ image: "a.png", label: `class ${index % 3}`, caption: "a photo" });
  writeAll(root, {
    "train.json": JSON.stringify(Array.from({ length: 12 }, (_, index) => entry(index))),
    "val.json": JSON.stringify([entry(0), entry(1), entry(2)]),
    "images/a.png": png(64, 48),
  });
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const MODEL = ["estimate", "--model", "ViT-B-32", "--json"];

test("a dataset fills the counts of a plan and the size of its images, and what was taken is told", async () => {
  const { stdout, stderr } = await headroom([...MODEL, "--data", root]);
  const averageImageBytes = png(64, 48).length;
  expect(JSON.parse(stdout).plan).toMatchObject({
    trainSampleCount: 12,
    validationSampleCount: 3,
    classCount: 3,
    averageImageBytes,
  });
  expect(stderr).toBe(
    `headroom: ${root} holds 15 entries; taken: trainSampleCount 12, validationSampleCount 3, classCount 3, averageImageBytes ${averageImageBytes}\n`,
  );
});

test("a flag outranks the dataset, and the dataset the plan it starts from", async () => {
  const files = { "plan.json": '{"model":"ViT-B-16","trainSampleCount":5,"epochs":3}' };
  const { stdout } = await headroom(["estimate", "--plan", "plan.json", "--data", root, "--classes", "7", "--json"], {
    files,
  });
  expect(JSON.parse(stdout).plan).toMatchObject({ trainSampleCount: 12, classCount: 7, epochs: 3 });
});

test("what holds no dataset is refused with the way out", async () => {
  const { code, stderr } = await headroom([...MODEL, "--data", path.join(root, "images/a.png")]);
  expect(code).toBe(64);
  expect(stderr).toMatch(/--data .*a\.png is no dataset that is known: give \.json/);
});

test("a question about data takes the number of classes and the size of a file", async () => {
  const { stdout, stderr } = await headroom([
    "data",
    "--data",
    root,
    "--zero-shot",
    "0.6",
    "--target",
    "0.8",
    "--json",
  ]);
  expect(JSON.parse(stdout).request).toMatchObject({ classCount: 3, averageImageBytes: png(64, 48).length });
  expect(stderr).toContain("holds 15 entries");
  const lines = await headroom(["data", "--data", root, "--jsonl"], {
    stdin: '{"targetAccuracy":0.8}\n{"classCount":9}\n',
  });
  const answers = lines.stdout.trimEnd().split("\n");
  expect(answers.map((line) => JSON.parse(line).request.classCount)).toEqual([3, 9]);
});

test.each(["strategy", "search"])("%s takes the plan's fields, under those of flags", async (command) => {
  const { stdout } = await headroom([command, "--model", "ViT-B-32", "--data", root, "--classes", "4", "--json"]);
  const answer: unknown = JSON.parse(stdout);
  expect(answer).toMatchObject(
    command === "strategy" ? { imageCount: 12, shotsPerClass: 3 } : { winner: { validationSampleCount: 3 } },
  );
});
