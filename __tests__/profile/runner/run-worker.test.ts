import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import { job, longModel, productModel } from "@/__tests__/support/small-models";
import { runWorker, superviseWorker, type WorkerJob } from "@/lib/profile/runner/run-worker";
import type { ProcessLimits } from "@/lib/profile/runner/supervise";
import { isAlive } from "@/lib/profile/runner/work-folder";
import { MIB } from "@/lib/units";

const NO_LIMITS: ProcessLimits = {
  signal: new AbortController().signal,
  seconds: 60,
  residentBytes: Number.POSITIVE_INFINITY,
  reserveBytes: 0,
};

const pids = new Set<number>();

function run(given: WorkerJob, limits: Partial<ProcessLimits> = {}) {
  return runWorker(given, {
    ...NO_LIMITS,
    ...limits,
    onSample(pid) {
      pids.add(pid);
      limits.onSample?.(pid);
    },
  });
}

function foldersOf(pid: number): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`headroom-validation-${pid}-`));
}

afterEach(() => {
  expect([...pids].filter(isAlive)).toEqual([]);
  expect(foldersOf(process.pid)).toEqual([]);
});

test("a model that runs is answered with its memory and the provider of every kernel", async () => {
  const outcome = await run({ ...job(productModel(256)), repeats: 2 });
  if (outcome.kind !== "answered") throw new Error(outcome.reason);
  const { answer } = outcome;
  expect(Object.keys(answer.providers ?? {})).toEqual(["CPUExecutionProvider"]);
  expect(answer.runSeconds).toHaveLength(2);
  // Two matrices of 256 × 256 numbers of 4 bytes are alive at once.
  expect(answer.memory?.inUsePeakBytes).toBeGreaterThanOrEqual(2 * 256 * 256 * 4);
});

test("a child that is killed is a failure that says by what", async () => {
  const outcome = await run(longModel(), { onSample: (pid) => process.kill(pid, "SIGKILL") });
  expect(outcome).toEqual({ kind: "failed", reason: expect.stringContaining("SIGKILL") });
});

test("a model that asks for more memory than there is is out of memory, in the runtime's words", async () => {
  const outcome = await run(job(productModel(2 ** 21)));
  expect(outcome).toEqual({ kind: "out_of_memory", reason: expect.stringContaining("ONNX Runtime says:") });
});

test("a process that takes more memory than it may is stopped", async () => {
  const outcome = await run(longModel(), { residentBytes: MIB });
  expect(outcome).toEqual({ kind: "out_of_memory", reason: expect.stringContaining("It was stopped at") });
});

test("a process is stopped before the machine runs out of memory", async () => {
  const outcome = await run(longModel(), { reserveBytes: Number.MAX_SAFE_INTEGER });
  expect(outcome).toEqual({ kind: "out_of_memory", reason: expect.stringContaining("the machine had less than") });
});

test("the time limit ends a run, and without time left none starts", async () => {
  const before = performance.now();
  expect(await run(longModel(), { seconds: 0.5 })).toMatchObject({ kind: "timed_out" });
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(await run(longModel(), { seconds: 0 })).toMatchObject({ kind: "timed_out" });
});

test("a run can be cancelled at any moment", async () => {
  const controller = new AbortController();
  const running = run(longModel(), { signal: controller.signal, onSample: () => controller.abort() });
  expect(await running).toMatchObject({ kind: "cancelled" });
  expect(await run(longModel(), { signal: controller.signal })).toMatchObject({ kind: "cancelled" });
});

test("a file that is no model, and a graph that no kernel runs, are failures in the runtime's words", async () => {
  const said = { kind: "failed", reason: expect.stringContaining("ONNX Runtime says:") };
  expect(await run(job(Buffer.from("nothing of the kind")))).toEqual(said);
  expect(await run(job(productModel(64).slice(0, -20)))).toEqual(said);
});

test("a provider that is missing is a failure, or the step runs there", async () => {
  const outcome = await run({ ...job(productModel(64)), device: "cuda" });
  if (outcome.kind === "answered")
    expect(Object.keys(outcome.answer.providers ?? {})).toEqual(["CUDAExecutionProvider"]);
  else expect(outcome).toEqual({ kind: "failed", reason: expect.stringMatching(/cuda/i) });
});

test.each([
  ["nothing", "", "ended with 0 before it answered"],
  ["words", "console.log('all is well')", "before it answered"],
  ["half an answer", `console.log('{"ok":true,"runSec')`, "something else than figures"],
  ["figures that cannot be", `console.log('{"ok":true,"runSeconds":[-1]}')`, "something else than figures"],
  ["a cry", "throw new Error('the disk is full')", "the disk is full"],
])("a process that answers %s is a failure that shows it", async (_name, program, said) => {
  const child = spawn(process.execPath, ["-e", program], { detached: true });
  expect(await superviseWorker(child, NO_LIMITS)).toEqual({ kind: "failed", reason: expect.stringContaining(said) });
});

test("a process that writes without end is stopped", async () => {
  const program = "const more = () => process.stdout.write('x'.repeat(1e6), more); more()";
  const child = spawn(process.execPath, ["-e", program], { detached: true });
  expect(await superviseWorker(child, NO_LIMITS)).toMatchObject({
    kind: "failed",
    reason: expect.stringContaining("without end"),
  });
});

test("what a process has started ends with it", async () => {
  const program = `
    const { spawn } = require("node:child_process");
    const { pid } = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    console.error("started " + pid + ".");`;
  const child = spawn(process.execPath, ["-e", program], { detached: true });
  const outcome = await superviseWorker(child, { ...NO_LIMITS, seconds: 1 });
  expect(outcome).toMatchObject({ kind: "timed_out" });
});

test("a program that cannot be started is a failure", async () => {
  const child = spawn("/no/such/program", { detached: true });
  expect(await superviseWorker(child, NO_LIMITS)).toMatchObject({
    kind: "failed",
    reason: expect.stringContaining("ENOENT"),
  });
});

test("a run whose server is killed ends by itself and takes its files along", async () => {
  const server = spawn(process.execPath, ["scripts/run.mjs", "__tests__/support/abandon-validation.ts"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(server.stdout, "data");
  const { pid, folders } = JSON.parse(String(line));
  expect(isAlive(pid)).toBe(true);
  expect(folders).toHaveLength(1);
  server.kill("SIGKILL");
  await once(server, "exit");
  for (let waited = 0; isAlive(pid) && waited < 100; waited++) await setTimeout(100);
  expect(isAlive(pid)).toBe(false);
  expect(foldersOf(server.pid ?? 0)).toEqual([]);
}, 30_000);
