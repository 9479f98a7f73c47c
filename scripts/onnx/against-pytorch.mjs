// @ts-check
// One training step in ONNX Runtime beside the same in PyTorch, on this CPU, in turns and after a round to warm up:
//   node against-pytorch.mjs FOLDER --python PYTHON [--key vit-b-32-full-b8-fp32] [--rounds 5] [--threads 2] [--seconds 110]
// FOLDER holds what `write.ts` wrote; PYTHON has torch and open_clip. Seconds of ONNX Runtime are half of what three steps
// take more than one. No round begins after --seconds.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { InferenceSession, env } = createRequire(import.meta.url)("onnxruntime-node");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    key: { type: "string", default: "vit-b-32-full-b8-fp32" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    seconds: { type: "string", default: "110" },
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
  const sessions = [await session(one.file), await session(three.file)];
  /** @type {{ pytorch: number, onnxruntime: number, others: number }[]} */
  const rounds = [];
  for (let round = -1; round < Number(options.rounds); round++) {
    if (rounds.length > 0 && (performance.now() - started) / 1000 > Number(options.seconds)) break;
    const [before, busyBefore] = [performance.now(), busy()];
    python.stdin.write("step\n");
    const { seconds: pytorch } = await answer();
    const [short, long] = [await timed(sessions[0]), await timed(sessions[1])];
    const others = (busy() - busyBefore) / ((performance.now() - before) / 1000) / cpus().length;
    if (round >= 0) rounds.push({ pytorch, onnxruntime: (long - short) / steps, others });
    process.stderr.write(
      `${round < 0 ? "warm-up" : `round ${round + 1}`}: pytorch ${pytorch.toFixed(3)} s, onnxruntime ${((long - short) / steps).toFixed(3)} s\n`,
    );
  }
  const onnxruntime = rounds.map((round) => round.onnxruntime);
  const pytorch = rounds.map((round) => round.pytorch);
  const ratios = rounds.map((round) => round.onnxruntime / round.pytorch);
  const where = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    threads: Number(options.threads),
    date: new Date().toISOString().slice(0, 10),
  };
  const what = { key: options.key, rounds: rounds.length, ...versions, onnxruntime: env.versions.node };
  print("onnxruntime", onnxruntime);
  print("pytorch", pytorch);
  print("onnxruntime / pytorch", ratios);
  process.stdout.write(`${JSON.stringify({ ...what, ...where, seconds: rounds })}\n`);
} finally {
  python.kill("SIGKILL");
}

/** @returns {Promise<any>} the next line of the Python process, parsed */
async function answer() {
  const { value, done } = await answers.next();
  if (done) throw new Error(`${options.python} ended without an answer`);
  return JSON.parse(value);
}

/** @param {string} file */
function session(file) {
  return InferenceSession.create(path.join(/** @type {string} */ (folder), file), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "disabled",
    enableMemPattern: false,
    intraOpNumThreads: Number(options.threads),
  });
}

/** @param {any} model @returns {Promise<number>} seconds of one run */
async function timed(model) {
  const before = performance.now();
  await model.run({});
  return (performance.now() - before) / 1000;
}

/** Seconds that all cores have worked, for whomever. */
function busy() {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / 1e3;
}

/** @param {string} name @param {number[]} values */
function print(name, values) {
  const sorted = values.toSorted((a, b) => a - b);
  const [least, middle, most] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  process.stdout.write(
    `${name.padEnd(24)} median ${middle?.toFixed(3)}, from ${least?.toFixed(3)} to ${most?.toFixed(3)}\n`,
  );
}
