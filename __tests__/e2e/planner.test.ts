import type { Browser, BrowserContext, Page } from "playwright-core";
import { accessibilityFindings, at, errorsOf, openEachTest, sidewaysOverflow } from "../support/browser";

let browser: Browser;
let context: BrowserContext;
let page: Page;

openEachTest((opened) => {
  ({ browser, context, page } = opened);
});

const verdict = (on: Page = page) => on.locator("#verdict");
const figures = (on: Page = page) => on.locator("#verdict + p");
const whole = (on: Page = page) => on.getByRole("region", { name: /^(Fits|Tight|Does not fit) on/ });

/** Opens the planner and waits until the address holds its plan, which is when it has started. */
async function open(path: string, on: Page = page): Promise<void> {
  await on.goto(at(path));
  await on.waitForURL(/[?&]v=1/);
}

test("the first visit already answers, without JavaScript", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const first = await plain.newPage();
  await first.goto(at("/"));
  expect(await verdict(first).textContent()).toMatch(/^(Fits|Tight|Does not fit) on NVIDIA GeForce RTX 4090$/);
  expect(await figures(first).textContent()).toMatch(/GiB at the peak/);
  await plain.close();
}, 30_000);

test("the first visit leads to its plan in the address, its ladder of changes, and no error", async () => {
  const errors = errorsOf(page);
  await open("/");
  expect(page.url()).toContain("model=ViT-L-14");
  await page
    .getByRole("button", { name: /^Apply: / })
    .first()
    .waitFor();
  expect(errors).toEqual([]);
}, 30_000);

const SIZES = "Accumulation, attention, sizes";

/** Each control, what is done to it, and what the address then says. */
const CHANGES: readonly { name: string; inDetails?: string; act: (on: Page) => Promise<unknown>; says: string }[] = [
  { name: "model", act: (on) => choose(on, "Model", "ViT-B/16"), says: "model=ViT-B-16" },
  {
    name: "implementation",
    act: (on) => on.getByText("transformers", { exact: true }).click(),
    says: "implementation=transformers",
  },
  { name: "strategy", act: (on) => on.getByText("LoRA", { exact: true }).click(), says: "strategy=lora" },
  {
    name: "batch slider",
    act: (on) => on.getByRole("slider", { name: "Batch per GPU, slider" }).press("ArrowLeft"),
    says: "batch=28",
  },
  { name: "batch figure", act: (on) => type(on, "Batch per GPU", "20"), says: "batch=20" },
  { name: "precision", act: (on) => on.getByLabel("Precision").selectOption("bf16"), says: "precision=bf16" },
  { name: "checkpointing", act: (on) => on.getByLabel("Gradient checkpointing").check(), says: "checkpointing=true" },
  { name: "optimizer", act: (on) => on.getByLabel("Optimizer").selectOption("sgd"), says: "optimizer=sgd" },
  { name: "GPU", act: (on) => choose(on, "GPU", "A100 SXM4 40"), says: "gpu=a100-sxm4-40gb" },
  { name: "GPUs", act: (on) => type(on, "GPUs", "4"), says: "devices=4" },
  { name: "accumulation", inDetails: SIZES, act: (on) => type(on, "Accumulation steps", "2"), says: "accumulation=2" },
  {
    name: "attention",
    inDetails: SIZES,
    act: (on) => on.getByLabel("Attention", { exact: true }).selectOption("math"),
    says: "attention=math",
  },
  { name: "image size", inDetails: SIZES, act: (on) => type(on, "Image size", "280"), says: "imageSize=280" },
  { name: "context length", inDetails: SIZES, act: (on) => type(on, "Context length", "64"), says: "contextLength=64" },
];

test.each(CHANGES)(
  "changing the $name changes the address and the answer",
  async ({ inDetails, act, says }) => {
    await open("/");
    const before = await whole().textContent();
    if (inDetails !== undefined) await page.getByText(inDetails).click();
    await act(page);
    await page.waitForURL((url) => url.search.split(/[?&]/).includes(says));
    expect(await whole().textContent()).not.toBe(before);
  },
  30_000,
);

