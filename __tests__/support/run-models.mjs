// @ts-check
// Runs ONNX models one after the other: jest's realm has typed arrays of its own, which onnxruntime-node does not take.
//   node run-models.mjs FOLDER   reads FOLDER/cases.json, writes FOLDER/results.json
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const { InferenceSession, Tensor } = require("onnxruntime-node");

const folder = process.argv[2] ?? ".";
/** @type {{ file: string, feeds: Record<string, { type: string, shape: number[], data: number[] }> }[]} */
const cases = JSON.parse(readFileSync(path.join(folder, "cases.json"), "utf8"));
const results = [];
for (const { file, feeds } of cases) {
  try {
    const session = await InferenceSession.create(path.join(folder, file), {
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 3,
    });
    const tensors = Object.entries(feeds).map(([name, { type, shape, data }]) => {
      const numbers = type === "int64" ? BigInt64Array.from(data, BigInt) : Float32Array.from(data);
      return [name, new Tensor(type, numbers, shape)];
    });
    const outputs = await session.run(Object.fromEntries(tensors));
    const read = Object.entries(outputs).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: Array.from(data, Number) },
    ]);
    results.push({ outputs: Object.fromEntries(read) });
  } catch (error) {
    results.push({ error: String(error) });
  }
}
writeFileSync(path.join(folder, "results.json"), JSON.stringify(results));
