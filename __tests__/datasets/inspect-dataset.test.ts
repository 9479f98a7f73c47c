import { mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
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

describe("folders of images", () => {
  const image = png(8, 8);

  test.each([
    ["images without folders", ["a.png", "b.JPG"], ["all"], 0],
    ["splits without classes", ["train/a.png", "val/b.png"], ["train", "val"], 0],
    ["splits in one folder around them", ["set/train/cat/a.png", "set/val/dog/b.png"], ["train", "val"], 2],
    ["classes with folders in them", ["cat/day/a.png", "dog/night/b.png"], ["all"], 2],
    ["classes with splits in them", ["cat/train/a.png", "dog/train/b.png"], ["train"], 2],
    ["a folder called images around classes", ["train/images/cat/a.png", "train/images/dog/b.png"], ["train"], 2],
    ["a class that is called like a split", ["train/a.png", "bus/b.png", "car/b.png"], ["all"], 3],
  ])("%s are read as that", async (_, names, splits, classCount) => {
    writeAll(root, Object.fromEntries(names.map((name) => [name, image])));
    const { report } = await inspect();
    expect(report.entryCount).toBe(names.length);
    expect(report.splits.map(({ name }) => name)).toEqual(splits);
    expect(report.classes?.count ?? 0).toBe(classCount);
  });

  test("links to folders are followed, but not in a circle, and a link to nowhere is told", async () => {
    writeAll(root, { "pool/cat/a.png": image, "set/train/dog/b.png": image });
    symlinkSync("../../pool/cat", path.join(root, "set/train/cat"));
    symlinkSync("..", path.join(root, "set/train/dog/up"));
    symlinkSync("nowhere.png", path.join(root, "set/train/dog/gone.png"));
    const { report, faults } = await inspect(path.join(root, "set"));
    expect(report).toMatchObject({ entryCount: 3, classes: { count: 2 } });
    expect(faults).toEqual([expect.objectContaining({ where: "train/dog/gone.png", code: "missing_image" })]);
  });

  test("an image that is empty, cut off or none is told, and so are files that are passed over", async () => {
    writeAll(root, {
      "cat/cut.png": png(100, 100).subarray(0, -20),
      "cat/empty.jpg": "",
      "cat/none.webp": "this is no image at all",
      "cat/sound.png": image,
      "cat/notes.txt": "",
      "dog/raw.CR2": "",
    });
    const { report, faults } = await inspect();
    expect(faults.map(({ where, message }) => [where, message])).toEqual([
      ["cat/cut.png", "is cut off: its end is not there"],
      ["cat/empty.jpg", "is empty"],
      ["cat/none.webp", "is no image of a kind that is known"],
    ]);
    expect(report.images).toMatchObject({ checked: 4, unreadable: 3 });
    expect(report.findings.join(" ")).toContain("passed over: 1 .txt, 1 .cr2");
  });

  test.each([
    ["an empty folder", {}, "it is empty"],
    ["a folder of other files", { "a.txt": "", "b/c.txt": "" }, "it holds 2 .txt"],
  ])("%s is no dataset, and what it holds is said", async (_, files, words) => {
    writeAll(root, files);
    await expect(inspect()).rejects.toThrow(words);
  });
});

describe("lists that do not lie at the top", () => {
  const list = (name: string) => JSON.stringify([{ image: `${name}.png`, label: "cat" }]);

  test.each([
    [
      "a folder of annotations beside one of images",
      {
        "annotations/train.json": list("a"),
        "annotations/val.json": list("b"),
        "images/a.png": png(8, 8),
        "images/b.png": png(8, 8),
      },
    ],
    [
      "a folder for each split",
      {
        "train/train.json": list("a"),
        "train/images/a.png": png(8, 8),
        "val/val.json": list("b"),
        "val/images/b.png": png(8, 8),
      },
    ],
    [
      "metadata beside the images of a split",
      {
        "train/metadata.csv": "file_name,label\na.png,cat\n",
        "train/a.png": png(8, 8),
        "val/metadata.csv": "file_name,label\nb.png,cat\n",
        "val/b.png": png(8, 8),
      },
    ],
  ])("%s are found with their images", async (_, files: Record<string, string | Buffer>) => {
    writeAll(root, files);
    const { report } = await inspect();
    expect(report).toMatchObject({
      splits: [
        { name: "train", count: 1 },
        { name: "val", count: 1 },
      ],
      classes: { count: 1 },
    });
    expect(report.images.missing).toBe(0);
  });

  test("files that are no lists stand in nobody's way, and are named", async () => {
    writeAll(root, {
      "README.json": "{}",
      "classes.csv": "id,name\n1,cat\n",
      "data/train-0.parquet": Buffer.from(
        parquetWriteBuffer({ columnData: [{ name: "image", data: [png(8, 8)], type: "BYTE_ARRAY" as const }] }),
      ),
    });
    const { report, faults } = await inspect();
    expect(report).toMatchObject({ format: "parquet", entryCount: 1, splits: [{ name: "train", count: 1 }] });
    expect(faults).toEqual([]);
    expect(report.findings.join(" ")).toContain("Not read beside it: README.json, classes.csv");
  });

  test("of several formats that is read whose files are called after splits", async () => {
    writeAll(root, { "all.json": list("a"), "train.csv": "image,label\nb.png,dog\n" });
    const { report } = await inspect();
    expect(report.format).toBe("csv");
    expect(report.findings.join(" ")).toContain("Not read beside it: all.json");
  });

  test("a list that is a link to nowhere costs only itself", async () => {
    writeAll(root, { "val.json": list("b") });
    symlinkSync("gone.json", path.join(root, "train.json"));
    const { report, faults } = await inspect();
    expect(report.entryCount).toBe(1);
    expect(faults[0]).toMatchObject({ where: "train.json", code: "unreadable_file" });
  });
});

describe("text", () => {
  const csv = "image,label,caption\na.png,café,un café\n";

  test.each([
    ["gzip", "train.csv.gz", gzipSync(csv)],
    ["UTF-16", "train.csv", Buffer.from(`\uFEFF${csv}`, "utf16le")],
    ["semicolons", "train.csv", Buffer.from(csv.replaceAll(",", ";"))],
    ["UPPERCASE", "TRAIN.CSV", Buffer.from(csv)],
    ["one entry a line", "train.jsonl", Buffer.from('{"image":"a.png","label":"café","caption":"un café"}\n')],
    ["one entry a line in .json", "train.json", Buffer.from('{"image":"a.png","label":"café","caption":"un café"}\n')],
  ])("with %s is read", async (_, name, bytes) => {
    writeAll(root, { [name]: bytes, "a.png": png(8, 8) });
    const { report, faults } = await inspect();
    expect(faults).toEqual([]);
    expect(report).toMatchObject({
      splits: [{ name: "train", count: 1 }],
      classes: { largest: { name: "café", count: 1 } },
      captions: { given: 1 },
      images: { checked: 1, missing: 0 },
    });
  });

  test("that is not UTF-8 is told entry by entry", async () => {
    writeAll(root, { "train.csv": Buffer.from(csv, "latin1"), "a.png": png(8, 8) });
    const { faults } = await inspect();
    expect(faults).toEqual([expect.objectContaining({ where: "train.csv, line 2", code: "not_utf8" })]);
  });

  test("of gzip that is cut off gives what came before", async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `${index}.png,x,number ${index * 7919}`).join("\n");
    const packed = gzipSync(`image,label,caption\n${rows}\n`);
    writeAll(root, { "train.csv.gz": packed.subarray(0, packed.length / 2) });
    const { report, faults } = await inspect(root, 1);
    expect(report.entryCount).toBeGreaterThan(1000);
    expect(faults[0]).toMatchObject({ where: "train.csv.gz", code: "cut_off" });
  });

  test("without a column of images is told once, and its rows are counted", async () => {
    writeAll(root, { "train.csv": "picture,label\na.png,x\nb.png,y\n" });
    const { report, faults } = await inspect();
    expect(report).toMatchObject({ entryCount: 2, classes: { count: 2 }, images: { named: 0 } });
    expect(faults).toEqual([expect.objectContaining({ where: "train.csv, line 1", code: "missing_field" })]);
    expect(faults[0]?.message).toContain("it has picture, label");
  });

  test("that names a column twice is told, and the first counts", async () => {
    writeAll(root, { "train.csv": "image,label,label\na.png,x,y\n", "a.png": png(8, 8) });
    const { report, faults } = await inspect();
    expect(report.classes?.largest.name).toBe("x");
    expect(faults.map(({ message }) => message)).toEqual([
      "names the column label more than once: the first one is read",
    ]);
  });
});

