import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { pack } from "tar-stream";
import { clipTokenCounter } from "../../lib/datasets/caption-tokens";
import type { DatasetReport } from "../../lib/datasets/dataset-report";
import type { Fault } from "../../lib/datasets/entry";
import { inspectDataset } from "../../lib/datasets/inspect-dataset";
import { randomNumbers } from "../../lib/estimate/search/random-numbers";
import { openPath } from "../../lib/files/open-path";
import { png, writeAll } from "./made-datasets";

let root = "";

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "headroom-dataset-"));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

async function inspect(target = root, mostImages = 1000): Promise<{ report: DatasetReport; faults: Fault[] }> {
  const faults: Fault[] = [];
  const report = await inspectDataset(await openPath(target, null), {
    loadTokenCounter: async () => clipTokenCounter(),
    mostImages,
    contextLength: 77,
    random: randomNumbers(1),
    onFault: (fault) => {
      faults.push(fault);
    },
    onProgress: () => {},
  });
  return { report, faults };
}

const LONG = "word ".repeat(80);

describe("split files of JSON", () => {
  const entries = [
    { image: "a.png", label: "cat", caption: "a photo of a cat" },
    { image: "b.png", label: "cat", caption: "" },
    { image: "c.png", label: "dog", caption: LONG },
    { image: "gone.png", label: "dog" },
    { image: "bad.png", label: "dog" },
  ];

  test("give counts by split and class, captions, images, and the fields of a plan", async () => {
    writeAll(root, {
      "train.json": JSON.stringify(entries),
      "val.json": JSON.stringify([entries[0]]),
      "images/a.png": png(40, 30),
      "images/b.png": png(20, 50),
      "images/c.png": png(224, 224),
      "images/bad.png": "no image",
    });
    const { report } = await inspect();
    expect(report).toMatchObject({
      format: "json",
      entryCount: 6,
      splits: [
        { name: "train", count: 5 },
        { name: "val", count: 1 },
      ],
      classes: { count: 2, largest: { name: "dog", count: 3 }, smallest: { name: "cat", count: 2 }, imbalance: 1.5 },
      captions: { given: 4, missing: 2, empty: 1, tooLong: 1, longestTokens: 82 },
      images: { named: 6, checked: 6, missing: 1, unreadable: 1, smallestSide: 20, medianSide: 30, largestSide: 224 },
    });
    const sizes = [png(40, 30), png(20, 50), png(224, 224), png(40, 30)].map(({ length }) => length);
    const averageImageBytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 4);
    expect(report.plan).toEqual({ trainSampleCount: 5, validationSampleCount: 1, classCount: 2, averageImageBytes });
    expect(report.findings.join(" ")).toContain("The split val lacks 1 of the 2 classes");
  });

  test("that are damaged are told item by item, and what is sound is read", async () => {
    const text =
      '[{"image":"a.png","label":"x"},{"image":"b.png",,},7,{"label":"y"},{"image":"c.png","label":"z"},{"image":"d';
    writeAll(root, { "train.json": text });
    const { report, faults } = await inspect(root, 1);
    expect(report.entryCount).toBe(3);
    expect(faults.map(({ where, code }) => [where, code])).toEqual([
      ["train.json, entry 2", "unreadable_entry"],
      ["train.json, entry 3", "unreadable_entry"],
      ["train.json, entry 4", "missing_field"],
      ["train.json, entry 6", "cut_off"],
      [expect.stringContaining("train.json, entry"), "missing_image"],
    ]);
  });

  test("classes more than ten times apart are out of balance", async () => {
    const rows = Array.from({ length: 12 }, (_, index) => ({
      image: `${index}.png`,
      label: index === 0 ? "rare" : "often",
    }));
    writeAll(root, { "train.json": JSON.stringify(rows) });
    const { report } = await inspect();
    expect(report.classes?.imbalance).toBe(11);
    expect(report.findings.join(" ")).toContain("out of balance: often has 11, rare 1");
  });
});

describe("tables", () => {
  test("open_clip's TSV is read, damaged lines are named by their number", async () => {
    writeAll(root, {
      "train.tsv": "filepath\ttitle\na.png\ta cat\nb.png\tone\ttoo many\nc.png\ta dog\n",
      "a.png": png(8, 8),
    });
    const { report, faults } = await inspect(path.join(root, "train.tsv"));
    expect(report).toMatchObject({ format: "csv", entryCount: 2, captions: { given: 2 }, classes: null });
    expect(faults).toEqual([
      {
        where: "train.tsv, line 3",
        code: "unreadable_entry",
        message: "has 3 fields where the heading has 2",
      },
      expect.objectContaining({ where: "train.tsv, line 4", code: "missing_image" }),
    ]);
  });

  test("a column of splits divides one CSV, and quoted commas and a byte-order mark do no harm", async () => {
    writeAll(root, { "data.csv": '\uFEFFimage,label,caption,split\na.png,x,"red, big",train\nb.png,y,,val\n' });
    const { report } = await inspect(path.join(root, "data.csv"));
    expect(report.splits).toEqual([
      { name: "train", count: 1 },
      { name: "val", count: 1 },
    ]);
    expect(report.captions).toMatchObject({ given: 1, missing: 1 });
  });
});

