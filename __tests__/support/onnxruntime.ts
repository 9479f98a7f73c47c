import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeModel } from "@/lib/onnx/encode";
import type { OnnxModel, OnnxValue } from "@/lib/onnx/model";

export interface ModelRun {
  readonly model: OnnxModel;
  readonly feeds: ReadonlyMap<OnnxValue, ArrayLike<number>>;
}

export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const RUNNER = path.join(__dirname, "run-models.mjs");

/** Computes models in ONNX Runtime, in one process of their own, and returns every output by name. @throws {Error} when one fails */
export function runModels(runs: readonly ModelRun[]): readonly Readonly<Record<string, Numbers>>[] {
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-onnx-"));
  try {
    const cases = runs.map(({ model, feeds }, i) => {
      const file = `${i}.onnx`;
      writeFileSync(path.join(folder, file), encodeModel(model));
      const given = Array.from(feeds, ([{ name, type, shape }, data]) => [
        name,
        { type, shape, data: Array.from(data) },
      ]);
      return { file, feeds: Object.fromEntries(given) };
    });
    writeFileSync(path.join(folder, "cases.json"), JSON.stringify(cases));
    const child = spawnSync(process.execPath, [RUNNER, folder], { encoding: "utf8", timeout: 60_000 });
    if (child.status !== 0) throw new Error(`onnxruntime ended with ${child.status ?? child.signal}: ${child.stderr}`);
    // A parse boundary: run-models.mjs writes this file.
    const results = JSON.parse(readFileSync(path.join(folder, "results.json"), "utf8")) as {
      outputs?: Record<string, Numbers>;
      error?: string;
    }[];
    return results.map(({ outputs, error }, i) => {
      if (outputs === undefined) throw new Error(`model ${i}: ${error}`);
      return outputs;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
