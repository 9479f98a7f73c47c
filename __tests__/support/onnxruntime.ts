import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeModel } from "@/lib/onnx/encode";
import type { OnnxModel, OnnxValue } from "@/lib/onnx/model";

export type Feeds = ReadonlyMap<OnnxValue, ArrayLike<number>>;

export interface ModelRuns {
  readonly model: OnnxModel;
  readonly feeds: Feeds;
  /** One run each, with what is fed beside `feeds`; a single run when absent. */
  readonly rounds?: readonly Feeds[];
  /** Outputs that become inputs of the next run. */
  readonly carry?: ReadonlyMap<OnnxValue, OnnxValue>;
  /** Outputs that are read after the first run too; all of them when absent. */
  readonly watched?: readonly OnnxValue[];
}

/** Outputs by name. */
export type Outputs = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;

const RUNNER = path.join(__dirname, "run-models.mjs");

/** Computes each model once in ONNX Runtime, all in one process of their own. @throws {Error} when one fails */
export function runModels(models: readonly Omit<ModelRuns, "rounds" | "carry" | "watched">[]): readonly Outputs[] {
  return runRepeatedly(models).map(([outputs]) => outputs);
}

/** @returns for each model the outputs of each of its runs */
export function runRepeatedly(models: readonly ModelRuns[]): readonly (readonly Outputs[])[] {
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-onnx-"));
  try {
    const cases = models.map(({ model, feeds, rounds = [new Map()], carry = new Map(), watched }, i) => {
      const file = `${i}.onnx`;
      writeFileSync(path.join(folder, file), encodeModel(model));
      const carried = Array.from(carry, ([output, input]) => [output.name, input.name]);
      return {
        file,
        feeds: written(feeds),
        rounds: rounds.map(written),
        carry: Object.fromEntries(carried),
        watched: watched?.map(({ name }) => name) ?? null,
      };
    });
    writeFileSync(path.join(folder, "cases.json"), JSON.stringify(cases));
    const child = spawnSync(process.execPath, [RUNNER, folder], { encoding: "utf8", timeout: 60_000 });
    if (child.status !== 0) throw new Error(`onnxruntime ended with ${child.status ?? child.signal}: ${child.stderr}`);
    // A parse boundary: run-models.mjs writes this file.
    const results = JSON.parse(readFileSync(path.join(folder, "results.json"), "utf8")) as {
      runs?: Outputs[];
      error?: string;
    }[];
    return results.map(({ runs, error }, i) => {
      if (runs === undefined) throw new Error(`model ${i}: ${error}`);
      return runs;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function written(feeds: Feeds) {
  const entries = Array.from(feeds, ([{ name, type, shape }, data]) => [name, { type, shape, data: Array.from(data) }]);
  return Object.fromEntries(entries);
}