test("folders of images are classes, under splits or without", async () => {
  writeAll(root, {
    "train/cat/a.png": png(8, 8),
    "train/dog/b.png": png(8, 8),
    "val/cat/c.png": png(8, 8),
    "notes.txt": "",
  });
  const { report } = await inspect();
  expect(report).toMatchObject({
    format: "folder",
    entryCount: 3,
    plan: { trainSampleCount: 2, validationSampleCount: 1 },
  });
  const { report: flat } = await inspect(path.join(root, "train"));
  expect(flat).toMatchObject({ splits: [{ name: "all", count: 2 }], plan: { trainSampleCount: 2, classCount: 2 } });
});

async function tarOf(members: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(members)) archive.entry({ name }, content);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("WebDataset", () => {
  const members = {
    "000.png": png(16, 16),
    "000.txt": "a cat",
    "000.cls": "3",
    "001.png": png(32, 16),
    "001.json": '{"label":"dog","caption":"a dog"}',
    "002.txt": "no image",
    "003.png": png(8, 8),
    "003.json": "{",
  };

  test("members with one stem are one entry", async () => {
    writeAll(root, { "train-0000.tar": await tarOf(members) });
    const { report, faults } = await inspect();
    expect(report).toMatchObject({
      format: "webdataset",
      entryCount: 4,
      splits: [{ name: "train", count: 4 }],
      classes: { count: 2 },
      captions: { given: 3 },
      images: { named: 3, checked: 3 },
    });
    expect(faults.map(({ where, code }) => [where, code])).toEqual([
      ["train-0000.tar, 002", "missing_field"],
      ["train-0000.tar, 003", "unreadable_entry"],
    ]);
  });

  test("a tar that is cut off gives what came before", async () => {
    const file = path.join(root, "train.tar");
    writeAll(root, { "train.tar": await tarOf(members) });
    truncateSync(file, 512 * 5 + 100);
    const { report, faults } = await inspect(file);
    expect(report.entryCount).toBeGreaterThan(0);
    expect(faults.map(({ code }) => code)).toContain("cut_off");
  });
});

describe("Parquet", () => {
  const columns = [
    { name: "image", data: ["a.png", "b.png", null], type: "STRING" as const },
    { name: "label", data: [0, 1, 1], type: "INT32" as const },
    { name: "text", data: ["a cat", "ein Hund über Gras", LONG], type: "STRING" as const },
  ];

  test("columns of paths, labels and texts are read", async () => {
    writeAll(root, { "test.parquet": Buffer.from(parquetWriteBuffer({ columnData: columns })), "a.png": png(9, 9) });
    const { report, faults } = await inspect();
    expect(report).toMatchObject({
      format: "parquet",
      entryCount: 3,
      splits: [{ name: "test", count: 3 }],
      classes: { count: 2 },
      captions: { given: 3, tooLong: 1 },
      images: { named: 2, checked: 2, missing: 1 },
    });
    expect(faults.map(({ code }) => code)).toEqual(["missing_field", "long_caption", "missing_image"]);
  });

  test("images inside are looked at", async () => {
    const images = { name: "image", data: [png(12, 10), Buffer.from("none")], type: "BYTE_ARRAY" as const };
    writeAll(root, { "train.parquet": Buffer.from(parquetWriteBuffer({ columnData: [images] })) });
    const { report } = await inspect();
    expect(report.images).toMatchObject({ named: 2, checked: 2, unreadable: 1, smallestSide: 10 });
  });

  test("a file that is none, or damaged, is named", async () => {
    const sound = Buffer.from(parquetWriteBuffer({ columnData: columns }));
    writeAll(root, { "a.parquet": "PAR1", "b.parquet": Buffer.concat([Buffer.alloc(200, 7), sound.subarray(200)]) });
    const { faults } = await inspect();
    expect(faults[0]).toMatchObject({ where: "a.parquet", code: "unreadable_file" });
    expect(faults.some(({ where }) => where.startsWith("b.parquet"))).toBe(true);
  });
});

test("of many images as many are opened as asked for, and the report says so", async () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({ image: `${index}.png`, label: "x" }));
  writeAll(root, { "train.json": JSON.stringify(rows) });
  const { report } = await inspect(root, 10);
  expect(report.images).toMatchObject({ named: 50, checked: 10, missing: 10 });
  expect(report.findings.join(" ")).toContain("10 of 50 images were looked at");
});

test.each(["nowhere", "file.xyz"])("%s is refused with what is known", async (name) => {
  writeAll(root, { "file.xyz": "" });
  await expect(inspect(path.join(root, name))).rejects.toThrow(/cannot be read|give \.json/);
});

test("the made PNG is one that others read", () => {
  writeAll(root, { "a.png": png(3, 2) });
  expect(readFileSync(path.join(root, "a.png")).subarray(1, 4).toString()).toBe("PNG");
});
