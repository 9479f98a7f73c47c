import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { TINY_MODEL } from "@/__tests__/support/tiny-clip";
import { tinyRequest } from "@/__tests__/support/validation-request";
import { parsePlan } from "@/lib/plan/parse-plan";
import { type RanValidation, type RunOptions, runValidation } from "@/lib/profile/runner/run-validation";
import { isAlive } from "@/lib/profile/runner/work-folder";
import type { ValidationProgress } from "@/lib/profile/validation";

/** Processes that one has started and that still run, by what they run. */
function childrenRunning(program: string, parent = process.pid): readonly number[] {
  // Of this process there is always one: ps itself, which otherwise fails where it finds nothing.
  const started = ["--ppid", `${process.pid},${parent}`];
  const lines = execFileSync("ps", ["-o", "pid=,args=", ...started], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(program)).map((line) => Number.parseInt(line, 10));
}

function foldersOf(pid: number): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`headroom-validation-${pid}-`));
}

afterEach(() => {
  expect([...childrenRunning("worker.mjs"), ...childrenRunning("prepare-program")]).toEqual([]);
  expect(foldersOf(process.pid)).toEqual([]);
});

function run(
  fields: Parameters<typeof tinyRequest>[0],
  onProgress: NonNullable<RunOptions["onProgress"]> = () => undefined,
  signal = new AbortController().signal,
): Promise<RanValidation> {
  return runValidation(tinyRequest(fields), { signal, program: "a test", onProgress });
}

/** Kills the next process of this kind once the validation is so far. */
function killing(program: string, isDue: (progress: ValidationProgress) => boolean): RunOptions["onProgress"] {
  let isDone = false;
  return (_result, progress) => {
    if (isDone || !isDue(progress)) return;
    isDone = true;
    void (async () => {
      for (;;) {
        const [pid] = childrenRunning(program);
        if (pid !== undefined) return process.kill(pid, "SIGKILL");
        await setTimeout(10);
      }
    })();
  };
}

test("a process that is killed while it measures fails its batch size; smaller ones keep what was measured", async () => {
  const atSecond = killing("worker.mjs", ({ batchSize }) => batchSize === 2);
  const { state, result } = await run({ batchSizes: [1, 2, 4] }, atSecond);
  expect(state).toEqual({ kind: "failed", reason: expect.stringMatching(/^Batch 2: .*SIGKILL/) });
  expect(result.rows.map(({ outcome }) => outcome)).toEqual(["measured", "failed", "not_run"]);
  const [, killed, after] = result.rows;
  expect(killed?.predicted.inUsePeakBytes.kind).toBe("predicted");
  expect(killed?.measured.inUsePeakBytes.kind).toBe("not_measured");
  expect(after?.reason).toBe("Batch 2 was not measured, so larger ones were not tried.");
}, 60_000);

test("a process that is killed while it writes the models fails its batch size", async () => {
  const { state, result } = await run(
    { batchSizes: [1, 2] },
    killing("prepare-program", () => true),
  );
  expect(state).toEqual({ kind: "failed", reason: expect.stringMatching(/^Batch 1: .*SIGKILL/) });
  expect(result.rows).toMatchObject([{ outcome: "failed", nodeCount: null }, { outcome: "not_run" }]);
}, 60_000);

test("where the server is killed, what writes the models ends by itself and takes its files along", async () => {
  const parsed = parsePlan({ model: "ViT-B-32", precision: "fp32" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const request = JSON.stringify(tinyRequest({ plan: parsed.plan }));
  const server = spawn(process.execPath, ["scripts/run.mjs", "__tests__/support/run-validation.ts", request], {
    stdio: "ignore",
    env: process.env,
  });
  let writer: number | undefined;
  while (writer === undefined) {
    await setTimeout(10);
    [writer] = childrenRunning("prepare-program", server.pid);
  }
  const left = () => foldersOf(server.pid ?? 0);
  expect(left()).toHaveLength(1);
  const ended = once(server, "exit");
  server.kill("SIGKILL");
  await ended;
  for (let waited = 0; (isAlive(writer) || left().length > 0) && waited < 100; waited++) await setTimeout(50);
  expect([isAlive(writer), left()]).toEqual([false, []]);
}, 60_000);

test("the time limit ends the writing of models as well", async () => {
  const { state, result } = await run({ timeLimitSeconds: 0.05 });
  expect(state).toEqual({ kind: "failed", reason: "Batch 1: The time limit was reached." });
  expect(result.rows).toMatchObject([{ outcome: "timed_out", nodeCount: null }]);
}, 60_000);

test("it can be cancelled while the models are written, and before anything is", async () => {
  const controller = new AbortController();
  const { state } = await run({}, () => controller.abort(), controller.signal);
  expect(state).toEqual({ kind: "cancelled", reason: "It was cancelled while it ran." });
  expect((await run({}, undefined, controller.signal)).state.kind).toBe("cancelled");
}, 60_000);

test("what the system refuses memory to is out of memory at its batch size, and that is a result", async () => {
  // Its embeddings alone are 1 GB, and as much again for their gradient and each moment of AdamW.
  const model = { ...TINY_MODEL, text_cfg: { ...TINY_MODEL.text_cfg, vocab_size: 4_000_000, width: 64 } };
  const parsed = parsePlan({ model, precision: "fp32" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const request = JSON.stringify(tinyRequest({ plan: parsed.plan, batchSizes: [1, 2] }));
  const program = ["scripts/run.mjs", "__tests__/support/run-validation.ts", request];
  const limited = ["-c", 'ulimit -v 4000000 && exec "$0" "$@"', process.execPath, ...program];
  const child = spawn("bash", limited, { stdio: ["ignore", "pipe", "inherit"], env: process.env });
  const ended = once(child, "exit");
  const { state, result }: RanValidation = JSON.parse(await text(child.stdout));
  await ended;
  expect(state).toEqual({ kind: "done" });
  expect(result.rows).toMatchObject([
    { batchSize: 1, outcome: "out_of_memory", reason: expect.stringContaining("ONNX Runtime says:") },
    { batchSize: 2, outcome: "not_run", reason: "Batch 1 was not measured, so larger ones were not tried." },
  ]);
  expect(foldersOf(child.pid ?? 0)).toEqual([]);
}, 60_000);
