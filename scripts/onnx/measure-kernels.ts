/**
 * Times every kernel of the steps of a set on this machine's CPU and writes them by shape, the median of all that are
 * alike; tells the seconds of each step by operator:
 *
 *   node scripts/run.mjs scripts/onnx/measure-kernels.ts OUT.csv [--set kernels] [--only PATTERN] [--repeats 4] [--threads 2] [--calm 0.05]
 */

import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { encodeModel } from "../../lib/onnx/encode";
import { CONFIGURATIONS, type Configuration } from "./configurations";
import { KERNEL_COLUMNS, kernelSignature } from "./kernel-signature";
import { stepModel } from "./step-model";

const LARGEST_ANSWER_BYTES = 1 << 28;

interface Answer {
  readonly quietRunSeconds: readonly number[];
  readonly kernels: readonly (readonly [string, number])[];
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      set: { type: "string", default: "kernels" },
      only: { type: "string", default: "" },
      repeats: { type: "string", default: "4" },
      threads: { type: "string", default: "2" },
      calm: { type: "string", default: "0.05" },
    },
  });
  const out = positionals[0];
  if (out === undefined) {
    process.stderr.write(
      "Usage: measure-kernels.ts OUT.csv [--set NAME] [--only PATTERN] [--repeats N] [--threads N] [--calm FRACTION]\n",
    );
    process.exitCode = 64;
    return;
  }
  if (!existsSync(out)) writeFileSync(out, `${KERNEL_COLUMNS.join(",")}\n`);
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-kernel-models-"));
  try {
    for (const configuration of CONFIGURATIONS[values.set] ?? []) {
      const key = `${configuration.name}-b${String(configuration.plan.perDeviceBatchSize)}`;
      if (!new RegExp(values.only).test(key)) continue;
      const lines = measured(configuration, key, path.join(folder, "step.onnx"), [
        values.repeats,
        values.threads,
        values.calm,
      ]);
      appendFileSync(out, lines.map((line) => `${line}\n`).join(""));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measured(configuration: Configuration, key: string, file: string, how: readonly string[]): readonly string[] {
  const { model } = stepModel(configuration.plan, configuration.precision, 1);
  writeFileSync(file, encodeModel(model));
  const output = execFileSync(process.execPath, ["scripts/onnx/kernel-times.mjs", file, ...how], {
    encoding: "utf8",
    maxBuffer: LARGEST_ANSWER_BYTES,
  });
  // A parse boundary: what kernel-times.mjs prints.
  const { kernels, quietRunSeconds } = JSON.parse(output) as Answer;
  process.stderr.write(`${key}: ${quietRunSeconds.map((seconds) => seconds.toFixed(2)).join(" ")}\n`);
  if (quietRunSeconds.length === 0) return [];
  const secondsOf = new Map(kernels);
  const alike = new Map<string, number[]>();
  const byOperator = new Map<string, number>();
  for (const node of model.nodes) {
    const seconds = secondsOf.get(node.outputs[0]?.name ?? "");
    if (seconds === undefined) continue;
    byOperator.set(node.operator, (byOperator.get(node.operator) ?? 0) + seconds);
    const signature = kernelSignature(node);
    const list = alike.get(signature);
    if (list === undefined) alike.set(signature, [seconds]);
    else list.push(seconds);
  }
  const slowest = [...byOperator].sort(([, a], [, b]) => b - a);
  for (const [operator, seconds] of slowest) process.stderr.write(`  ${operator.padEnd(24)} ${seconds.toFixed(3)} s\n`);
  return Array.from(alike, ([signature, seconds]) =>
    [key, signature, seconds.length, median(seconds).toPrecision(4)].join(","),
  );
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

main();
