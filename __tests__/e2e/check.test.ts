import { setTimeout } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { CPU_RATES } from "@/lib/engine/onnxruntime/runtime-efficiencies";
import { encodeLink } from "@/lib/plan/link";
import { describeMachine } from "@/lib/profile/runner/machine";
import { isFinal, type Validation } from "@/lib/profile/validation";
import { closeDatabases } from "@/lib/store/database";
import { accessibilityFindings, at, errorsOf, openEachTest, sidewaysOverflow } from "../support/browser";
import { h100Validations } from "../support/h100-validations";
import { keepValidation } from "../support/keep-validation";
import { CPU, validationOn } from "../support/measured-devices";
import { stepsAt, validationsOf } from "../support/timed-steps";
import { tinyRequest } from "../support/validation-request";

const TINY = encodeLink(tinyRequest().plan);
const ROUTE = "/api/v1/validations";

let browser: Browser;
let page: Page;

openEachTest((opened) => {
  ({ browser, page } = opened);
});

/** A check that has ended. */
let endedId: string;
/** One that ran on an H100. */
let h100Id: string;
const environment = { ...process.env };

beforeAll(async () => {
  endedId = (await submit({ batchSizes: [1, 2, 3], repeats: 2 })).id;
  await ended(endedId);
  process.env = { ...environment, DATABASE_URL: "", HEADROOM_DB: environment.HEADROOM_TEST_DB };
  for (const ran of h100Validations("vit-b-32-full-b256-fp32", "vit-b-16-full-b32-fp32")) {
    h100Id = await keepValidation(ran);
  }
}, 60_000);

afterAll(async () => {
  const { validations } = await (await fetch(at(ROUTE))).json();
  for (const { id } of validations) await fetch(at(`${ROUTE}/${id}`), { method: "DELETE" });
  await closeDatabases();
  process.env = environment;
});

async function submit(fields: object): Promise<Validation> {
  const { plan, device } = tinyRequest();
  const body = JSON.stringify({ plan, device, ...fields });
  const headers = { "Content-Type": "application/json" };
  return (await fetch(at(ROUTE), { method: "POST", headers, body })).json();
}

async function ended(id: string): Promise<void> {
  for (;;) {
    const validation: Validation = await (await fetch(at(`${ROUTE}/${id}`))).json();
    if (isFinal(validation.state)) return;
    await setTimeout(100);
  }
}

const startButton = () => page.getByRole("button", { name: "Start the check" });
const result = () => page.locator("#result");

/** Opens what a check would do, and waits until it could be started. */
async function openPreview(path: string): Promise<void> {
  await page.goto(at(path));
  await page.getByRole("table", { name: /^Memory by prediction/ }).waitFor();
}

test("a plan travels from the planner, runs for real, and its result survives a reload and is found again", async () => {
  const errors = errorsOf(page);
  await page.goto(at(`/?${TINY}`));
  await page.getByRole("link", { name: "Check on this machine" }).last().click();
  await page.waitForURL(/\/check\?.*config=/);
  await page.getByRole("textbox", { name: "Batch sizes" }).fill("1, 2, 4");
  await page
    .getByRole("heading", { name: /^51 training steps of your own configuration at batches 1, 2 and 4/ })
    .waitFor();
  expect(await page.getByText("No NVIDIA GPU was found").count()).toBe(1);
  expect(await page.getByText("It says nothing of the speed of a GPU").count()).toBe(1);
  await startButton().click();

  await page.waitForURL(/\/check\/[\w-]+$/);
  // Each sight of it names what runs, until the result takes its place.
  await page.getByRole("heading", { name: /^Running on the CPU: batch \d/ }).waitFor();
  expect(await page.getByRole("progressbar").count()).toBe(1);
  await result().waitFor({ timeout: 30_000 });
  const sentence = await result().textContent();
  expect(sentence).toMatch(
    /^Measured [\d.]+ GiB where [\d.]+ GiB was predicted at batch 4: 0\.0 % off; (?:a step takes .+|the seconds of a step were not measured)\.$/,
  );
  expect(await page.getByRole("rowheader", { name: /^Peak in use/ }).count()).toBe(3);
  expect(await page.getByText(/All 5\d\d kernels ran on the CPU; loss [\d.]+ → [\d.]+ → [\d.]+/).count()).toBe(2);
  expect(await page.getByText(/ONNX Runtime 1\.29\.0, Node/).count()).toBe(1);

  await page.reload();
  expect(await result().textContent()).toBe(sentence);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  await page.getByRole("link", { name: "All checks" }).click();
  const row = page
    .getByRole("table", { name: /^Checks/ })
    .locator("tr", { has: page.locator(`a[href="/check/${id}"]`) });
  expect(await row.textContent()).toMatch(/^Done.*batches 1, 2 and 4CPU.*0\.0 %/);
  await row.getByRole("link").click();
  await result().waitFor();
  expect(await result().textContent()).toBe(sentence);
  expect(errors).toEqual([]);
}, 60_000);

