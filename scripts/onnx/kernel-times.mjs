// @ts-check
// Seconds of every kernel of an ONNX model on the CPU, the least of several runs while nobody else works; one line of JSON:
//   node kernel-times.mjs MODEL REPEATS THREADS CALM
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import path from "node:path";

const { InferenceSession, env } = createRequire(import.meta.url)("onnxruntime-node");
const [model = "", repeats = "4", threads = "2", calm = "1"] = process.argv.slice(2);
/** Disturbed runs are done again, so many times for each that is wanted. */
const TRIES = 3;

const folder = mkdtempSync(path.join(tmpdir(), "headroom-kernels-"));
try {
  const session = await InferenceSession.create(model, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "disabled",
    enableMemPattern: false,
    logSeverityLevel: 3,
    intraOpNumThreads: Number(threads),
    enableProfiling: true,
    profileFilePrefix: path.join(folder, "profile"),
  });
  /** @type {number[]} */
  const runSeconds = [];
  /** @type {number[]} */
  const counted = [];
  for (let i = 0; counted.length < Number(repeats) && i <= TRIES * Number(repeats); i++) {
    const [before, busyBefore] = [performance.now(), othersBusy()];
    await session.run({});
    const seconds = (performance.now() - before) / 1000;
    runSeconds.push(seconds);
    const others = (othersBusy() - busyBefore) / (seconds * cpus().length);
    if (i > 0 && others <= Number(calm)) counted.push(i);
  }
  session.endProfiling();
  await session.release();
  /** @type {{ cat: string, name: string, dur: number }[]} */
  const events = JSON.parse(readFileSync(path.join(folder, readdirSync(folder)[0] ?? ""), "utf8"));
  const ran = events.filter(({ cat, name }) => cat === "Node" && name.endsWith("_kernel_time"));
  const perRun = ran.length / runSeconds.length;
  const kernels = ran.slice(0, perRun).map(({ name }, i) => {
    const durations = counted.map((run) => ran[run * perRun + i]?.dur ?? Number.NaN);
    return [name.replace(/_kernel_time$/, ""), Math.min(...durations) / 1e6];
  });
  const quietRunSeconds = counted.map((i) => runSeconds[i]);
  process.stdout.write(`${JSON.stringify({ runtime: env.versions.node, quietRunSeconds, kernels })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Seconds that all cores together have worked for anything but this process. */
function othersBusy() {
  const own = process.cpuUsage();
  const all = cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
  return all / 1e3 - (own.user + own.system) / 1e6;
}
