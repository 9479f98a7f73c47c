// @ts-check
// Times steps of several configurations in one process, in turns, so that all of them meet the same moods of the machine:
//   node time-in-turns.mjs FOLDER --only PATTERN [--beside KEY,KEY] [--rounds 5] [--threads 2] [--calm 0.06] [--out FILE]
// FOLDER holds what `write.ts --timed` wrote. Every round times one step and several of each configuration in --beside, which
// calibrate the machine, then of each that PATTERN matches; a last turn of those beside ends it. One line of JSON for each.
// A run during which other processes took more than --calm of the machine is done again.
// Runs on the CPU. All models are open at once: two times their memory is needed.
import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

/** @typedef {{ file: string, name: string, precision: string, batchSize: number, stepCount: number, nodes: number, bytes: number, plan: object }} Model */
/** @typedef {{ run: (feeds: object) => Promise<unknown> }} Session */
/** @typedef {{ session: Session, sessionSeconds: number, runSeconds: number[], othersFractions: number[], disturbedCount: number }} Timed */
/** @typedef {{ key: string, models: Model[], timed: Timed[] }} Configuration */

const { InferenceSession, env } = createRequire(import.meta.url)("onnxruntime-node");

/** After so many disturbed runs for each one that is wanted, it is given up. */
const DISTURBED_PER_RUN = 6;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    beside: { type: "string", default: "small-vit-full-b8-fp32,small-rn-full-b8-fp32" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: "2" },
    calm: { type: "string", default: "0.06" },
    out: { type: "string" },
  },
});
const [folder] = positionals;
if (folder === undefined || options.only === undefined) {
  process.stderr.write(
    "Usage: node time-in-turns.mjs FOLDER --only PATTERN [--beside KEY,KEY] [--rounds N] [--threads N] [--calm FRACTION] [--out FILE]\n",
  );
  process.exit(64);
}

const began = new Date();
const rounds = Number(options.rounds);
/** @type {Model[]} */
const manifest = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"));
const keysBeside = options.beside.split(",");
const pattern = new RegExp(options.only);
const keys = [...new Set(manifest.map(keyOf))];
/** @type {Configuration[]} */
const beside = [];
for (const key of keysBeside) beside.push(await opened(key));
/** @type {Configuration[]} */
const checked = [];
for (const key of keys.filter((each) => pattern.test(each) && !keysBeside.includes(each))) {
  checked.push(await opened(key));
}

for (const configuration of [...beside, ...checked]) await warmUp(configuration);
for (let round = 0; round < rounds; round++) {
  for (const configuration of [...beside, ...checked]) await turn(configuration);
}
for (const configuration of beside) await turn(configuration);
for (const configuration of [...beside, ...checked]) write(configuration);

/** @param {Model} model */
function keyOf({ name, batchSize, precision }) {
  return `${name}-b${batchSize}-${precision}`;
}

/** @param {string} key @returns {Promise<Configuration>} */
async function opened(key) {
  const models = manifest.filter((model) => keyOf(model) === key).toSorted((a, b) => a.stepCount - b.stepCount);
  if (models.length !== 2) throw new Error(`${folder} holds ${models.length} models of ${key}, and two are compared`);
  const timed = [];
  for (const { file } of models) {
    const before = performance.now();
    const session = await InferenceSession.create(path.join(/** @type {string} */ (folder), file), {
      executionProviders: ["cpu"],
      graphOptimizationLevel: "disabled",
      enableMemPattern: false,
      logSeverityLevel: 3,
      intraOpNumThreads: Number(options.threads),
    });
    const sessionSeconds = (performance.now() - before) / 1000;
    timed.push({ session, sessionSeconds, runSeconds: [], othersFractions: [], disturbedCount: 0 });
  }
  return { key, models, timed };
}

/** @param {Configuration} configuration */
async function warmUp({ timed }) {
  for (const { session } of timed) await session.run({});
}

/** One run of each of its models. @param {Configuration} configuration */
async function turn({ key, timed }) {
  for (const each of timed) {
    for (;;) {
      const [before, busyBefore] = [performance.now(), othersBusy()];
      await each.session.run({});
      const seconds = (performance.now() - before) / 1000;
      const others = (othersBusy() - busyBefore) / (seconds * cpus().length);
      if (others <= Number(options.calm)) {
        each.runSeconds.push(seconds);
        each.othersFractions.push(others);
        break;
      }
      each.disturbedCount++;
      if (each.disturbedCount > DISTURBED_PER_RUN * rounds)
        throw new Error(`${key}: other processes took ${others.toFixed(2)} of the machine`);
    }
  }
}

/** Seconds that all cores together have worked for anything but this process. */
function othersBusy() {
  const { user, system } = process.cpuUsage();
  const all = cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
  return all / 1e3 - (user + system) / 1e6;
}

/** @param {Configuration} configuration */
function write({ key, models, timed }) {
  const [one] = models;
  if (one === undefined) throw new Error(`${key} has no model`);
  const { name, plan, precision, batchSize } = one;
  /** @param {(each: Timed) => unknown} of */
  const bySteps = (of) => Object.fromEntries(timed.map((each, i) => [models[i]?.stepCount, of(each)]));
  const row = {
    key,
    session: began.toISOString(),
    machine: `${cpus()[0]?.model ?? "CPU"}, ${cpus().length} cores`,
    threads: Number(options.threads),
    name,
    plan,
    precision,
    batchSize,
    versions: { node: process.versions.node, onnxruntime: env.versions.node },
    runSecondsBySteps: bySteps(({ runSeconds }) => runSeconds.map(rounded)),
    othersFractionsBySteps: bySteps(({ othersFractions }) => othersFractions.map(rounded)),
    disturbedCount: timed.reduce((sum, { disturbedCount }) => sum + disturbedCount, 0),
    fileBytesBySteps: Object.fromEntries(models.map(({ stepCount, bytes }) => [stepCount, bytes])),
    sessionSecondsBySteps: bySteps(({ sessionSeconds }) => rounded(sessionSeconds)),
  };
  const line = `${JSON.stringify(row)}\n`;
  process.stdout.write(line);
  if (options.out !== undefined) appendFileSync(options.out, line);
}

/** @param {number} value to 10 µs */
function rounded(value) {
  return Math.round(value * 1e5) / 1e5;
}
