import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { ValidationRequest } from "../validation";
import { childEnvironment } from "./child-environment";
import { type PreparedAnswer, readPreparedAnswer } from "./prepared-answer";
import { type ProcessLimits, type ProcessOutcome, stopBefore, superviseProcess } from "./supervise";

/** What is to be written. */
export interface PrepareJob extends Pick<ValidationRequest, "plan" | "device"> {
  readonly batchSize: number;
  /** Of one operation, on the CPU. */
  readonly threadCount: number;
}

/** Programs start this one with the project's folder as the working directory. */
const RUN = path.resolve("scripts/run.mjs");
const PROGRAM = "lib/profile/runner/prepare-program.ts";

/**
 * Writes the models of one batch size in a process of its own and predicts what they take: work of up to seconds, which
 * may end in every way that a measurement may.
 *
 * @param folder  where they are written; the process removes it if this one is killed
 */
export async function prepareBatch(
  job: PrepareJob,
  folder: string,
  limits: ProcessLimits,
): Promise<ProcessOutcome<PreparedAnswer>> {
  const early = stopBefore(limits);
  if (early !== null) return early;
  if (!existsSync(RUN)) {
    return { kind: "failed", reason: `${RUN} is missing; start Headroom in the folder that it was installed in.` };
  }
  const file = path.join(folder, "job.json");
  await writeFile(file, JSON.stringify(job));
  const child = spawn(process.execPath, [RUN, PROGRAM, file], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: childEnvironment(folder),
  });
  return superviseProcess(child, limits, (line) => {
    const answer = readPreparedAnswer(line);
    return answer === null ? null : { kind: "answered", answer };
  });
}
