import type { Browser, Page } from "playwright-core";
import { encodeLink } from "@/lib/plan/link";
import { accessibilityFindings, errorsOf, openEachTest } from "../support/browser";
import { startServer, type TestServer } from "../support/server";
import { tinyRequest } from "../support/validation-request";

const TOKEN = "a long random text of this test";
const CHECK = `/check?${encodeLink(tinyRequest().plan)}&batches=1&repeats=1`;

let browser: Browser;
let page: Page;
/** A server that listens for others too, and so asks for the token. */
let server: TestServer;

openEachTest((opened) => {
  ({ browser, page } = opened);
});

beforeAll(async () => {
  server = await startServer({ HEADROOM_LISTENS_ON: "0.0.0.0", HEADROOM_VALIDATION_TOKEN: TOKEN });
}, 90_000);

afterAll(() => server.stop());

const tokenField = (on: Page = page) => on.getByLabel("Token", { exact: true });
const open = (path: string, on: Page = page) => on.goto(`${server.url}${path}`);

async function give(token: string): Promise<void> {
  await tokenField().fill(token);
  await page.getByRole("button", { name: "Use it" }).click();
}

test("a wrong token is refused beside its field, the right one runs a check, and another tab is asked again", async () => {
  const errors = errorsOf(page);
  await open(CHECK);
  await page.getByRole("heading", { name: "This server runs checks for those who have its token" }).waitFor();
  expect(await page.getByText("GiB").count()).toBe(0);
  expect(await accessibilityFindings(page)).toEqual([]);
  await give("something else");
  await page.getByText("The token that was given is not the server’s.").waitFor();
  expect(await tokenField().getAttribute("aria-invalid")).toBe("true");

  await give(TOKEN);
  await page.getByRole("table", { name: /^Memory by prediction/ }).waitFor();
  await page.getByRole("button", { name: "Start the check" }).click();
  await page.locator("#result").waitFor({ timeout: 30_000 });
  const sentence = await page.locator("#result").textContent();
  expect(sentence).toMatch(/^Measured /);
  // A link to the JSON would be followed without the token.
  expect(await page.getByRole("button", { name: "Download it" }).count()).toBe(1);
  await page.reload();
  await page.locator("#result").waitFor();
  expect(await page.locator("#result").textContent()).toBe(sentence);

  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await open(new URL(page.url()).pathname, other);
  await tokenField(other).waitFor();
  expect(await other.locator("#result").count()).toBe(0);
  await elsewhere.close();
  expect(errors).toEqual([]);
}, 90_000);

test("without the token the planner offers no measurements of the machine, and works all the same", async () => {
  await open("/?model=ViT-B-32&gpu=h100-sxm5-80gb");
  await page.locator("#verdict").waitFor();
  expect(await page.getByText("Use these measurements").count()).toBe(0);
}, 30_000);