test("measurements of a card go into the planner, are switched off and on, and travel with the link", async () => {
  const errors = errorsOf(page);
  await page.goto(at(`/check/${h100Id}`));
  await page.getByText(/^2 steps were timed on NVIDIA H100 SXM5 80GB in 2 checks, this one included/).waitFor();
  await page.getByRole("link", { name: "Use these measurements" }).click();
  await page.getByRole("heading", { name: "Measured on NVIDIA H100 SXM5 80GB" }).waitFor();
  const bandwidth = page.getByRole("row", { name: /^memory bandwidth/i });
  expect(await bandwidth.textContent()).toMatch(/3,352\.0\sGB\/s[\d,.]+\sGB\/s2$/);
  expect(await accessibilityFindings(page)).toEqual([]);
  const time = () => page.locator("#time-and-cost").textContent();
  // Without loading to wait for, the card is what a step takes.
  await page.goto(`${page.url()}&workers=256`);
  await page.getByRole("heading", { name: "Measured on NVIDIA H100 SXM5 80GB" }).waitFor();
  const measured = await time();
  const link = page.url();

  const theSwitch = page.getByRole("checkbox", { name: "Use these measurements" });
  await theSwitch.uncheck();
  await page.getByRole("heading", { name: "Measurements are switched off" }).waitFor();
  await page.waitForURL(/calibration=h100-sxm5-80gb,.*&calibrate=false$/);
  const assumed = await time();
  expect(assumed).not.toBe(measured);
  await page.reload();
  expect(await theSwitch.isChecked()).toBe(false);
  expect(await time()).toBe(assumed);
  await theSwitch.check();
  await page.getByRole("heading", { name: "Measured on NVIDIA H100 SXM5 80GB" }).waitFor();
  await page.waitForURL((url) => !url.search.includes("calibrate=false"));
  expect(await time()).toBe(measured);

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await other.goto(link);
  expect(await other.locator("#time-and-cost").textContent()).toBe(measured);
  await other.goto(link.replace("gpu=h100-sxm5-80gb", "gpu=h100-pcie-80gb"));
  await other.getByText(/^The measurements are of NVIDIA H100 SXM5 80GB, and say nothing of/).waitFor();
  await other.goto(link.replace("bandwidth_", "bandwidth_x"));
  await other.getByText(/^The measurements that came with the plan cannot be read/).waitFor();
  await elsewhere.close();
  expect(errors).toEqual([]);
}, 60_000);

test("what a check on the CPU measured serves later checks alone, is asked again as it was, and reads the same elsewhere", async () => {
  const errors = errorsOf(page);
  await page.goto(at(`/check/${endedId}`));
  await page.getByRole("heading", { name: "Use these measurements" }).waitFor();
  const use = page.locator("section", { has: page.locator("#use") });
  // Whether a busy machine's steps agree with each other is its own affair; the planner has no use for them either way.
  await use.getByText(/steps were timed on|^Nothing can be made of them yet: /).waitFor();
  expect(await use.getByRole("link").count()).toBe(0);
  const sentence = await result().textContent();
  const fresh = await browser.newContext();
  const other = await fresh.newPage();
  await other.goto(page.url());
  expect(await other.locator("#result").textContent()).toBe(sentence);
  await fresh.close();
  await page.getByRole("link", { name: "Check it again" }).click();
  await page.waitForURL(/[?&]device=cpu&batches=1,2,3&repeats=2/);
  await page.getByRole("heading", { name: /at batches 1, 2 and 3 on the CPU$/ }).waitFor();
  expect(errors).toEqual([]);
}, 60_000);

