/**
 * Writes the training steps of many plans as .onnx files, with a manifest that `run.mjs` reads.
 *
 *   npm run -s onnx -- FOLDER [--set small|cpu|gpu]
 */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { encodeModel } from "../../lib/onnx/encode";
import { CONFIGURATIONS, type Configuration } from "./configurations";
import { stepModel } from "./step-model";

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { set: { type: "string", default: "cpu" } },
  });
  const folder = positionals[0];
  const wanted = CONFIGURATIONS[values.set];
  if (folder === undefined || wanted === undefined) {
    process.stderr.write(`Usage: npm run -s onnx -- FOLDER [--set ${Object.keys(CONFIGURATIONS).join("|")}]\n`);
    process.exitCode = 64;
    return;
  }
  mkdirSync(folder, { recursive: true });
  const manifest = wanted.flatMap((configuration) =>
    configuration.steps.map((steps) => write(folder, configuration, steps)),
  );
  writeFileSync(path.join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  process.stdout.write(`${manifest.length} models in ${folder}\n`);
}

function write(folder: string, { name, plan, precision }: Configuration, stepCount: number) {
  const before = performance.now();
  const { model, batchSize } = stepModel(plan, precision, stepCount);
  const bytes = encodeModel(model);
  const seconds = (performance.now() - before) / 1000;
  const file = `${name}-b${batchSize}-${precision}-k${stepCount}.onnx`;
  writeFileSync(path.join(folder, file), bytes);
  return { file, name, plan, precision, batchSize, stepCount, nodes: model.nodes.length, bytes: bytes.length, seconds };
}

main();
