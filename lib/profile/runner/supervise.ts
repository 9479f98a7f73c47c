/** Waits for a process under limits. Whatever happens, the process and all it started are gone when the answer is there. */

import type { ChildProcess } from "node:child_process";
import { formatBytes } from "../../format";
import { KIB, MIB, MILLISECOND } from "../../units";
import { errorCode } from "./error-code";
import { availableBytes, residentBytes } from "./memory";

export interface ProcessLimits {
  readonly signal: AbortSignal;
  readonly seconds: number;
  /** Physical memory that the process may take. */
  readonly residentBytes: number;
  /** What must stay available to the rest of the machine. */
  readonly reserveBytes: number;
  /** Called a few times a second while it runs. */
  readonly onSample?: (pid: number) => void;
}

export interface Stop {
  readonly kind: "out_of_memory" | "timed_out" | "failed" | "cancelled";
  readonly reason: string;
}

export type ProcessOutcome<Answer> = { readonly kind: "answered"; readonly answer: Answer } | Stop;

const SAMPLE_MS = 200;
const MOST_OUTPUT = 4 * MIB;
export const SHOWN_ERROR = 600;

/**
 * @param child  leads a process group of its own, and answers with one line of JSON on its standard output
 * @param read   what the line says; null for a line that is no answer
 */
export function superviseProcess<Answer>(
  child: ChildProcess,
  limits: ProcessLimits,
  read: (line: string) => ProcessOutcome<Answer> | null,
): Promise<ProcessOutcome<Answer>> {
  return new Promise((resolve) => {
    let [output, errors] = ["", ""];
    let stopped: Stop | null = null;
    const stop = (why: Stop) => {
      stopped ??= why;
      killGroup(child);
    };
    const onAbort = () => stop(CANCELLED);
    limits.signal.addEventListener("abort", onAbort);
    const limit = setTimeout(() => stop(TIMED_OUT), limits.seconds / MILLISECOND);
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
    const settle = (outcome: ProcessOutcome<Answer>) => {
      clearTimeout(limit);
      clearInterval(samples);
      limits.signal.removeEventListener("abort", onAbort);
      resolve(outcome);
    };
    child.on("error", (error) => settle({ kind: "failed", reason: `Its process did not start: ${error.message}` }));
    child.on("close", (code, signal) => {
      // What it may have started has no reason to outlive it.
      killGroup(child);
      settle(stopped ?? outcomeOf(output, errors, signal ?? code, read));
    });
  });
}

/** Why a process under these limits need not be started; null when it may. */
export function stopBefore({ signal, seconds }: Pick<ProcessLimits, "signal" | "seconds">): Stop | null {
  if (signal.aborted) return CANCELLED;
  return seconds <= 0 ? TIMED_OUT : null;
}

function outcomeOf<Answer>(
  output: string,
  errors: string,
  end: NodeJS.Signals | number | null,
  read: (line: string) => ProcessOutcome<Answer> | null,
): ProcessOutcome<Answer> {
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) {
    const said = errors.trim() === "" ? "" : `: ${errors.trim().slice(-SHOWN_ERROR)}`;
    return { kind: "failed", reason: `Its process ended with ${end} before it answered${said}` };
  }
  const reason = `Its process answered something else than figures: ${line.slice(0, 200)}`;
  return read(line) ?? { kind: "failed", reason };
}

const CANCELLED: Stop = { kind: "cancelled", reason: "It was cancelled." };
const TIMED_OUT: Stop = { kind: "timed_out", reason: "The time limit was reached." };

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