test("several captions of an image are each counted, and what cannot be a label or caption is told", async () => {
  const rows = [
    { image: "a.png", label: "x", caption: ["one", "two", ""] },
    { image: "b.png", label: ["x", "y"], caption: { en: "hi" } },
    { image: "http://127.0.0.1/c.png", label: null },
  ];
  writeAll(root, { "train.json": JSON.stringify(rows), "a.png": png(8, 8), "b.png": png(8, 8) });
  const { report, faults } = await inspect();
  expect(report).toMatchObject({
    classes: { count: 1, unlabelled: 2 },
    captions: { given: 1, missing: 2, empty: 1 },
    images: { named: 3, checked: 2 },
  });
  expect(faults.map(({ code }) => code)).toEqual(["empty_caption", "unusable_field", "unusable_field"]);
  expect(report.findings.join(" ")).toContain("2 entries have no label, others have.");
});

test.each(["train.json", "train.csv", "train.parquet", "train.tar"])("an empty %s is told", async (name) => {
  writeAll(root, { [name]: "" });
  const { report, faults } = await inspect();
  expect(faults).toEqual([expect.objectContaining({ where: name, code: "unreadable_file" })]);
  expect(report.findings).toEqual(["There is no entry in it."]);
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

  test("a tar that is cut off between two members is told by the mark of its end that is not there", async () => {
    const whole = await tarOf(members);
    writeAll(root, { "train.tar": whole.subarray(0, whole.length - 1024) });
    const { report, faults } = await inspect();
    expect(report.entryCount).toBe(4);
    expect(faults.map(({ code }) => code)).toEqual(["missing_field", "unreadable_entry", "cut_off"]);
  });

  test("shards together are one dataset, packed or not, and a mask beside an image is not the image", async () => {
    writeAll(root, {
      "train-0.tar": await tarOf({ "a.seg.png": png(4, 4), "a.png": png(30, 20), "b.png": png(40, 20) }),
      "train-1.tar.gz": gzipSync(await tarOf({ "./c.PNG": png(50, 60), "./c.txt": "a caption" })),
    });
    const { report, faults } = await inspect();
    expect(faults).toEqual([]);
    expect(report).toMatchObject({
      splits: [{ name: "train", count: 3 }],
      captions: { given: 1, missing: 2 },
      images: { checked: 3, smallestSide: 20, largestSide: 50 },
    });
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

  test("damage in one column does not cost the others", async () => {
    const rows = Array.from({ length: 100 }, (_, index) => index);
    const bytes = Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: "label", data: rows.map((row) => `class ${row}`), type: "STRING" as const },
          { name: "image", data: rows.map((row) => `${row}.png`), type: "STRING" as const },
        ],
        codec: "UNCOMPRESSED",
        statistics: false,
      }),
    );
    // The first page's header, which is that of the first column.
    bytes.fill(0xff, 4, 24);
    writeAll(root, { "train.parquet": bytes });
    const { report, faults } = await inspect(root, 1);
    expect(report).toMatchObject({ entryCount: 100, classes: null, images: { named: 100 } });
    expect(faults[0]).toMatchObject({
      where: "train.parquet, rows 1 to 100",
      code: "unreadable_entry",
      message: expect.stringContaining("the column label cannot be read"),
    });
  });

  test("classes go by the names that Hugging Face writes beside their numbers", async () => {
    const features = { info: { features: { label: { names: ["cat", "dog"], _type: "ClassLabel" } } } };
    const metadata = [{ key: "huggingface", value: JSON.stringify(features) }];
    writeAll(root, {
      "train.parquet": Buffer.from(parquetWriteBuffer({ columnData: columns, kvMetadata: metadata })),
    });
    const { report } = await inspect();
    expect(report.classes?.byCount).toEqual([
      { name: "dog", count: 2 },
      { name: "cat", count: 1 },
    ]);
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
