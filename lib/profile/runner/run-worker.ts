/** Runs one model in a process of its own, under limits. Whatever happens, the process is gone when the answer is there. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { formatBytes } from "../../format";
import { KIB, MIB, MILLISECOND } from "../../units";
import type { Device } from "../validation";
import { errorCode } from "./error-code";
import { availableBytes, residentBytes } from "./memory";
import { withWorkFolder } from "./work-folder";
import { type MeasuredAnswer, readWorkerAnswer } from "./worker-answer";

export interface WorkerJob {
  /** The model as a file. */
  readonly bytes: Uint8Array;
  readonly device: Device;
  /** Record every kernel. */
  readonly profile: boolean;
  readonly warmUp: number;
  readonly repeats: number;
  /** Of one operation, on the CPU. */
  readonly threadCount: number;
}

export interface WorkerLimits {
  readonly signal: AbortSignal;
  readonly seconds: number;
  /** Physical memory that the process may take. */
  readonly residentBytes: number;
  /** What must stay available to the rest of the machine. */
  readonly reserveBytes: number;
  /** Called a few times a second while it runs. */
  readonly onSample?: (pid: number) => void;
}

export type WorkerOutcome =
  | { readonly kind: "answered"; readonly answer: MeasuredAnswer }
  | { readonly kind: "out_of_memory" | "timed_out" | "failed" | "cancelled"; readonly reason: string };

type Stop = Exclude<WorkerOutcome, { readonly kind: "answered" }>;

/** Programs start this one with the project's folder as the working directory. */
const WORKER = path.resolve("lib/profile/worker.mjs");

const SAMPLE_MS = 200;
const MOST_OUTPUT = 4 * MIB;
const SHOWN_ERROR = 600;

/** @throws {Error} when the folder for temporary files cannot be written */
export async function runWorker(job: WorkerJob, limits: WorkerLimits): Promise<WorkerOutcome> {
  if (limits.signal.aborted) return { kind: "cancelled", reason: "It was cancelled." };
  if (limits.seconds <= 0) return timedOut();
  if (!existsSync(WORKER)) {
    return { kind: "failed", reason: `${WORKER} is missing; start Headroom in the folder that it was installed in.` };
  }
  return withWorkFolder(async (folder) => {
    const model = path.join(folder, "step.onnx");
    await writeFile(model, job.bytes);
    return superviseWorker(startWorker(folder, model, job), limits);
  });
}

function startWorker(folder: string, model: string, job: WorkerJob): ChildProcess {
  const { NODE_OPTIONS: _ownOptions, ...environment } = process.env;
  const request = {
    model,
    provider: job.device,
    profile: job.profile,
    warmUp: job.warmUp,
    repeats: job.repeats,
    threads: job.threadCount,
  };
  return spawn(process.execPath, [WORKER, JSON.stringify(request)], {
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that one signal ends it with all that it may have started.
    detached: true,
    env: {
      ...environment,
      ...{ TMPDIR: folder, TEMP: folder, TMP: folder },
      HEADROOM_PARENT_PID: String(process.pid),
      HEADROOM_WORK_FOLDER: folder,
    },
  });
}

/** Waits for a process, ends it at a limit, and says what came of it. */
export function superviseWorker(child: ChildProcess, limits: WorkerLimits): Promise<WorkerOutcome> {
  return new Promise((resolve) => {
    let [output, errors] = ["", ""];
    let stopped: Stop | null = null;
    const stop = (why: Stop) => {
      stopped ??= why;
      killGroup(child);
    };
    const onAbort = () => stop({ kind: "cancelled", reason: "It was cancelled." });
    limits.signal.addEventListener("abort", onAbort);
    const limit = setTimeout(() => stop(timedOut()), limits.seconds / MILLISECOND);
    const samples = setInterval(() => void sample(), SAMPLE_MS);

    async function sample(): Promise<void> {
      if (child.pid === undefined) return;
      limits.onSample?.(child.pid);
      const resident = await residentBytes(child.pid);
      if (resident !== null && resident > limits.residentBytes) {
        const [has, may] = [formatBytes(resident, "GiB"), formatBytes(limits.residentBytes, "GiB")];
        stop({ kind: "out_of_memory", reason: `It was stopped at ${has} of memory; it may take ${may}.` });
      } else if (availableBytes() < limits.reserveBytes) {
        const left = formatBytes(limits.reserveBytes, "GiB");
        stop({ kind: "out_of_memory", reason: `It was stopped because the machine had less than ${left} left.` });
      }
    }

    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.length > MOST_OUTPUT) stop({ kind: "failed", reason: "Its process wrote without end." });
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-2 * KIB);
    });
    const settle = (outcome: WorkerOutcome) => {
      clearTimeout(limit);
      clearInterval(samples);
      limits.signal.removeEventListener("abort", onAbort);
      resolve(outcome);
    };
    child.on("error", (error) => settle({ kind: "failed", reason: `Its process did not start: ${error.message}` }));
    child.on("close", (code, signal) => {
      // What it may have started has no reason to outlive it.
      killGroup(child);
      settle(stopped ?? outcomeOf(output, errors, signal ?? code));
    });
  });
}

function outcomeOf(output: string, errors: string, end: NodeJS.Signals | number | null): WorkerOutcome {
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) {
    const said = errors.trim() === "" ? "" : `: ${errors.trim().slice(-SHOWN_ERROR)}`;
    return { kind: "failed", reason: `Its process ended with ${end} before it answered${said}` };
  }
  const answer = readWorkerAnswer(line);
  if (answer === null)
    return { kind: "failed", reason: `Its process answered something else than figures: ${line.slice(0, 200)}` };
  if (answer.ok) return { kind: "answered", answer };
  const kind = answer.outOfMemory ? "out_of_memory" : "failed";
  return { kind, reason: `ONNX Runtime says: ${answer.error.slice(0, SHOWN_ERROR)}` };
}

function timedOut(): Stop {
  return { kind: "timed_out", reason: "The time limit was reached." };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    // Windows has no groups: there the process itself is ended.
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch (error) {
    // It has ended already.
    if (errorCode(error) !== "ESRCH") throw error;
  }
}
