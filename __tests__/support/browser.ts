import { execFileSync } from "node:child_process";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

interface BrowserProgram {
  readonly executablePath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A real Chromium without a window: the machine's own, or the one from npm. The caller closes it. */
export function launchBrowser(): Promise<Browser> {
  const printed = execFileSync(process.execPath, ["scripts/chromium.mjs"], { encoding: "utf8" });
  // Printed by our own script, whose shape this is.
  const program = JSON.parse(printed) as BrowserProgram;
  return chromium.launch({
    executablePath: program.executablePath,
    args: [...program.args],
    env: { ...definedEnvironment(), ...program.env },
  });
}

export interface Opened {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
}

/** One browser for a file of tests, and for each of them a page of a fresh profile, as wide as the pages are laid out for. */
export function openEachTest(onOpen: (opened: Opened) => void): void {
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    browser = await launchBrowser();
  }, 60_000);
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    onOpen({ browser, context, page: await context.newPage() });
  });
  afterEach(() => context.close());
  afterAll(() => browser.close());
}

/** Address of a path on the server under test. */
export function at(path: string): string {
  const base = process.env.HEADROOM_TEST_URL;
  if (base === undefined) throw new Error("HEADROOM_TEST_URL is not set; browser tests run in the e2e project only");
  return `${base}${path}`;
}

/** What axe finds wrong with a page, one line a finding; empty when it finds nothing. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    // Describing every element that passes would take most of the time.
    .options({ resultTypes: ["violations"] })
    // Hundreds of rows of a table are written alike; judging the first ones judges all.
    .exclude("tbody > tr:nth-child(n + 6)")
    .analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`));
}

/** CSS pixels by which a page as a whole can be scrolled sideways; parts that scroll by themselves do not count. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Bytes of compressed JavaScript that a page has loaded. */
export async function scriptBytes(page: Page): Promise<number> {
  const bytes = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => entry instanceof PerformanceResourceTiming && new URL(entry.name).pathname.endsWith(".js"))
      .reduce((sum, entry) => sum + (entry instanceof PerformanceResourceTiming ? entry.encodedBodySize : 0), 0),
  );
  // Nothing at all would mean that it was not measured.
  if (bytes < LEAST_SCRIPT_BYTES) throw new Error(`${bytes} bytes of JavaScript are too few to be true`);
  return bytes;
}

const LEAST_SCRIPT_BYTES = 10_000;

/** Collects uncaught errors and console errors of a page, for a test to expect none. */
export function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
