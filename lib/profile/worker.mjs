// @ts-check
// Runs ONNX models in this process and reports what each took, as one line of JSON on standard output:
//   node worker.mjs '{"model":"step.onnx","provider":"cpu","profile":true}' ['{"model":"another.onnx",…}' …]
// A run cannot be cancelled from within and blocks its process: whoever wants a limit starts this as a child and kills it.
// With HEADROOM_PARENT_PID it ends with that process, however that ends, and takes the folder HEADROOM_WORK_FOLDER along.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";

/**
 * @typedef {object} Request
 * @property {string} model path of the .onnx file
 * @property {"cpu" | "cuda"} provider
 * @property {boolean} [profile] record every kernel: its memory, its provider, its time
 * @property {number} [warmUp] runs that are not timed
 * @property {number} [repeats] runs that are
 * @property {number} [calm] a timed run does not count if other processes took more than this fraction of all cores meanwhile
 * @property {number} [threads] of one operation, on the CPU
 * @property {boolean} [memoryPattern] let the runtime lay out later runs as it saw the first
 * @property {boolean} [kernels] report each kernel's name and memory as well
 */

/** After so many disturbed runs for each one that is wanted, it is given up. */
const DISTURBED_PER_RUN = 3;

/** @typedef {{ cat: string, name: string, ts: number, dur: number, args: Record<string, string> }} ProfileEvent */

const require = createRequire(import.meta.url);

if (process.env.HEADROOM_PARENT_PID !== undefined) endWith(Number(process.env.HEADROOM_PARENT_PID));

