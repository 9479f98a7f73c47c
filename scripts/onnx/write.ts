/**
 * Writes the training steps of many plans as .onnx files, with a manifest that `run.mjs` reads.
 *
 *   npm run -s onnx -- FOLDER [--set cpu|gpu]
 */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { trainingStep } from "../../lib/clip/training-step";
import { type TrainingModelOptions, trainingModel } from "../../lib/engine/onnxruntime/training-model";
import { encodeModel } from "../../lib/onnx/encode";
import { parsePlan } from "../../lib/plan/parse-plan";
import { CONFIGURATIONS, type Configuration } from "./configurations";

const OPTIMIZER: TrainingModelOptions["optimizer"] = {
  learningRate: 1e-5,
  weightDecay: 0.1,
  betas: [0.9, 0.98],
  epsilon: 1e-6,
  momentum: 0.9,
};

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
  const parsed = parsePlan({ gpu: "a100-sxm4-80gb", ...plan });
  if (!parsed.ok)
    throw new Error(`${name}: ${parsed.issues.map(({ path: where, message }) => `${where} ${message}`).join("; ")}`);
  const { architecture } = parsed;
  const batchSize = parsed.plan.perDeviceBatchSize;
  const before = performance.now();
  const training = trainingStep(architecture, parsed.plan);
  const model = trainingModel(training, { batchSize, stepCount, precision, optimizer: OPTIMIZER });
  const bytes = encodeModel(model);
  const seconds = (performance.now() - before) / 1000;
  const file = `${name}-b${batchSize}-${precision}-k${stepCount}.onnx`;
  writeFileSync(path.join(folder, file), bytes);
  return { file, name, plan, precision, batchSize, stepCount, nodes: model.nodes.length, bytes: bytes.length, seconds };
}

main();
