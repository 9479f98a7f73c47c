import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "headroom-run-"));
  program = path.join(folder, "program.ts");
  writeFileSync(path.join(folder, "greeting.ts"), 'export const greeting: string = "first";\n');
  writeFileSync(
    program,
    `import { greeting } from "./greeting";
    interface Nothing {}
    console.log(greeting, process.argv.slice(2).join("|"), process.cwd());
    if (process.argv[2] === "fail") throw new Error("deliberate");
    process.exitCode = 3;
    `,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a program gets its arguments as they were given, runs in the root, and gives its exit code", () => {
  const { stdout, status } = run("a b", "--flag=c");
  expect({ stdout, status }).toEqual({ stdout: `first a b|--flag=c ${process.cwd()}\n`, status: 3 });
});

test("a change in a file that the program imports is seen by the next run", () => {
  run();
  writeFileSync(path.join(folder, "greeting.ts"), 'export const greeting: string = "the second";\n');
  expect(run().stdout).toMatch(/^the second /);
});

test("an error names the line of the source", () => {
  const { stderr, status } = run("fail");
  expect(stderr).toContain("program.ts:4");
  expect(status).toBe(1);
});

test("without a program it says how it is used", () => {
  const { stderr, status } = spawnSync(process.execPath, ["scripts/run.mjs"], { encoding: "utf8" });
  expect(stderr).toContain("Usage:");
  expect(status).toBe(64);
});

function run(...args: string[]) {
  return spawnSync(process.execPath, ["scripts/run.mjs", program, ...args], { encoding: "utf8", env: process.env });
}
