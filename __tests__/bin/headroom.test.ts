import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const PROGRAM = [path.resolve("scripts/run.mjs"), "bin/headroom.ts"];

function headroom(argv: readonly string[], options: { readonly cwd?: string; readonly input?: string } = {}) {
  const environment = { ...process.env, ...(options.cwd === undefined ? {} : { INIT_CWD: options.cwd }) };
  return spawnSync(process.execPath, [...PROGRAM, ...argv], {
    encoding: "utf8",
    env: environment,
    input: options.input,
  });
}

test("the exit code and both outputs reach the shell", () => {
  const answered = headroom(["estimate", "--model", "ViT-B-32", "--batch", "1", "--gpu", "h100-sxm5-80gb"]);
  expect([answered.status, answered.stderr]).toEqual([0, ""]);
  expect(answered.stdout).toMatch(/^Fits on /m);
  const refused = headroom(["estimate", "--batch", "0"]);
  expect([refused.status, refused.stdout]).toEqual([64, ""]);
  expect(refused.stderr).toContain("--model");
});

test("a path is meant from where the person stands", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-cli-"));
  writeFileSync(path.join(folder, "plan.json"), '{"model": "ViT-B-32", "perDeviceBatchSize": 1}');
  expect(headroom(["estimate", "--json", "--plan", "plan.json"], { cwd: folder }).stdout).toContain('"ViT-B-32"');
  rmSync(folder, { recursive: true });
});

test("an answer comes before the next line is written", async () => {
  const program = spawn(process.execPath, [...PROGRAM, "estimate", "--jsonl"], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = linesOf(program.stdout);
  for (const model of ["ViT-B-32", "RN50"]) {
    program.stdin.write(`{"model": "${model}", "perDeviceBatchSize": 1}\n`);
    const answer = await lines.next();
    expect(JSON.parse(answer.value ?? "")).toMatchObject({ modelName: model });
  }
  program.stdin.end();
  expect(await once(program, "exit")).toEqual([0, null]);
});

test("when the reader has had enough the program ends quietly", async () => {
  const program = spawn(process.execPath, [...PROGRAM, "estimate", "--jsonl"], { stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  program.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  // The program stops reading when it ends; that is what this test is about.
  program.stdin.on("error", () => undefined);
  program.stdin.write('{"model": "ViT-B-32"}\n'.repeat(500));
  await once(program.stdout, "data");
  program.stdout.destroy();
  expect(await once(program, "exit")).toEqual([141, null]);
  expect(complaints).toBe("");
});

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream) {
    const parts = `${rest}${chunk.toString()}`.split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
