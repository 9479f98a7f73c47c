import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TINY_MODEL } from "../support/tiny-clip";

const folder = mkdtempSync(path.join(tmpdir(), "headroom-validate-turns-"));
const model = path.join(folder, "tiny.json");
const children: ChildProcess[] = [];

beforeAll(() => writeFileSync(model, JSON.stringify(TINY_MODEL)));

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `headroom validate` as a person starts it. */
function validate(...flags: string[]) {
  const argv = ["scripts/run.mjs", "bin/headroom.ts", "validate", "--model-config", model, "--device", "cpu"];
  const child = spawn(process.execPath, [...argv, ...flags], { stdio: ["ignore", "ignore", "pipe"], env: process.env });
  children.push(child);
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const says = async (what: string) => {
    while (!said.includes(what)) await once(child.stderr, "data");
    return said;
  };
  return { child, says, ended: once(child, "exit") };
}

const LONG = ["--batches", "4096", "--repeats", "20"];
const SHORT = ["--batches", "1", "--repeats", "1"];

test("a second validation waits for the first, says for which process, and goes on when that is killed", async () => {
  const first = validate(...LONG);
  await first.says("[1/3]");
  const second = validate(...SHORT);
  const said = await second.says("Waiting");
  expect(said).toMatch(
    new RegExp(
      `^Waiting for headroom validate \\(process ${first.child.pid}, since \\d\\d:\\d\\d UTC\\) to end, which measures on the CPU`,
      "m",
    ),
  );
  expect(said).not.toContain("[1/3]");
  first.child.kill("SIGKILL");
  expect((await second.ended)[0]).toBe(0);
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`headroom-validation-${first.child.pid}-`));
  expect(left).toEqual([]);
}, 60_000);

test("one that is not to wait runs beside it, and one that waits can be interrupted", async () => {
  const first = validate(...LONG);
  await first.says("[1/3]");
  const waiting = validate(...SHORT);
  await waiting.says("Waiting");
  waiting.child.kill("SIGINT");
  expect((await waiting.ended)[0]).toBe(130);
  expect((await validate(...SHORT, "--no-wait").ended)[0]).toBe(0);
  expect(first.child.exitCode).toBeNull();
  first.child.kill("SIGINT");
  expect((await first.ended)[0]).toBe(130);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`headroom-validation-${first.child.pid}-`))).toEqual(
    [],
  );
}, 60_000);
