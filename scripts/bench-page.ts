/**
 * How long the pages take to show a change, in a real browser on the built server, both on this machine. Fails when a
 * target is missed.
 *
 *   npm run bench:page
 *
 * Timed is from the event of a control to the frame after the one in which the new figures stand in the page: of every
 * control of `/gpus` its table, of the planner its time and cost, which the server works out anew. Another plan on `/gpus` is a page
 * that loads: from the start of the navigation until its table has been painted, without a target.
 */

import { execFileSync } from "node:child_process";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { startBuiltServer } from "./built-server";

const TABLE_MILLISECONDS = 300;
const ROUNDS = 2;
/** Until the server has compiled what answers; it stays up for days. */
const WARM_UP_PLANS = 8;
const NEW_PLANS = 8;
/** What a page works out while a person looks is over before the next change. */
const REST_MILLISECONDS = 300;

/** What is done to a control, and what undoes it. */
interface Control {
  readonly name: string;
  readonly target: Locator;
  /** Texts to type one after the other; a click where there are none. */
  readonly texts?: readonly string[];
}

const server = await startBuiltServer();
try {
  const browser = await launchBrowser();
  try {
    process.exitCode = await measure(browser);
  } finally {
    await browser.close();
  }
} finally {
  server.stop();
}

async function measure(browser: Browser): Promise<number> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  const newPlans = await timedPlans(page);
  const table = await timedTable(page);
  const planner = await timedPlanner(page);
  const isMet = [
    report("/gpus, its table after a change of", table),
    report("/gpus, its table for another plan", new Map([["the address", newPlans]]), Number.POSITIVE_INFINITY),
    report("/, time and cost after a change of", planner),
  ];
  return isMet.every((met) => met) ? 0 : 1;
}

/** Milliseconds of each control, over all rounds. */
async function timedTable(page: Page): Promise<ReadonlyMap<string, number[]>> {
  await page.goto(`${server.url}/gpus?model=ViT-L-14`);
  await page.waitForURL(/[?&]v=1/);
  const shown = page.getByRole("region", { name: "GPUs for this plan" }).locator("table");
  const filters = page.getByRole("complementary", { name: "Goal and filters" });
  const heads = await shown.getByRole("columnheader").getByRole("button").all();
  const boxes = await filters.getByRole("checkbox").all();
  const goals = ["fastest", "best_value", "cheapest"].map((goal) => filters.locator(`input[name=goal][value=${goal}]`));
  const all = page.getByRole("button", { name: /^(Every number of GPUs|One row per GPU)$/ });
  const named = async (kind: string, targets: readonly Locator[]): Promise<Control[]> =>
    Promise.all(targets.map(async (target) => ({ name: `${kind}: ${await nameOf(target)}`, target })));
  const field = (name: string, text: string): Control => ({
    name,
    target: filters.getByRole("textbox", { name }),
    texts: [text, ""],
  });
  const controls: Control[] = [
    ...(await named("goal", goals)),
    ...(await named(
      "order",
      heads.flatMap((head) => [head, head, head]),
    )),
    ...(await named(
      "box",
      boxes.flatMap((box) => [box, box]),
    )),
    field("Memory from (GiB)", "40"),
    field("Done within (hours)", "0.25"),
    field("Up to, an hour ($)", "2"),
    field("Up to, the run ($)", "0.1"),
    { name: "all 416 rows, and back", target: all },
    { name: "goal, with all 416 rows", target: goals[0] ?? all },
    { name: "goal, with all 416 rows", target: goals[2] ?? all },
    { name: "all 416 rows, and back", target: all },
    { name: "what one owns", target: filters.locator("input[name=among][value=owned]") },
    { name: "what one owns", target: filters.locator("input[name=among][value=all]") },
  ];
  return timed(page, controls, '[aria-label="GPUs for this plan"]');
}

async function timedPlanner(page: Page): Promise<ReadonlyMap<string, number[]>> {
  await page.goto(`${server.url}/?model=ViT-L-14`);
  await page.waitForURL(/[?&]v=1/);
  const form = page.getByRole("form", { name: "Plan" });
  const field = (name: string, texts: readonly string[]): Control => ({
    name,
    target: form.getByRole("textbox", { name: new RegExp(`^${name}`) }).first(),
    texts,
  });
  const controls = [
    field("Batch per GPU", ["40", "48"]),
    field("Training pairs", ["20000", "10000"]),
    field("Epochs", ["7", "10"]),
    field("GPUs", ["2", "1"]),
    { name: "Gradient checkpointing", target: form.getByRole("switch", { name: /^Gradient checkpointing/ }) },
    { name: "Gradient checkpointing", target: form.getByRole("switch", { name: /^Gradient checkpointing/ }) },
  ];
  // Each round asks for plans that were not asked for before: what the browser remembers is no answer of the server.
  return timed(page, controls, '[aria-labelledby="time-title"]', (text, round) => String(Number(text) + round + 1), 1);
}

