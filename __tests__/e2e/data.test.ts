import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { KB } from "@/lib/units";
import { png, writeAll } from "../datasets/made-datasets";
import { accessibilityFindings, at, errorsOf, openEachTest, scriptBytes, sidewaysOverflow } from "../support/browser";

let browser: Browser;
let context: BrowserContext;
let page: Page;
let folder: string;

openEachTest((opened) => {
  ({ browser, context, page } = opened);
});

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "headroom-e2e-data-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const need = (on: Page = page) => on.locator("#need");
const field = (name: string | RegExp) => page.getByRole("textbox", { name });
const settled = () => page.locator('.answer[data-waiting="false"]').waitFor();

/** Opens the page and waits until the address holds its form, which is when it has started. */
async function open(address: string): Promise<void> {
  await page.goto(at(address));
  await page.waitForURL(/[?&]v=1/);
}

async function openGroup(name: string): Promise<void> {
  await page.locator("summary", { hasText: name }).click();
}

test("the first visit already answers, without JavaScript, and is called an example", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const first = await plain.newPage();
  await first.goto(at("/data"));
  expect(await need(first).textContent()).toMatch(
    /^About \d+ images per class reach 82 % \(\d+–\d+\); label \d+ more next$/,
  );
  expect(await first.getByText("An example: put your own task").count()).toBe(1);
  for (const title of [
    /expected from 2 to 32 images per class$/,
    /^LoRA comes first/,
    /^A search of 50 trials/,
    /^The chapter's rule/,
  ]) {
    expect(await first.getByRole("heading", { name: title }).count()).toBe(1);
  }
  await plain.close();
}, 30_000);

test("the page is in the navigation of every page", async () => {
  await page.goto(at("/"));
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Data" }).click();
  await page.waitForURL(/\/data/);
}, 30_000);

test("a higher target takes more images, and the answer follows without a reload", async () => {
  await open("/data");
  await field("Target accuracy (%)").fill("84");
  await page.getByRole("heading", { name: /images per class reach 84 %/ }).waitFor();
  await page.waitForURL(/target=84/);
}, 30_000);

test("a pilot is edited row by row and pasted as text", async () => {
  await open("/data");
  const before = await need().textContent();
  await field("Accuracy, %, row 3").fill("80");
  await page.waitForURL(/8:80/);
  await settled();
  expect(await need().textContent()).not.toBe(before);
  await page.getByRole("button", { name: "Add a row" }).click();
  await field("Per class, row 4").fill("16");
  await field("Accuracy, %, row 4").fill("84");
  await page.waitForURL(/16:84/);
  await page.getByRole("button", { name: "Remove row 1" }).click();
  await page.waitForURL(/pilot=4:75/);
  await page.getByRole("button", { name: "Paste as text" }).click();
  await page.getByRole("textbox", { name: /^A size and an accuracy/ }).fill("shots acc\n1 0.60\n2 0.66\n4 0.70");
  await page.getByText("3 rows read. Passed over: “shots acc”").waitFor();
  await page.getByRole("button", { name: "Use these rows" }).click();
  await page.waitForURL(/pilot=1:60%3B2:66%3B4:70/);
  expect(await field("Accuracy, %, row 3").inputValue()).toBe("70");
}, 30_000);

test("every control changes the address, and the link opened afresh gives the same numbers", async () => {
  await open("/data");
  await page.getByRole("combobox", { name: "Task" }).selectOption("retrieval");
  await field("Classes").fill("40");
  await field("Target accuracy (%)").fill("81");
  await field("Zero-shot accuracy (%)").fill("60");
  await page.getByRole("combobox", { name: "Strategy" }).selectOption("prompt");
  await page.getByRole("combobox", { name: "GPU" }).fill("T4");
  await page.keyboard.press("Enter");
  await page.getByRole("combobox", { name: "Model" }).fill("RN50");
  await page.keyboard.press("Enter");
  await openGroup("Test set and evidence");
  await field("Test to within (± points)").fill("3");
  await field("Confidence (%)").fill("90");
  await field("Share for testing (%)").fill("20");
  await field("Pilot tested on (images)").fill("2000");
  await page.getByText("Large", { exact: true }).click();
  await openGroup("Labelling and storage");
  await page.getByRole("combobox", { name: "Work" }).selectOption("box_extreme_clicking");
  await field("Objects in an image").fill("2");
  await field("People per item").fill("2");
  await field("Your time (s each)").fill("5");
  await field("Your rate ($/h)").fill("12");
  await field("Average image file (kB)").fill("90");
  await openGroup("Strategy, run and search");
  await page.getByText("Robustness", { exact: true }).click();
  await field("Training images you have").fill("900");
  await field("Batch per GPU").fill("16");
  await field("Epochs").first().fill("6");
  await field("Trials").fill("20");
  await field("Epochs of a trial").fill("9");
  await page.getByRole("combobox", { name: "Stopping early" }).selectOption("halving");
  await field("Smallest difference (points)").fill("2");
  await page.waitForURL(/difference=2/);
  await settled();
  const query = new URL(page.url()).searchParams;
  expect([...query.keys()]).toEqual([
    "v",
    "task",
    "classes",
    "shift",
    "model",
    "strategy",
    "target",
    "zeroShot",
    "pilot",
    "pilotTest",
    "halfWidth",
    "confidence",
    "testShare",
    "method",
    "objects",
    "redundancy",
    "seconds",
    "hourPrice",
    "imageKb",
    "gpu",
    "batch",
    "epochs",
    "images",
    "priority",
    "trials",
    "trialEpochs",
    "pruner",
    "difference",
  ]);
  const text = await page.locator(".answer").textContent();
  const other = await context.newPage();
  await other.goto(page.url());
  await other.waitForURL(/[?&]v=1/);
  expect(await other.locator(".answer").textContent()).toBe(text);
}, 60_000);

