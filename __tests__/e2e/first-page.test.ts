import type { Browser } from "playwright-core";
import { KB } from "@/lib/units";
import { accessibilityFindings, at, errorsOf, launchBrowser, scriptBytes } from "../support/browser";

const SCRIPT_LIMIT_BYTES = 200 * KB;

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);

afterAll(() => browser.close());

test("the first page opens without an error, and axe finds nothing", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors = errorsOf(page);
  await page.goto(at("/"));
  expect(await page.title()).toMatch("Headroom");
  expect(await accessibilityFindings(page)).toEqual([]);
  expect(errors).toEqual([]);
}, 30_000);

test("the first visit loads at most 200 kB of compressed JavaScript", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(at("/"), { waitUntil: "networkidle" });
  expect(await scriptBytes(page)).toBeLessThanOrEqual(SCRIPT_LIMIT_BYTES);
}, 30_000);
