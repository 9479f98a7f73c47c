import type { Browser, Page } from "playwright-core";
import { accessibilityFindings, at, errorsOf, openEachTest, sidewaysOverflow } from "../support/browser";

const PLANS = "/compare?a=v=1%26model=ViT-L-14%26gpu=rtx-4090&b=v=1%26model=ViT-L-14%26batch=128%26gpu=rtx-4090";

let browser: Browser;
let page: Page;

openEachTest((opened) => {
  ({ browser, page } = opened);
});

const sentence = (on: Page = page) => on.getByRole("heading", { level: 2 });
const side = (name: "a" | "b", on: Page = page) => on.locator(`#side-${name}`);

test("the planner starts a comparison with a copy of its plan, and the form changes the copy", async () => {
  const errors = errorsOf(page);
  await page.goto(at("/?model=ViT-L-14&gpu=rtx-4090"));
  await page.waitForURL(/[?&]v=1/);
  await page.getByRole("link", { name: "Compare with…" }).click();
  await page.getByRole("heading", { name: /The plans are the same so far/ }).waitFor();
  await page.getByRole("textbox", { name: "Batch per GPU", exact: true }).fill("128");
  await page.waitForURL((url) => url.searchParams.get("b")?.includes("batch=128") === true);
  expect(new URL(page.url()).searchParams.get("a")).not.toContain("batch=128");
  expect(await side("a").textContent()).toMatch(/^Fits on/);
  expect(await side("b").textContent()).toMatch(/^Does not fit on/);
  expect(await sentence().textContent()).toMatch(/^B does not fit where A fits, needs .* more on each GPU/);
  expect(errors).toEqual([]);
}, 30_000);

test("a shared comparison gives the same sentence to someone else, even without JavaScript", async () => {
  await page.goto(at(PLANS));
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const other = await plain.newPage();
  await other.goto(page.url());
  expect(await sentence(other).textContent()).toBe(await sentence().textContent());
  await plain.close();
}, 30_000);

test("each side leads to its own plan", async () => {
  await page.goto(at(PLANS));
  await page.getByRole("link", { name: "All of plan B" }).click();
  await page.waitForURL(/\/\?v=1&model=ViT-L-14&batch=128/);
}, 30_000);

test("one side rests on measurements of its card, switches them off and on, and a fresh profile has the same", async () => {
  const errors = errorsOf(page);
  const plan = "v=1%26model=ViT-B-32%26workers=256%26gpu=h100-sxm5-80gb";
  const calibration = "calibration=h100-sxm5-80gb,bandwidth_0.5_9,steps_9,spread_0.031,on_20261126";
  await page.goto(at(`/compare?a=${plan}&b=${plan}%26${calibration}`));
  const measured = (on: Page) => on.getByText(/^Rests on 9 steps timed on NVIDIA H100 SXM5 80GB: a step takes /);
  await measured(page).waitFor();
  expect(await sentence().textContent()).toMatch(/^B takes .+ longer/);
  await page.getByText(/^B rests on measurements of its card and A on what is assumed of the same card/).waitFor();
  expect(await accessibilityFindings(page)).toEqual([]);
  const told = await sentence().textContent();
  const link = page.url();
  await page.getByRole("checkbox", { name: "Use these measurements" }).uncheck();
  await page.getByRole("heading", { level: 2, name: /^Both plans need the same memory and time/ }).waitFor();
  await page.waitForURL((url) => url.searchParams.get("b")?.endsWith("&calibrate=false") === true);
  const fresh = await browser.newContext();
  const other = await fresh.newPage();
  await other.goto(link);
  await measured(other).waitFor();
  expect(await sentence(other).textContent()).toBe(told);
  await fresh.close();
  await page.getByRole("checkbox", { name: "Use these measurements" }).check();
  await page.getByRole("link", { name: "All of plan B" }).click();
  await page.getByRole("heading", { name: "Measured on NVIDIA H100 SXM5 80GB" }).waitFor();
  expect(errors).toEqual([]);
}, 60_000);

test("a side that cannot be read says what is wrong with it, beside the field", async () => {
  await page.goto(at("/compare?a=model=ViT-B-32&b=model=ViT-B-32%26batch=-3"));
  await page.getByRole("heading", { name: "One value keeps plan B from being answered" }).waitFor();
  expect(await page.getByRole("textbox", { name: "Batch per GPU" }).getAttribute("aria-invalid")).toBe("true");
  expect(await accessibilityFindings(page)).toEqual([]);
}, 30_000);

test.each([
  ["light", 1440],
  ["dark", 1440],
  ["light", 390],
  ["dark", 390],
] as const)(
  "axe finds nothing in %s at %i px, and nothing scrolls sideways",
  async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(at(PLANS), { waitUntil: "networkidle" });
    await page.getByText("fields are the same").click();
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
  },
  60_000,
);

test("at 390 px the plans stand one above the other, and the form opens from below", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(at(PLANS), { waitUntil: "networkidle" });
  const [above, below] = [await side("a").boundingBox(), await side("b").boundingBox()];
  expect(below?.y).toBeGreaterThan(above?.y ?? Number.POSITIVE_INFINITY);
  await page.getByRole("button", { name: "Change plan A", exact: true }).click();
  await page.getByLabel("Precision").selectOption("fp32");
  await page.waitForURL((url) => url.searchParams.get("a")?.includes("precision=fp32") === true);
}, 30_000);