test("the curve is read with the pointer and with the keyboard, and is there as a table and a file", async () => {
  await open("/data");
  const cursor = page.getByRole("slider", { name: "Number of images in the chart" });
  await cursor.focus();
  await page.keyboard.press("Home");
  expect(await cursor.getAttribute("aria-valuetext")).toMatch(/^2 images per class: 7\d(\.\d)? % expected;/);
  const box = await cursor.boundingBox();
  if (box === null) throw new Error("the chart is not drawn");
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2);
  expect(await cursor.getAttribute("aria-valuetext")).not.toMatch(/^2 images/);
  await page.getByText("The same figures as a table").click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download CSV (exact fractions)" }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk));
  expect(Buffer.concat(chunks).toString("utf8")).toMatch(/^kind,size,accuracy,.*\r\npilot,2,0\.71,/);
}, 30_000);

test("each place in the ranking says why, and each strategy leads to its plan", async () => {
  await open("/data");
  await page.getByRole("button", { name: "Why prompt tuning stands here" }).click();
  await page
    .getByText(/Tried beside it on \d+ datasets and models/)
    .first()
    .waitFor();
  await page.getByRole("link", { name: "Plan LoRA" }).click();
  await page.waitForURL(/\/\?.*model=ViT-B-16.*strategy=lora.*classes=25.*trainSamples=\d+.*gpu=rtx-4090/);
}, 30_000);

test("the search is taken along as a program for Optuna", async () => {
  await open("/data");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Optuna study (study.py)" }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk));
  expect(Buffer.concat(chunks).toString("utf8")).toContain("TRIAL_COUNT = 50");
}, 30_000);

test("a pilot that falls is named, and no number is made up", async () => {
  await open("/data?v=1&classes=25&pilot=2:79;4:75;8:71&target=82");
  expect(await need().textContent()).toMatch(/how many is not established/);
  expect(
    await page
      .getByText(/^The pilot is not monotone: 4 shots gave 75 %/)
      .first()
      .isVisible(),
  ).toBe(true);
}, 30_000);

test("without a pilot the answer is an order of magnitude, and for detection it is none", async () => {
  await open("/data?v=1&classes=100&zeroShot=65&target=75");
  expect(await page.locator("section", { has: need() }).first().textContent()).toContain("order of magnitude");
  await open("/data?v=1&task=detection&target=75");
  expect(await need().textContent()).toMatch(/is not known before a pilot/);
  expect(await page.getByRole("heading", { name: "No learning curve yet" }).count()).toBe(1);
}, 30_000);

test("every mistake is told beside its field and above the last answer, all at once", async () => {
  await open("/data");
  await field("Target accuracy (%)").fill("820");
  await field("Classes").fill("none");
  await field("Accuracy, %, row 2").fill("high");
  await page.getByRole("heading", { name: "3 values keep this from being answered" }).waitFor();
  const target = field("Target accuracy (%)");
  expect(await target.getAttribute("aria-invalid")).toBe("true");
  expect(await page.locator("#data-target-issues").textContent()).toContain(
    "must be a number above 0 and below 100, in percent",
  );
  expect(await page.locator("#data-pilot-issues").textContent()).toContain(
    "Row 2: accuracy “high” must be a number from 0 to 100",
  );
  await need().waitFor();
  await page.getByRole("button", { name: "Target accuracy", exact: true }).click();
  await page.waitForFunction(() => document.activeElement?.id === "data-target");
}, 30_000);

