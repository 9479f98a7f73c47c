import { type ChildProcessByStdio, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import * as z from "zod";
import { KIB, MILLISECOND } from "../../units";
import type { ExpectedModel } from "../step-model";
import type { ValidationRequest } from "../validation";
import { ownEnvironment } from "./child-environment";

/** Whose batch sizes are asked about. */
export interface ExpectJob extends Pick<ValidationRequest, "plan" | "device"> {
  /** Of one operation, on the CPU. */
  readonly threadCount: number;
}

/** What one model is expected to take, without its course over time. */
export interface ExpectedFigures extends Pick<ExpectedModel, "nodeCount" | "load"> {
  readonly memory: Omit<ExpectedModel["memory"], "timeline">;
}

const count = z.number().nonnegative();
const figuresSchema = z.array(
  z.object({
    nodeCount: count,
    memory: z.object({ inUsePeakBytes: count, requestedPeakBytes: count, arenaBytes: count }),
    load: z.object({ flops: count, bytes: count, nodes: count }),
  }),
) satisfies z.ZodType<readonly ExpectedFigures[]>;

/** The largest models take a few seconds. */
const LIMIT_SECONDS = 60;

/** Programs start this one with the project's folder as the working directory. */
const RUN = path.resolve("scripts/run.mjs");
const PROGRAM = "lib/profile/runner/expect-program.ts";

/**
 * Predictions for the batch sizes of one plan, worked out in a process of its own: it takes up to seconds, in which a
 * server would answer nobody. Whoever makes one ends it.
 */
export class BatchExpectations {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly answers: AsyncIterator<string>;
  private errors = "";
  /** They are answered in the order in which they are asked. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(job: ExpectJob) {
    this.child = spawn(process.execPath, [RUN, PROGRAM], { stdio: "pipe", env: ownEnvironment() });
    const note = (said: unknown) => {
      this.errors = (this.errors + String(said)).slice(-2 * KIB);
    };
    this.child.stderr.on("data", note);
    // That it has ended shows in its answers.
    this.child.on("error", note);
    this.child.stdin.on("error", note);
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.child.stdin.write(`${JSON.stringify(job)}\n`);
  }

  /** The models of few and of more steps. @throws {Error} when the process ends or takes too long instead of answering */
  of(batchSize: number): Promise<readonly ExpectedFigures[]> {
    const answer = this.last.then(() => this.ask(batchSize));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  end(): void {
    this.child.kill("SIGKILL");
  }

  private async ask(batchSize: number): Promise<readonly ExpectedFigures[]> {
    const limit = setTimeout(() => this.end(), LIMIT_SECONDS / MILLISECOND);
    try {
      this.child.stdin.write(`${batchSize}\n`);
      const { done, value } = await this.answers.next();
      if (done === true) throw new Error(`batch ${batchSize} could not be predicted: ${this.errors}`);
      return figuresSchema.parse(JSON.parse(value));
    } finally {
      clearTimeout(limit);
    }
  }
}
