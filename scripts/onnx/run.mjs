// @ts-check
// Runs the models that `write.ts` made, each in a fresh process, and writes one line of JSON per configuration:
//   node run.mjs FOLDER [--provider cpu|cuda] [--only PATTERN] [--repeats 3] [--timeout SECONDS] [--budget SECONDS] [--out FILE] [--together]
//   --machine TEXT: what it ran on, if not the CPU of this machine
//   --threads N: of one operation, on the CPU; --memory-only: no timed runs; --seconds-only: nothing else; --kernels: every kernel's memory as well
//   --calm FRACTION: timed runs during which other processes took more of the machine are done again
//   --together: one process per configuration; on a GPU most of a process is the start of CUDA.
// It needs node and onnxruntime-node and nothing else; `worker.mjs` lies beside it or in lib/profile.
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** @typedef {{ file: string, name: string, precision: string, batchSize: number, stepCount: number, nodes: number, bytes: number, plan: object }} Model */
/** @typedef {{ ok: boolean, error?: string, sessionSeconds?: number, runSeconds?: number[], othersFractions?: number[], losses?: number[], memory?: Record<string, number | null>, providers?: Record<string, number>, residentPeakBytes?: number, [key: string]: unknown }} Answer */

const HERE = path.dirname(fileURLToPath(import.meta.url));
const WORKER = [path.join(HERE, "worker.mjs"), path.join(HERE, "../../lib/profile/worker.mjs")].find((file) =>
  existsSync(file),
);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    provider: { type: "string", default: "cpu" },
    only: { type: "string", default: "" },
    repeats: { type: "string", default: "3" },
    timeout: { type: "string", default: "120" },
    budget: { type: "string", default: "100000" },
    out: { type: "string" },
    together: { type: "boolean", default: false },
    kernels: { type: "boolean", default: false },
    "memory-only": { type: "boolean", default: false },
    "seconds-only": { type: "boolean", default: false },
    threads: { type: "string" },
    calm: { type: "string" },
    machine: { type: "string" },
  },
});

const folder = positionals[0];
if (folder === undefined || WORKER === undefined) {
  process.stderr.write(
    "Usage: node run.mjs FOLDER [--provider cpu|cuda] [--only PATTERN] [--repeats N] [--timeout S] [--budget S] [--out FILE] [--together]\n",
  );
  process.exit(64);
}

const threads = options.threads === undefined ? {} : { threads: Number(options.threads) };
const calm = options.calm === undefined ? {} : { calm: Number(options.calm) };
const CIRCUMSTANCES = {
  date: new Date().toISOString().slice(0, 10),
  machine: options.machine ?? `${cpus()[0]?.model ?? "CPU"}, ${cpus().length} cores`,
  ...threads,
};
const started = performance.now();
/** @type {Model[]} */
const manifest = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"));
const pattern = new RegExp(options.only);
/** @type {Map<string, Model[]>} */
const configurations = new Map();
for (const model of manifest) {
  const key = `${model.name}-b${model.batchSize}-${model.precision}`;
  if (pattern.test(key)) configurations.set(key, [...(configurations.get(key) ?? []), model]);
}
for (const [key, models] of configurations) {
  const left = Number(options.budget) - (performance.now() - started) / 1000;
  if (left < 5) {
    write({ key, skipped: "no time left" });
    continue;
  }
  write({ key, ...(await measure(models)) });
}

/** @param {Model[]} models of one configuration, by steps */
async function measure(models) {
  const [one, ...more] = models.toSorted((a, b) => a.stepCount - b.stepCount);
  if (one === undefined) return { error: "no model" };
  const { name, plan, precision, batchSize, nodes, bytes } = one;
  const described = { ...CIRCUMSTANCES, name, plan, precision, batchSize, provider: options.provider, nodes, bytes };
  const timedModels = options["memory-only"] ? [] : [one, ...more];
  const profiledModels = options["seconds-only"] ? [] : [one];
  const requests = [
    ...profiledModels.map((model) => request(model, { profile: true, kernels: options.kernels })),
    ...timedModels.map((model) => request(model, { warmUp: 1, repeats: Number(options.repeats), ...calm })),
  ];
  const before = performance.now();
  const answers = options.together ? await run(requests) : (await inTurn(requests)).flat();
  const wallSeconds = (performance.now() - before) / 1000;
  const [first, ...rest] = answers;
  const [profiled, timed] = options["seconds-only"] ? [undefined, answers] : [first, rest];
  const failed = answers.find(({ ok }) => !ok);
  if (first === undefined || failed !== undefined) {
    return {
      ...described,
      memory: profiled?.memory,
      providers: profiled?.providers,
      error: failed?.error ?? "no answer",
    };
  }
  /** @type {Record<string, number[]>} */
  const seconds = {};
  /** @type {Record<string, number[]>} */
  const others = {};
  timedModels.forEach((model, i) => {
    seconds[model.stepCount] = timed[i]?.runSeconds ?? [];
    others[model.stepCount] = timed[i]?.othersFractions ?? [];
  });
  const longest = options["memory-only"] ? undefined : more.at(-1);
  const stepSeconds =
    longest === undefined
      ? null
      : slope(seconds[one.stepCount], seconds[longest.stepCount], longest.stepCount - one.stepCount);
  const { versions, losses, sessionSeconds, residentPeakBytes } = first;
  return {
    ...described,
    memory: profiled?.memory,
    providers: profiled?.providers,
    versions,
    losses,
    sessionSeconds,
    residentPeakBytes,
    profiledRunSeconds: profiled?.runSeconds,
    runSecondsBySteps: seconds,
    othersFractionsBySteps: others,
    stepSeconds,
    wallSeconds,
    kernels: profiled?.kernels,
  };
}

/** Seconds per step: the difference of the two medians. @param {number[]} short @param {number[]} long @param {number} steps */
function slope(short, long, steps) {
  return (median(long) - median(short)) / steps;
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {Model} model @param {object} how */
function request(model, how) {
  return {
    model: path.join(/** @type {string} */ (folder), model.file),
    provider: options.provider,
    ...threads,
    ...how,
  };
}

/** Each in a process of its own; none after one that failed. @param {object[]} requests */
async function inTurn(requests) {
  const answers = [];
  for (const each of requests) {
    const answer = await run([each]);
    answers.push(answer);
    if (answer.some(({ ok }) => !ok)) break;
  }
  return answers;
}

/** @param {object[]} requests @returns {Promise<Answer[]>} one answer each, the last a failure if the process ended early */
function run(requests) {
  return new Promise((resolve) => {
    const inputs = requests.map((each) => JSON.stringify(each));
    const child = spawn(process.execPath, [/** @type {string} */ (WORKER), ...inputs], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [output, errors] = ["", ""];
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), Number(options.timeout) * 1000);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      /** @type {Answer[]} */
      const answers = output
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
      if (answers.length < requests.length && !answers.some(({ ok }) => !ok)) {
        answers.push({ ok: false, error: `ended with ${signal ?? code}: ${errors.slice(-600)}` });
      }
      resolve(answers);
    });
  });
}

/** @param {object} row */
function write(row) {
  const line = `${JSON.stringify(row)}\n`;
  process.stdout.write(line);
  if (options.out !== undefined) appendFileSync(options.out, line);
}