test.each([
  ["Local loss", "localLoss=true"],
  ["Gather with gradient", "gatherWithGrad=true"],
])(
  "%s is part of the plan",
  async (label, says) => {
    await open("/?model=ViT-B-32&devices=4");
    await page.getByText("Several GPUs").click();
    await page.getByLabel(label).check();
    await page.waitForURL((url) => url.search.includes(says));
  },
  30_000,
);

test.each([
  ["Training pairs", "50000", "trainSamples=50000"],
  ["Epochs between checkpoints", "5", "checkpointEvery=5"],
  ["Your price", "0.4", "price=0.4"],
  ["Validation pairs", "100", "validationSamples=100"],
  ["Epochs", "3", "epochs=3"],
  ["Loader workers", "8", "workers=8"],
  ["Average image file", "200", "imageBytes=200000"],
])(
  "%s is part of the plan",
  async (label, value, says) => {
    await open("/");
    await page.getByText("Data, checkpoints, price").click();
    await type(page, label, value);
    await page.waitForURL((url) => url.search.includes(says));
  },
  30_000,
);

test("sharding is part of the plan", async () => {
  await open("/?model=ViT-B-32&devices=4");
  await page.getByText("Several GPUs").click();
  await page.getByLabel("Sharding").selectOption("zero2");
  await page.waitForURL(/sharding=zero2/);
}, 30_000);

test("time and cost stand beside the verdict, and every row of them opens", async () => {
  await open("/");
  expect(await page.locator("#time-and-cost").textContent()).toMatch(
    /^\d.* \(.+\) on 1 × NVIDIA GeForce RTX 4090, about \$\d+\.\d\d at .+'s price of \d+ \w+ \d{4} \(\d+ days old\)$/,
  );
  const time = page.getByRole("region", { name: /^How long:/ });
  await time.locator("summary", { hasText: "The whole run" }).click();
  await time.getByText(/10 epochs of 312 steps/).waitFor();
  expect(await time.getByText("limits the run").count()).toBe(1);
}, 30_000);

test("one's own price decides the cost, and travels in the link", async () => {
  await open("/");
  await page.getByRole("textbox", { name: "My price, USD per GPU and hour" }).fill("2");
  await page.waitForURL(/price=2/);
  expect(await page.locator("#time-and-cost").textContent()).toContain("at your price of $2.00 per GPU and hour");
  await page
    .getByRole("region", { name: /^What it costs/ })
    .getByText("Your price")
    .click();
  await page.getByText(/h × \$2\.00 per GPU and hour × 1 GPU =/).waitFor();
}, 30_000);

test("emulated bf16 has no time, and one click gives the precision that has one", async () => {
  await open("/?model=ViT-B-32&gpu=t4&precision=amp_bf16");
  await page.getByRole("heading", { name: "No time is given for this plan" }).waitFor();
  expect(await page.getByRole("heading", { name: "What it costs: no time, no cost" }).isVisible()).toBe(true);
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Use amp (mixed, fp16)" }).click();
  await page.getByRole("heading", { name: /^How long:/ }).waitFor();
}, 30_000);

test("a card of one's own has no time until its rates are given, and then no price but one's own", async () => {
  await open("/?model=ViT-B-32&gpu=custom&gpuName=Mine&gpuMemory=12884901888&gpuCapability=8.6");
  await page.getByRole("heading", { name: "No time is given for this plan" }).waitFor();
  await type(page, "Memory bandwidth", "360");
  await type(page, "Peak in fp32", "12.7");
  await type(page, "Peak in fp16", "51");
  await page.getByRole("heading", { name: /^How long:/ }).waitFor();
  await page.getByRole("heading", { name: "What it costs: no price is known" }).waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);
}, 30_000);