test("a bad address is answered with its mistakes on the first visit", async () => {
  await page.goto(at("/data?v=1&target=much&model=ViT-B-99&colour=red"));
  await page.getByRole("heading", { name: "2 values keep this from being answered" }).waitFor();
  expect(await page.getByText("The address also says “colour”").count()).toBe(1);
  expect(await page.getByRole("combobox", { name: "Task" }).inputValue()).toBe("classification");
  expect(await accessibilityFindings(page)).toEqual([]);
  expect(await page.getByRole("link", { name: "start over from an example" }).getAttribute("href")).toBe("/data");
}, 30_000);

test("a picked file fills the form, and what is damaged is listed", async () => {
  const rows = Array.from({ length: 300 }, (_, index) => `${index}.jpg,class ${index % 12},a photo`);
  writeFileSync(path.join(folder, "train.csv"), `image,label,caption\n${rows.join("\n")}\nbroken,line\n`);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open("/data");
  await page.getByLabel("Dataset files").setInputFiles(path.join(folder, "train.csv"));
  await page.getByRole("heading", { name: "train.csv: 300 entries, 1 fault" }).waitFor();
  expect(await field("Classes").inputValue()).toBe("12");
  await page.waitForURL(/classes=12.*images=300/);
  await page.getByText("What is wrong, and where").click();
  await page.getByText("train.csv, line 302: has 2 fields where the heading has 3").waitFor();
  await page.getByText("None of the 300 images was looked at").waitFor();
  await settled();
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Put the dataset aside" }).click();
  expect(await page.locator("#dataset-title").count()).toBe(0);
}, 60_000);

test("a picked folder of images is read with their sizes", async () => {
  writeAll(path.join(folder, "photos"), {
    "train/cat/a.png": png(64, 48),
    "train/dog/a.png": png(64, 48),
    "train/dog/b.png": "no image",
    "val/cat/c.png": png(64, 48),
  });
  await open("/data");
  await page.getByLabel("Dataset folder").setInputFiles(path.join(folder, "photos"));
  await page.getByRole("heading", { name: "photos: 4 entries, 1 fault" }).waitFor();
  expect(await page.getByText("train 3, val 1").count()).toBe(1);
  await page.waitForURL(/classes=2.*imageKb=0\.\d+.*images=3/);
}, 60_000);

test("a dropped file is read wherever on the page it falls, and what is none is refused with the way out", async () => {
  await open("/data");
  const drop = (name: string, text: string) =>
    page.evaluate(
      ([fileName = "", content = ""]) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([content], fileName));
        for (const kind of ["dragover", "drop"]) {
          document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
        }
      },
      [name, text],
    );
  await drop(
    "train.json",
    JSON.stringify([
      { image: "a.jpg", label: "x" },
      { image: "b.jpg", label: "y" },
    ]),
  );
  await page.getByRole("heading", { name: "train.json: 2 entries, none damaged" }).waitFor();
  await drop("notes.docx", "…");
  await page.getByText(/^notes\.docx is no dataset that is known: give \.json/).waitFor();
}, 60_000);

test("a large file shows how far it is and can be cancelled", async () => {
  const file = path.join(folder, "large.json");
  const entry = JSON.stringify({ image: "a.jpg", label: "x", caption: "word ".repeat(40) });
  writeFileSync(file, `[${Array.from({ length: 400_000 }, () => entry).join(",")}]`);
  await open("/data");
  await page.getByLabel("Dataset files").setInputFiles(file);
  await page.getByText(/^\d+ MiB of \d+ MiB, [\d,]+ entries$/).waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(await page.getByRole("progressbar").count()).toBe(0);
  expect(await page.locator("#dataset-title").count()).toBe(0);
}, 60_000);

test.each([
  ["light", 1440],
  ["dark", 1440],
  ["light", 390],
  ["dark", 390],
] as const)(
  "in %s at %i px axe finds nothing, no error is logged and nothing scrolls sideways but the table",
  async (colorScheme, width) => {
    const errors = errorsOf(page);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    await open("/data?v=1&classes=25&zeroShot=62&target=85&pilot=2:71;2:73;4:75;8:74&gpu=t4&images=400");
    if (width < 1000) await page.getByRole("button", { name: "Change the task" }).click();
    for (const group of ["Test set and evidence", "Labelling and storage", "Strategy, run and search"])
      await openGroup(group);
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await accessibilityFindings(page)).toEqual([]);
    if (width < 1000) {
      await page.getByRole("button", { name: "Close the plan" }).click();
      expect(await accessibilityFindings(page)).toEqual([]);
    }
    expect(errors).toEqual([]);
  },
  60_000,
);

test("the page loads at most 200 kB of compressed JavaScript", async () => {
  await page.goto(at("/data"), { waitUntil: "networkidle" });
  expect(await scriptBytes(page)).toBeLessThanOrEqual(200 * KB);
}, 30_000);
