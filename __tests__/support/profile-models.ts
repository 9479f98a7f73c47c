import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeModel } from "@/lib/onnx/encode";
import type { OnnxModel } from "@/lib/onnx/model";

export interface Profile {
  readonly memory: { readonly inUsePeakBytes: number; readonly requestedBytes: number; readonly arenaBytes: number };
  readonly kernels: readonly Kernel[];
}

export interface Kernel {
  readonly name: string;
  readonly operator: string;
  /** Taken while it ran and not given back: memory for its results. */
  readonly takenBytes: number;
  readonly inUseBytes: number;
}

const WORKER = path.join(__dirname, "../../lib/profile/worker.mjs");

/** Runs models with the project's own worker, all in one process, and returns what the runtime says of every kernel. */
export function profileModels(models: readonly OnnxModel[], threads: number): readonly Profile[] {
  const folder = mkdtempSync(path.join(tmpdir(), "headroom-onnx-"));
  try {
    const requests = models.map((model, i) => {
      const file = path.join(folder, `${i}.onnx`);
      writeFileSync(file, encodeModel(model));
      return JSON.stringify({ model: file, provider: "cpu", profile: true, kernels: true, threads });
    });
    const child = spawnSync(process.execPath, [WORKER, ...requests], {
      encoding: "utf8",
      timeout: 60_000,
      maxBuffer: 2 ** 28,
    });
    const answers = child.stdout.split("\n").filter(Boolean);
    if (answers.length !== models.length) throw new Error(`the worker ended with ${child.status}: ${child.stderr}`);
    return answers.map(readAnswer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readAnswer(line: string): Profile {
  // A parse boundary: the worker writes these lines.
  const answer = JSON.parse(line) as {
    error?: string;
    memory: Profile["memory"];
    kernels: readonly (readonly [string, string, number, number, number])[];
  };
  if (answer.error !== undefined) throw new Error(answer.error);
  const kernels = answer.kernels.map(([name, operator, takenBytes, , inUseBytes]) => ({
    name,
    operator,
    takenBytes,
    inUseBytes,
  }));
  return { memory: answer.memory, kernels };
}
