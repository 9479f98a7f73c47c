import type { Browser } from "playwright-core";
import report from "@/truth/accuracy-memory.json";
import { accessibilityFindings, at, errorsOf, launchBrowser, sidewaysOverflow } from "../support/browser";

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 60_000);

afterAll(() => browser.close());

test.each(["light", "dark"] as const)(
  "the published errors are shown without a finding of axe, in %s",
  async (colorScheme) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    const errors = errorsOf(page);
    await page.goto(at("/accuracy"));
    const rows = report.rowCount.toLocaleString("en-US");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain(`On ${rows} training steps`);
    expect(await page.getByRole("table").count()).toBeGreaterThan(5);
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await accessibilityFindings(page)).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  },
  30_000,
);