test("a plan is taken along as text; what a form cannot hold is refused with the form that can", async () => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open("/?model=ViT-L-14&strategy=lora");
  await page.getByRole("button", { name: "Take it with you" }).click();
  await page.getByRole("button", { name: "open_clip command" }).click();
  await page.getByText(/open_clip_train has no LoRA/).waitFor();
  await page.getByRole("button", { name: "Take the Hugging Face script instead" }).click();
  await page.getByRole("region", { name: "train.py" }).waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied.", { exact: true }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("LoraConfig(");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("train.py");
}, 30_000);

test("each strategy has its own fields", async () => {
  await open("/?model=ViT-B-32");
  await page.getByText("Last blocks", { exact: true }).click();
  await type(page, "Unlocked blocks", "3");
  await page.waitForURL(/strategy=partial&blocks=3/);
  await page.getByText("LoRA", { exact: true }).click();
  await type(page, "Rank", "16");
  await page.getByLabel("fc1").check();
  await page.waitForURL(/strategy=lora&rank=16&targets=q_proj,v_proj,fc1/);
  await page.getByText("Prompt", { exact: true }).click();
  await type(page, "Context tokens", "4");
  await type(page, "Classes", "250");
  await page.waitForURL(/strategy=prompt&contextTokens=4&classes=250/);
  await page.getByText("Linear probe", { exact: true }).click();
  await page.waitForURL(/strategy=linear_probe/);
}, 30_000);

test("a shared link gives the same numbers to someone else", async () => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open("/?model=ViT-B-16&strategy=lora&rank=8&batch=48&precision=amp_bf16&gpu=rtx-3090&checkpointing=true");
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByText("Link copied.").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const fresh = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const other = await fresh.newPage();
  await other.goto(link);
  expect(await whole(other).locator("#timeline-title").textContent()).toBe(
    await page.locator("#timeline-title").textContent(),
  );
  expect(await figures(other).textContent()).toBe(await figures().textContent());
  expect(await other.getByLabel("Rank").inputValue()).toBe("8");
  await fresh.close();
}, 30_000);

test("a plan and a card of one's own travel in the link", async () => {
  await open("/?model=ViT-B-32");
  await page.getByRole("button", { name: "My card is missing: describe it" }).click();
  await type(page, "Name of your card", "Test card");
  await type(page, "Memory", "12");
  await page.getByRole("button", { name: "Use my own open_clip configuration" }).click();
  await page.waitForURL((url) => url.search.includes("gpuMemory=12884901888") && url.search.includes("config="));
  await page.reload();
  expect(await verdict().textContent()).toBe("Fits on Test card");
}, 30_000);

test("a saved plan keeps its numbers at an address of its own and can be edited as a copy", async () => {
  await open("/?model=ViT-B-16&batch=24&gpu=rtx-3090");
  const seen = await figures().textContent();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: /^\/p\// }).click();
  await page.getByRole("heading", { name: /^Saved \d/ }).waitFor();
  expect(await figures().textContent()).toBe(seen);
  expect(await page.getByText("Today's estimator gives the same.").isVisible()).toBe(true);
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("link", { name: "Edit a copy" }).click();
  await page.waitForURL(/model=ViT-B-16&batch=24&gpu=rtx-3090/);
  expect(await figures().textContent()).toBe(seen);
}, 30_000);

test("an id that nothing is stored under is answered as such", async () => {
  const response = await page.goto(at("/p/0123456789abcdefg"));
  expect(response?.status()).toBe(404);
  expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("No plan is stored under this id");
  expect(await accessibilityFindings(page)).toEqual([]);
}, 30_000);

