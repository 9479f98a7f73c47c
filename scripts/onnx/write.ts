/**
 * Writes the training steps of many plans as .onnx files, with a manifest that `run.mjs` reads.
 *
 *   npm run -s onnx -- FOLDER [--set small|cpu|gpu] [--timed]
 *
 * With --timed the longer file of each pair has as many steps as it takes to time one; see `timed-steps.ts`.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { encodeModel } from "../../lib/onnx/encode";
import { CONFIGURATIONS, type Configuration } from "./configurations";
import { stepModel } from "./step-model";
import { timedSteps } from "./timed-steps";

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { set: { type: "string", default: "cpu" }, timed: { type: "boolean", default: false } },
  });
  const folder = positionals[0];
  const wanted = CONFIGURATIONS[values.set];
  if (folder === undefined || wanted === undefined) {
    process.stderr.write(
      `Usage: npm run -s onnx -- FOLDER [--set ${Object.keys(CONFIGURATIONS).join("|")}] [--timed]\n`,
    );
    process.exitCode = 64;
    return;
  }
  mkdirSync(folder, { recursive: true });
  const manifest = wanted.flatMap((configuration) =>
    stepCountsOf(configuration, values.timed).map((stepCount) => write(folder, configuration, stepCount)),
  );
  writeFileSync(path.join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
  process.stdout.write(`${manifest.length} models in ${folder}\n`);
}

function stepCountsOf({ plan, precision, steps }: Configuration, isTimed: boolean): readonly number[] {
  return isTimed ? [1, timedSteps((stepCount) => stepModel(plan, precision, stepCount).model)] : steps;
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