test("without a GPU a check on one is not offered, and the CPU is one click away", async () => {
  await page.goto(at(`/check?${TINY}&device=cuda`));
  await page.getByRole("heading", { name: "There is no NVIDIA GPU here to run it on" }).waitFor();
  expect(await startButton().count()).toBe(0);
  expect(await accessibilityFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Check it on the CPU" }).click();
  await page.getByRole("table", { name: /^Memory by prediction/ }).waitFor();
  await page.waitForURL(/device=cpu/);
}, 30_000);

test("seconds are predicted from earlier checks on this processor, unless that is switched off", async () => {
  const machine = await describeMachine();
  const key = { ...CPU, cpuName: machine.cpuName, threadCount: machine.threadCount };
  for (const measured of validationsOf(key, stepsAt(CPU_RATES), machine)) {
    const result = { ...validationOn(key, []), ...measured };
    await keepValidation({ request: result, result });
  }
  await openPreview(`/check?${TINY}&batches=1`);
  await page.getByText(/^Seconds are predicted from \d+ steps timed on this device before\.$/).waitFor();
  await page.getByText(/^About .+ of computing by prediction/).waitFor();
  await page.getByRole("checkbox", { name: "Predict seconds from earlier checks" }).uncheck();
  await page.getByText(/^Not predicted: .*that was switched off\.$/).waitFor();
  await page.waitForURL(/calibrate=false$/);
  await page.reload();
  expect(await page.getByRole("checkbox", { name: "Predict seconds from earlier checks" }).isChecked()).toBe(false);
}, 60_000);

test("a check that runs can be cancelled, and says so", async () => {
  const { id } = await submit({ batchSizes: [4096], repeats: 20 });
  await page.goto(at(`/check/${id}`));
  await page.getByRole("heading", { name: /^Running on the CPU: batch 4096/ }).waitFor();
  await page.getByRole("button", { name: "Cancel this check" }).click();
  await result().waitFor({ timeout: 15_000 });
  expect(await result().textContent()).toMatch(/^It was cancelled while it ran\./);
}, 40_000);

test("what this engine cannot run is refused with every reason, and the nearest plan is one click away", async () => {
  await page.goto(at("/check?model=ViT-B-32&strategy=linear_probe&precision=amp_bf16&optimizer=adamw_8bit&devices=4"));
  await page.getByRole("heading", { name: "This plan cannot run here as it stands" }).waitFor();
  expect(await page.locator("#refused ~ ul").getByRole("listitem").count()).toBe(3);
  expect(await accessibilityFindings(page)).toEqual([]);
  await page
    .getByRole("button", { name: "Use the nearest plan that can: precision fp32, optimizer adamw and one device" })
    .click();
  await page.getByRole("table", { name: /^Memory by prediction/ }).waitFor();
  await page.waitForURL(/strategy=linear_probe&precision=fp32$/);
  expect(await startButton().isEnabled()).toBe(true);
}, 30_000);

test("a slip in a field is said beside it, and nothing can be started until it is corrected", async () => {
  await openPreview(`/check?${TINY}&repeats=1`);
  const sizes = page.getByRole("textbox", { name: "Batch sizes" });
  await sizes.fill("1, x");
  await page.getByText('"x" must be a whole number from 1 to 4096').waitFor();
  expect(await startButton().isDisabled()).toBe(true);
  await sizes.fill("1, 2");
  await page.waitForURL(/&batches=1,(?:%20)?2&repeats=1$/);
  expect(await page.getByRole("rowheader", { name: "2", exact: true }).count()).toBe(1);
}, 30_000);

test("to whom it is off the page says how to have it, and shows nothing of the machine", async () => {
  await page.setExtraHTTPHeaders({ "X-Forwarded-For": "203.0.113.5" });
  for (const path of ["/check", `/check/${endedId}`]) {
    await page.goto(at(path));
    await page.getByRole("heading", { name: "Checks are off on this server" }).waitFor();
    expect(await page.getByText("GiB").count()).toBe(0);
  }
  expect(await accessibilityFindings(page)).toEqual([]);
}, 30_000);

test("a check that is not there says so", async () => {
  await page.goto(at("/check/nothing-is-here"));
  await page.getByRole("heading", { name: "No such check" }).waitFor();
}, 20_000);

test.each([
  ["light", 1440],
  ["dark", 390],
] as const)(
  "in %s at %i px axe finds nothing, no error is logged and nothing scrolls sideways but tables",
  async (colorScheme, width) => {
    const errors = errorsOf(page);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    for (const path of [`/check?${TINY}`, `/check/${endedId}`]) {
      await page.goto(at(path));
      await page.getByRole("table").first().waitFor();
      expect(await sidewaysOverflow(page)).toBe(0);
      expect(await accessibilityFindings(page)).toEqual([]);
    }
    expect(errors).toEqual([]);
  },
  60_000,
);
