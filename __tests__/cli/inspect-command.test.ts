import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { png, writeAll } from "../datasets/made-datasets";
import { headroom } from "./terminal";

let root = "";

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "headroom-inspect-"));
  const rows = [{ image: "a.png", label: "cat", caption: "a cat" }, { image: "b.png", label: "dog" }, { label: "dog" }];
  writeAll(root, { "train.json": JSON.stringify(rows), "images/a.png": png(64, 48) });
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test("the table says what there is, what is wrong, and the flags of a plan", async () => {
  const { code, stdout, stderr } = await headroom(["inspect", root]);
  expect([code, stderr]).toEqual([0, ""]);
  for (const text of ["entries", "classes", "Findings", "Faults: 2", "train.json, entry 3: names no image"]) {
    expect(stdout).toContain(text);
  }
  expect(stdout).toMatch(/For a plan: --train-samples 3 --classes 2 --image-bytes \d+/);
});

test("JSON holds the report, and every fault comes as a line before it when asked for", async () => {
  const { stdout } = await headroom(["inspect", root, "--json", "--faults"]);
  const lines: unknown[] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { code: "missing_field", where: "train.json, entry 3" },
    { code: "missing_image", where: "train.json, entry 2" },
    { schemaVersion: 1, format: "json", entryCount: 3, plan: { trainSampleCount: 3, classCount: 2 } },
  ]);
});

test("captions are counted with the model's own tokenizer", async () => {
  const [{ definition }]: readonly [{ definition: unknown }] = JSON.parse(
    readFileSync("__tests__/fixtures/tokenizers.json", "utf8"),
  );
  const files = { "tokenizer.json": JSON.stringify(definition) };
  const { stdout } = await headroom(["inspect", root, "--json", "--tokenizer", "tokenizer.json"], { files });
  // "a", "cat", start and end: the fixture has learned both words.
  expect(JSON.parse(stdout).captions.longestTokens).toBe(4);
});

test.each([
  [{}, "cannot be read"],
  [{ "tokenizer.json": "{" }, "--tokenizer"],
  [{ "tokenizer.json": "{}" }, "--tokenizer is no tokenizer.json of Hugging Face"],
])("a tokenizer that is none is refused with the reason", async (files, reason) => {
  const { code, stderr } = await headroom(["inspect", root, "--tokenizer", "tokenizer.json"], { files });
  expect(code).toBe(64);
  expect(stderr).toContain(reason);
});

test.each([
  [[], "give one folder or file"],
  [["nowhere-at-all"], "cannot be read"],
  [[".", "--most-images", "0"], "--most-images 0 must be a whole number"],
  [[".", "--colour", "red"], "--colour is no flag"],
])("%j is refused with the way out", async (argv, reason) => {
  const { code, stderr } = await headroom(["inspect", ...argv]);
  expect(code).toBe(64);
  expect(stderr).toContain(reason);
});
