// @ts-check
// Runs ONNX models one after the other: jest's realm has typed arrays of its own, which onnxruntime-node does not take.
//   node run-models.mjs FOLDER   reads FOLDER/cases.json, writes FOLDER/results.json
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/**
 * @typedef {{ type: string, shape: number[], data: number[] }} Feed
 * @typedef {{ file: string, feeds: Record<string, Feed>, rounds: Record<string, Feed>[], carry: Record<string, string>, watched: string[] | null }} Case
 *   one run for each of `rounds`, with its feeds; `carry` says which input an output becomes in the next,
 *   `watched` which outputs are read after the first
 */

const require = createRequire(import.meta.url);
const { InferenceSession, Tensor } = require("onnxruntime-node");

const folder = process.argv[2] ?? ".";
/** @type {Case[]} */
const cases = JSON.parse(readFileSync(path.join(folder, "cases.json"), "utf8"));
const results = [];
for (const { file, feeds, rounds, carry, watched } of cases) {
  try {
    const session = await InferenceSession.create(path.join(folder, file), {
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 3,
      // Threads that wait for each other by spinning slow down everything else on a small machine.
      intraOpNumThreads: 1,
    });
    let given = tensorsOf(feeds);
    const runs = [];
    for (const round of rounds) {
      const outputs = await session.run({ ...given, ...tensorsOf(round) });
      const carried = Object.entries(carry).map(([output, input]) => [input, outputs[output]]);
      given = { ...given, ...Object.fromEntries(carried) };
      const isRead = (/** @type {string} */ name) => runs.length === 0 || watched === null || watched.includes(name);
      runs.push(readOutputs(outputs, isRead));
    }
    results.push({ runs });
  } catch (error) {
    results.push({ error: String(error) });
  }
}
writeFileSync(path.join(folder, "results.json"), JSON.stringify(results));

/** @param {Record<string, Feed>} feeds */
function tensorsOf(feeds) {
  const tensors = Object.entries(feeds).map(([name, { type, shape, data }]) => {
    const numbers = type === "int64" ? BigInt64Array.from(data, BigInt) : Float32Array.from(data);
    return [name, new Tensor(type, numbers, shape)];
  });
  return Object.fromEntries(tensors);
}

/** @param {Record<string, { dims: number[], data: ArrayLike<unknown> }>} outputs @param {(name: string) => boolean} isRead */
function readOutputs(outputs, isRead) {
  const wanted = Object.entries(outputs).filter(([name]) => isRead(name));
  const read = wanted.map(([name, { dims, data }]) => {
    return [name, { shape: dims, data: Array.from(data, Number) }];
  });
  return Object.fromEntries(read);
}