for (const request of process.argv.slice(2)) {
  try {
    report({ ok: true, ...(await measure(JSON.parse(request))) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    report({ ok: false, error: message, outOfMemory: isOutOfMemory(message) });
    process.exitCode = 1;
  }
}

/**
 * Watches for the end of the parent from a thread of its own: this one is blocked while a model runs.
 *
 * @param {number} parent
 */
function endWith(parent) {
  const watch = `
    const { rmSync } = require("node:fs");
    const { workerData: { parent, folder } } = require("node:worker_threads");
    setInterval(() => {
      if (process.ppid === parent) return;
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      process.kill(process.pid, "SIGKILL");
    }, 200);`;
  const folder = process.env.HEADROOM_WORK_FOLDER;
  new Worker(watch, { eval: true, workerData: { parent, folder } }).unref();
  // It may end by itself before the thread has looked.
  process.on("exit", () => {
    if (folder !== undefined && process.ppid !== parent) rmSync(folder, { recursive: true, force: true });
  });
}

/** @param {Request} request */
async function measure({
  model,
  provider,
  profile = false,
  warmUp = 0,
  repeats = 1,
  threads,
  memoryPattern,
  kernels,
  calm = Number.POSITIVE_INFINITY,
}) {
  // Loaded here, so that a missing library is an answer and not a crash.
  const { InferenceSession, env, listSupportedBackends } = require("onnxruntime-node");
  const folder = profile ? mkdtempSync(path.join(tmpdir(), "headroom-profile-")) : null;
  try {
    const options = {
      executionProviders: [provider === "cuda" ? { name: "cuda", deviceId: 0 } : "cpu"],
      // "all" merges equal moments and computes the weights ahead of time: another step than the one that was planned.
      graphOptimizationLevel: "disabled",
      enableMemPattern: memoryPattern ?? false,
      logSeverityLevel: 3,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(folder === null ? {} : { enableProfiling: true, profileFilePrefix: path.join(folder, "profile") }),
      // A GPU run that would fall back to the CPU must fail, not measure something else.
      ...(provider === "cuda" ? { extra: { session: { disable_cpu_ep_fallback: "1" } } } : {}),
    };
    const beforeSession = performance.now();
    const session = await InferenceSession.create(model, options);
    const sessionSeconds = (performance.now() - beforeSession) / 1000;
    const output = session.outputNames[0];
    /** @type {number[]} */
    const runSeconds = [];
    /** @type {number[]} */
    const othersFractions = [];
    /** @type {number[]} */
    let losses = [];
    let disturbedCount = 0;
    for (let i = 0; i < warmUp || runSeconds.length < repeats; i++) {
      const before = performance.now();
      const busyBefore = othersBusy();
      const results = await session.run({});
      const seconds = (performance.now() - before) / 1000;
      losses = Array.from(results[output].data, Number);
      const others = (othersBusy() - busyBefore) / (seconds * cpus().length);
      if (i < warmUp) continue;
      if (others <= calm) {
        runSeconds.push(seconds);
        othersFractions.push(others);
        continue;
      }
      disturbedCount++;
      if (disturbedCount > DISTURBED_PER_RUN * repeats)
        throw new Error(`other processes took ${others.toFixed(2)} of the machine`);
    }
    if (folder !== null) session.endProfiling();
    // Gives the device's memory back before another model is measured.
    await session.release();
    return {
      provider,
      versions: { node: process.versions.node, onnxruntime: env.versions.node },
      backends: listSupportedBackends().map((/** @type {{ name: string }} */ { name }) => name),
      sessionSeconds,
      runSeconds,
      othersFractions,
      disturbedCount,
      losses,
      residentPeakBytes: process.resourceUsage().maxRSS * 1024,
      ...(folder === null ? {} : readProfile(folder, kernels === true)),
    };
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds that all cores together have worked for anything but this process: what a timed run had to share them with. */
function othersBusy() {
  const { user, system } = process.cpuUsage();
  const all = cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
  return all / 1e3 - (user + system) / 1e6;
}

/**
 * What the runtime's own accounting says. A field it did not write is null: not measured.
 *
 * @param {string} folder @param {boolean} withKernels
 */
function readProfile(folder, withKernels) {
  const file = readdirSync(folder)[0];
  if (file === undefined) return { memory: null, providers: null };
  /** @type {ProfileEvent[]} */
  const events = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
  const ran = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
  /** @type {Record<string, number>} */
  const providers = {};
  /** @type {Record<string, { count: number, seconds: number }>} */
  const operators = {};
  for (const { args, dur } of ran) {
    const provider = args.provider ?? "unknown";
    providers[provider] = (providers[provider] ?? 0) + 1;
    const operator = args.op_name ?? "unknown";
    operators[operator] ??= { count: 0, seconds: 0 };
    operators[operator].count++;
    operators[operator].seconds += dur / 1e6;
  }
  const memory = {
    inUsePeakBytes: largest(ran, "mem_in_use_peak"),
    inUseBytes: largest(ran, "mem_bytes_in_use"),
    requestedBytes: largest(ran, "mem_bytes_requested_in_use"),
    arenaBytes: largest(ran, "mem_arena_held"),
  };
  const kernels = withKernels ? ran.map(kernelRow) : undefined;
  return { memory, providers, operators, kernelCount: ran.length, ...(kernels === undefined ? {} : { kernels }) };
}

/**
 * One kernel's name, operator, and bytes: taken for its results, asked for in all, in use, the most in use so far, held.
 *
 * @param {ProfileEvent} event
 */
function kernelRow({ name, args }) {
  const bytes = [
    "mem_requested_in_use_delta",
    "mem_bytes_requested_in_use",
    "mem_bytes_in_use",
    "mem_in_use_peak",
    "mem_arena_held",
  ];
  return [name.replace(/_kernel_time$/, ""), args.op_name, ...bytes.map((field) => Number(args[field] ?? Number.NaN))];
}

/** @param {ProfileEvent[]} events @param {string} field @returns {number | null} */
function largest(events, field) {
  const values = events.map(({ args }) => Number(args[field] ?? 0)).filter((value) => value > 0);
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}

/** @param {string} message */
function isOutOfMemory(message) {
  return /out of memory|Failed to allocate memory|bad_alloc|CUDA failure 2/i.test(message);
}

/** @param {object} answer */
function report(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
