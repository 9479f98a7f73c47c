// @ts-check
// One training step in ONNX Runtime beside the same in PyTorch, on this CPU, in turns and after a round to warm up:
//   node against-pytorch.mjs FOLDER --python PYTHON [--key vit-b-32-full-b8-fp32] [--rounds 5] [--threads 2] [--seconds 110] [--calm 0.06]
// FOLDER holds what `write.ts` wrote; PYTHON has torch and open_clip. Seconds of ONNX Runtime are half of what three steps
// take more than one. No round begins after --seconds. Beside them: bytes of each file, and seconds until its session was open.
// A run during which processes other than the two took more than --calm of the machine is done again, at most three times;
// calm are the rounds none of whose runs stayed disturbed.
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TRIES = 4;

const { InferenceSession, env } = createRequire(import.meta.url)("onnxruntime-node");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    key: { type: "string", default: "vit-b-32-full-b8-fp32" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    seconds: { type: "string", default: "110" },
    calm: { type: "string", default: "0.06" },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write(
    "Usage: node against-pytorch.mjs FOLDER --python PYTHON [--key KEY] [--rounds N] [--threads N]\n",
  );
  process.exit(64);
}

const started = performance.now();
/** @type {{ file: string, stepCount: number, batchSize: number, plan: { model: unknown } }[]} */
const manifest = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"));
const models = manifest
  .filter(({ file }) => file.startsWith(`${options.key}-k`))
  .sort((a, b) => a.stepCount - b.stepCount);
const [one, three] = models;
if (one === undefined || three === undefined || typeof one.plan.model !== "string") {
  process.stderr.write(`${folder} holds no ${options.key} of a named model\n`);
  process.exit(64);
}
const steps = three.stepCount - one.stepCount;

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), "pytorch_step.py");
const python = spawn(options.python, [script, one.plan.model, String(one.batchSize), options.threads], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
try {
  const versions = await answer();
  const sessions = [await session(one), await session(three)];
  /** @type {{ pytorch: number, onnxruntime: number, others: number }[]} */
  const rounds = [];
  for (let round = -1; round < Number(options.rounds); round++) {
    if (rounds.length > 0 && (performance.now() - started) / 1000 > Number(options.seconds)) break;
    const pytorch = await calmly(pytorchStep);
    const [short, long] = [await calmly(() => runOf(sessions[0])), await calmly(() => runOf(sessions[1]))];
    const onnxruntime = (long.seconds - short.seconds) / steps;
    const others = Math.max(pytorch.others, short.others, long.others);
    if (round >= 0) rounds.push({ pytorch: pytorch.seconds, onnxruntime, others });
    process.stderr.write(
      `${round < 0 ? "warm-up" : `round ${round + 1}`}: pytorch ${pytorch.seconds.toFixed(3)} s, onnxruntime ${onnxruntime.toFixed(3)} s, others ${others.toFixed(3)}\n`,
    );
  }
  const calm = rounds.filter(({ others }) => others <= Number(options.calm));
  const where = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    threads: Number(options.threads),
    date: new Date().toISOString().slice(0, 10),
  };
  const what = { key: options.key, rounds: rounds.length, ...versions, onnxruntime: env.versions.node };
  printRounds("all", rounds);
  printRounds("calm", calm);
  for (const { file, fileBytes, seconds } of sessions)
    process.stdout.write(`${file} ${fileBytes} bytes, session after ${seconds.toFixed(3)} s\n`);
  const files = sessions.map(({ file, fileBytes, seconds }) => ({ file, fileBytes, sessionSeconds: seconds }));
  process.stdout.write(`${JSON.stringify({ ...what, ...where, files, seconds: rounds })}\n`);
} finally {
  python.kill("SIGKILL");
}

/** @returns {Promise<any>} the next line of the Python process, parsed */
async function answer() {
  const { value, done } = await answers.next();
  if (done) throw new Error(`${options.python} ended without an answer`);
  return JSON.parse(value);
}

/** @param {{ file: string }} model */
async function session({ file }) {
  const where = path.join(/** @type {string} */ (folder), file);
  const before = performance.now();
  const model = await InferenceSession.create(where, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "disabled",
    enableMemPattern: false,
    intraOpNumThreads: Number(options.threads),
  });
  return { file, fileBytes: statSync(where).size, model, seconds: (performance.now() - before) / 1000 };
}

/** @typedef {{ seconds: number, cpuSeconds: number }} Run what it took, and what its process worked on all cores */

/** @returns {Promise<Run>} */
function pytorchStep() {
  python.stdin.write("step\n");
  return answer();
}

/** @param {{ model: any } | undefined} session @returns {Promise<Run>} */
async function runOf(session) {
  const [before, ownBefore] = [performance.now(), own()];
  await session?.model.run({});
  return { seconds: (performance.now() - before) / 1000, cpuSeconds: own() - ownBefore };
}

/**
 * Runs it again while others took much of the machine, at most TRIES times.
 *
 * @param {() => Promise<Run>} run
 */
async function calmly(run) {
  for (let left = TRIES - 1; ; left--) {
    const [before, busyBefore] = [performance.now(), busy()];
    const { seconds, cpuSeconds } = await run();
    const wallSeconds = (performance.now() - before) / 1000;
    const others = (busy() - busyBefore - cpuSeconds) / wallSeconds / cpus().length;
    if (others <= Number(options.calm) || left === 0) return { seconds, others };
  }
}

/** Seconds that this process has worked on all cores. */
function own() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Seconds that all cores have worked, for whomever. */
function busy() {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1e3;
}

/** @param {string} name @param {{ pytorch: number, onnxruntime: number }[]} rounds */
function printRounds(name, rounds) {
  if (rounds.length === 0) return;
  process.stdout.write(`${name}, ${rounds.length} rounds\n`);
  const onnxruntime = rounds.map((round) => round.onnxruntime);
  const pytorch = rounds.map((round) => round.pytorch);
  print("  onnxruntime", onnxruntime);
  print("  pytorch", pytorch);
  print(
    "  onnxruntime / pytorch",
    rounds.map((round) => round.onnxruntime / round.pytorch),
  );
}

/** @param {string} name @param {number[]} values */
function print(name, values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  const [below, above] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  const middle = ((below ?? Number.NaN) + (above ?? Number.NaN)) / 2;
  process.stdout.write(
    `${name.padEnd(24)} median ${middle.toFixed(3)}, from ${least?.toFixed(3)} to ${most?.toFixed(3)}\n`,
  );
}
