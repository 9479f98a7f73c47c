/** Runs one model in a process of its own, under limits. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Device } from "../validation";
import { childEnvironment } from "./child-environment";
import { type ProcessLimits, type ProcessOutcome, SHOWN_ERROR, stopBefore, superviseProcess } from "./supervise";
import { withWorkFolder } from "./work-folder";
import { type MeasuredAnswer, readWorkerAnswer } from "./worker-answer";

/** How a model runs. */
export interface WorkerRun {
  readonly device: Device;
  /** Record every kernel. */
  readonly profile: boolean;
  readonly warmUp: number;
  readonly repeats: number;
  /** Of one operation, on the CPU. */
  readonly threadCount: number;
}

export interface WorkerJob extends WorkerRun {
  /** The model as a file. */
  readonly bytes: Uint8Array;
}

export type WorkerOutcome = ProcessOutcome<MeasuredAnswer>;

/** Programs start this one with the project's folder as the working directory. */
const WORKER = path.resolve("lib/profile/worker.mjs");

/** Runs a model that is no file yet. @throws {Error} when the folder for temporary files cannot be written */
export async function runWorker(job: WorkerJob, limits: ProcessLimits): Promise<WorkerOutcome> {
  const early = stopBefore(limits);
  if (early !== null) return early;
  return withWorkFolder(async (folder) => {
    const file = path.join(folder, "step.onnx");
    await writeFile(file, job.bytes);
    return runModel(file, folder, job, limits);
  });
}

/** @param folder  for temporary files; the process removes it if this one is killed */
export async function runModel(
  file: string,
  folder: string,
  run: WorkerRun,
  limits: ProcessLimits,
): Promise<WorkerOutcome> {
  const early = stopBefore(limits);
  if (early !== null) return early;
  if (!existsSync(WORKER)) {
    return { kind: "failed", reason: `${WORKER} is missing; start Headroom in the folder that it was installed in.` };
  }
  return superviseWorker(startWorker(file, folder, run), limits);
}

/** Waits for a process that answers as `worker.mjs` does. */
export function superviseWorker(child: ChildProcess, limits: ProcessLimits): Promise<WorkerOutcome> {
  return superviseProcess(child, limits, outcomeIn);
}

function startWorker(file: string, folder: string, run: WorkerRun): ChildProcess {
  const request = {
    model: file,
    provider: run.device,
    profile: run.profile,
    warmUp: run.warmUp,
    repeats: run.repeats,
    threads: run.threadCount,
  };
  return spawn(process.execPath, [WORKER, JSON.stringify(request)], {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that one signal ends it with all that it may have started.
    detached: true,
    env: childEnvironment(folder),
  });
}

function outcomeIn(line: string): WorkerOutcome | null {
  const answer = readWorkerAnswer(line);
  if (answer === null) return null;
  if (answer.ok) return { kind: "answered", answer };
  const kind = answer.outOfMemory ? "out_of_memory" : "failed";
  return { kind, reason: `ONNX Runtime says: ${answer.error.slice(0, SHOWN_ERROR)}` };
}