test("every bad value of a link is shown beside its field, and a suggestion mends it", async () => {
  await page.goto(at("/?model=ViT-L-14&gpu=rtx-4090&batch=-3&imageSize=225"));
  await page.getByRole("heading", { name: "2 values keep this from being answered" }).waitFor();
  expect(await page.getByRole("textbox", { name: "Batch per GPU" }).getAttribute("aria-invalid")).toBe("true");
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("form", { name: "Plan" }).getByRole("button", { name: "Use 224" }).click();
  await page.getByRole("heading", { name: "One value keeps this from being answered" }).waitFor();
  await type(page, "Batch per GPU", "8");
  await page.waitForURL(/batch=8/);
  expect(await verdict().textContent()).toMatch(/^Fits on/);
}, 30_000);

test("an unknown model is answered with the nearest names, and the last answer stays in sight", async () => {
  await open("/");
  await choose(page, "Model", "ViT-B-3x");
  await page.getByRole("heading", { name: "One value keeps this from being answered" }).waitFor();
  expect(await verdict().isVisible()).toBe(true);
  await page.getByRole("form", { name: "Plan" }).getByRole("button", { name: "Use ViT-B-32", exact: true }).click();
  await page.waitForURL(/model=ViT-B-32/);
}, 30_000);

test("a parameter that no plan has can be taken out", async () => {
  await page.goto(at("/?model=ViT-B-32&colour=red"));
  await page.getByRole("button", { name: "Remove it" }).click();
  await page.waitForURL((url) => url.search.includes("v=1") && !url.search.includes("colour"));
}, 30_000);

test("at 390 px nothing scrolls sideways, and the plan opens over an answer that stays in sight", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/", "/?model=ViT-B-32&gpu=a100-sxm4-80gb", "/?model=RN50x64&batch=64&gpu=rtx-3060-12gb"]) {
    await open(path);
    const overflow = await sidewaysOverflow(page);
    expect({ path, overflow }).toEqual({ path, overflow: 0 });
  }
  await page.getByRole("button", { name: "Change the plan" }).click();
  await page.getByLabel("Precision").selectOption("fp32");
  await page.waitForURL(/precision=fp32/);
  const box = await verdict().boundingBox();
  expect(box?.y).toBeGreaterThanOrEqual(0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Change the plan" }).waitFor();
}, 30_000);

test.each([
  ["light", 1440],
  ["dark", 1440],
  ["light", 390],
  ["dark", 390],
] as const)(
  "axe finds nothing in %s at %i px, with everything open",
  async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    await open("/?model=ViT-B-32&strategy=lora&batch=2048&gpu=rtx-3060-12gb");
    await page
      .getByRole("button", { name: /^Apply: / })
      .first()
      .waitFor();
    if (width < 1000) await page.getByRole("button", { name: "Change the plan" }).click();
    await page.evaluate(() => {
      // The table of the step has two thousand cells of one kind; the table of batches stands for both.
      for (const details of document.querySelectorAll("details")) {
        details.open = details.closest("[aria-labelledby=timeline-title]") === null;
      }
    });
    await page.getByRole("table").first().waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  },
  60_000,
);

test("the charts are read with the keyboard alone", async () => {
  await open("/");
  const moment = page.getByRole("slider", { name: "Moment of the training step" });
  await moment.focus();
  const atPeak = await moment.getAttribute("aria-valuetext");
  await page.keyboard.press("Home");
  expect(await moment.getAttribute("aria-valuetext")).not.toBe(atPeak);
  expect(await moment.getAttribute("aria-valuetext")).toMatch(/GiB allocated$/);
}, 30_000);

test("the unit is remembered by the next visit, from its first paint on", async () => {
  await open("/");
  await page.getByText("MiB", { exact: true }).click();
  const plain = await page.request.get(at("/"));
  expect(await plain.text()).toMatch(/MiB at the peak/);
}, 30_000);

/** Searches a list and takes the first match. */
async function choose(on: Page, label: string, text: string): Promise<void> {
  const field = on.getByRole("combobox", { name: label, exact: true });
  await field.click();
  await field.fill(text);
  await field.press("Enter");
}

async function type(on: Page, label: string, text: string): Promise<void> {
  await on.getByRole("textbox", { name: label, exact: true }).fill(text);
}