async function timed(
  page: Page,
  controls: readonly Control[],
  shown: string,
  inRound: (text: string, round: number) => string = (text) => text,
  warmUpRounds = 0,
): Promise<ReadonlyMap<string, number[]>> {
  const milliseconds = new Map<string, number[]>();
  for (let round = -warmUpRounds; round < ROUNDS; round++) {
    for (const { name, target, texts } of controls) {
      for (const text of texts ?? [null]) {
        const took = await changeSeen(page, target, text === null ? null : inRound(text, round), shown).catch(
          (error) => {
            throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
          },
        );
        if (round >= 0) milliseconds.set(name, [...(milliseconds.get(name) ?? []), took]);
      }
    }
  }
  return milliseconds;
}

/** Milliseconds from the event until the frame after the one that shows the change. */
async function changeSeen(page: Page, target: Locator, text: string | null, shown: string): Promise<number> {
  const control = await target.elementHandle();
  if (control === null) throw new Error("the control is not there");
  await page.waitForTimeout(REST_MILLISECONDS);
  return page.evaluate(
    async ([element, value, selector]) => {
      if (!(element instanceof HTMLElement)) throw new Error("the control is no element");
      const figures = () => document.querySelector(selector)?.textContent;
      const frame = () => new Promise(requestAnimationFrame);
      const before = figures();
      const start = performance.now();
      if (value === null) element.click();
      else {
        // React listens to the setter of the element, not of the prototype.
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(element, value);
        element.dispatchEvent(new Event("input", { bubbles: true }));
      }
      while (figures() === before || document.querySelector('.answer[data-waiting="true"]') !== null) {
        if (performance.now() - start > 5000) throw new Error("no change was seen within 5 s");
        await frame();
      }
      await frame();
      return performance.now() - start;
    },
    [control, text, shown] as const,
  );
}

/** From the start of the navigation until the table of a plan that the server has not seen is painted. */
async function timedPlans(page: Page): Promise<number[]> {
  await page.addInitScript(() => {
    const look = () => {
      if (document.querySelector("th[scope=row]") === null) requestAnimationFrame(look);
      else requestAnimationFrame(() => performance.mark("table"));
    };
    look();
  });
  const milliseconds: number[] = [];
  for (let batch = 1; batch <= WARM_UP_PLANS + NEW_PLANS; batch++) {
    await page.goto(`${server.url}/gpus?model=ViT-L-14&batch=${batch}`);
    const took = await page.evaluate(() => performance.getEntriesByName("table")[0]?.startTime ?? Number.NaN);
    if (batch > WARM_UP_PLANS) milliseconds.push(took);
  }
  return milliseconds;
}

/** @returns whether every change was seen in time */
function report(
  title: string,
  milliseconds: ReadonlyMap<string, readonly number[]>,
  target: number = TABLE_MILLISECONDS,
): boolean {
  const all = [...milliseconds.values()].flat();
  const worst = Math.max(...all);
  const isMet = worst <= target;
  const verdict = Number.isFinite(target) ? ` (target ${target} ms: ${isMet ? "ok" : "MISSED"})` : "";
  process.stdout.write(
    `${title}: median ${rounded(median(all))} ms, worst ${rounded(worst)} ms of ${all.length}${verdict}\n`,
  );
  for (const [name, times] of milliseconds)
    process.stdout.write(
      `  ${name.padEnd(36)} median ${rounded(median(times))} ms, worst ${rounded(Math.max(...times))} ms\n`,
    );
  return isMet;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function rounded(milliseconds: number): string {
  return milliseconds.toFixed(0).padStart(4);
}

async function nameOf(target: Locator): Promise<string> {
  return target.evaluate((element) => (element.closest("label") ?? element).textContent?.trim() ?? "");
}

function launchBrowser(): Promise<Browser> {
  const printed = execFileSync(process.execPath, ["scripts/chromium.mjs"], { encoding: "utf8" });
  // Printed by our own script, whose shape this is.
  const program = JSON.parse(printed) as { executablePath: string; args: string[]; env: Record<string, string> };
  const own = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return chromium.launch({ ...program, env: { ...Object.fromEntries(own), ...program.env } });
}
