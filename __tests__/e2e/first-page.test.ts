import type { Browser } from "playwright-core";
import { accessibilityFindings, at, launchBrowser } from "../support/browser";

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);

afterAll(() => browser.close());

test("the first page opens and axe finds nothing", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(at("/"));
  expect(await page.title()).toMatch("Headroom");
  expect(await accessibilityFindings(page)).toEqual([]);
}, 30_000);
