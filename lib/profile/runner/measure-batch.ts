/** Measures one batch size: writes its models, predicts, runs them, and turns whatever happens into a row. */

import { formatBytes } from "../../format";
import { GIB } from "../../units";
import type { SecondsAhead } from "../predicted-seconds";
import { ranElsewhere } from "../ran-elsewhere";
import { STEP_COUNTS } from "../request-limits";
import { othersShare, remarkOnSeconds } from "../seconds-remark";
import { stepSeconds } from "../statistics";
import type { Machine, MeasuredStep, Outcome, TimedRuns, ValidationRequest, ValidationRow } from "../validation";
import { endedRow, measurement, predictedStep, unmeasuredStep, unreachedRow } from "../validation-row";
import { type GpuWatch, watchGpu } from "./gpu-watch";
import { availableBytes } from "./memory";
import { readGpu } from "./nvidia-smi";
import { prepareBatch } from "./prepare-batch";
import type { PreparedFile } from "./prepared-answer";
import { runModel, type WorkerOutcome } from "./run-worker";
import type { ProcessLimits } from "./supervise";
import { withWorkFolder } from "./work-folder";
import type { MeasuredAnswer } from "./worker-answer";

/** Memory that is left to the rest of the machine. */
export const RESERVE_BYTES = GIB / 2;

/** One profiled run and two timed models. */
export const PARTS_PER_BATCH = 1 + STEP_COUNTS.length;

export interface Circumstances {
  readonly signal: AbortSignal;
  readonly secondsLeft: () => number;
  /** What a step is predicted to take that asks this of the device. */
  readonly ahead: SecondsAhead["of"];
  readonly report: (doing: string) => void;
}

/** Everything about one batch size, in the order in which it is found out. */
export class BatchMeasurement {
  private row: ValidationRow;

  constructor(
    private readonly request: ValidationRequest,
    private readonly batchSize: number,
    private readonly machine: Machine,
    private readonly circumstances: Circumstances,
  ) {
    this.row = unreachedRow(batchSize, "");
  }

  /** @throws {Error} when the folder for temporary files cannot be written */
  measure(): Promise<ValidationRow> {
    this.circumstances.report("one step, every kernel recorded");
    return withWorkFolder((folder) => this.measureIn(folder));
  }

  private async measureIn(folder: string): Promise<ValidationRow> {
    const { plan, device } = this.request;
    const { batchSize } = this;
    const { threadCount } = this.machine;
    const prepared = await prepareBatch({ plan, device, batchSize, threadCount }, folder, this.limits());
    if (prepared.kind !== "answered") return this.ended(prepared);
    const { models, load } = prepared.answer;
    const [oneStep] = models;
    this.row = {
      ...this.row,
      nodeCount: oneStep.nodeCount,
      modelBytes: oneStep.modelBytes,
      predicted: predictedStep(oneStep.memory, this.circumstances.ahead(load, oneStep.memory.arenaBytes)),
      load,
    };
    const shortage = await this.shortage(Math.max(...models.map(({ memory }) => memory.inUsePeakBytes)));
    if (shortage !== null) return endedRow(this.row, "would_not_fit", shortage);

    const gpu = device === "cuda" ? await watchGpu() : null;
    const profiled = await this.run(oneStep, folder, { profile: true, warmUp: 0, repeats: 1 }, (pid) =>
      gpu?.sample(pid),
    );
    if (profiled.kind !== "answered") return this.ended(profiled);
    const { answer } = profiled;
    this.row = {
      ...this.row,
      providers: answer.providers ?? null,
      measured: { ...memoryOf(answer), deviceBytes: gpu?.result() ?? NO_GPU_RUN },
    };
    const elsewhere = ranElsewhere(device, answer.providers ?? null);
    if (elsewhere !== null) return endedRow(this.row, "failed", elsewhere);
    return this.time(models, folder, gpu);
  }

  private async time(models: readonly PreparedFile[], folder: string, gpu: GpuWatch | null): Promise<ValidationRow> {
    const runs: TimedRuns[] = [];
    const answers: MeasuredAnswer[] = [];
    for (const model of models) {
      const { stepCount } = model;
      this.circumstances.report(`${stepCount === 1 ? "one step" : `${stepCount} steps`}, timed`);
      const timed = await this.run(model, folder, { profile: false, warmUp: 1, repeats: this.request.repeats }, (pid) =>
        gpu?.expect(pid),
      );
      if (timed.kind !== "answered") return this.ended(timed);
      const { runSeconds, othersFractions } = timed.answer;
      runs.push({ stepCount, runSeconds, othersFractions });
      answers.push(timed.answer);
      await gpu?.lookForOthers();
      this.row = { ...this.row, losses: timed.answer.losses };
    }
    const [short, long] = runs;
    if (short === undefined || long === undefined) throw new RangeError("two models are timed");
    const seconds = stepSeconds(short, long);
    const share = othersShare(answers);
    const gpuUsers = gpu?.others() ?? null;
    return {
      ...this.row,
      outcome: "measured",
      reason: remarkOnSeconds(seconds, share, gpuUsers ?? []),
      others: { cpuFraction: measurement(share, "its runs were too short for the system's clock"), gpuUsers },
      measured: { ...this.row.measured, stepSeconds: seconds },
    };
  }

  /** Why the prediction cannot fit, or null. */
  private async shortage(neededBytes: number): Promise<string | null> {
    const needed = formatBytes(neededBytes, "GiB");
    if (this.request.device === "cuda") {
      const reading = await readGpu();
      // Without a driver the runtime says what is missing in its own words.
      if (!reading.ok || neededBytes <= reading.gpu.memoryFreeBytes) return null;
      const free = formatBytes(reading.gpu.memoryFreeBytes, "GiB");
      return `The step needs ${needed} by prediction, and ${free} of the GPU are free.`;
    }
    const free = availableBytes() - RESERVE_BYTES;
    if (neededBytes <= free) return null;
    const left = formatBytes(RESERVE_BYTES, "GiB");
    const has = formatBytes(free, "GiB");
    return `The step needs ${needed} by prediction; ${has} are available, with ${left} left to the rest of the machine.`;
  }

  private run(
    { file }: PreparedFile,
    folder: string,
    how: { readonly profile: boolean; readonly warmUp: number; readonly repeats: number },
    onSample?: (pid: number) => void,
  ): Promise<WorkerOutcome> {
    const { device } = this.request;
    const { threadCount } = this.machine;
    return runModel(file, folder, { device, threadCount, ...how }, this.limits(onSample));
  }

  private limits(onSample?: (pid: number) => void): ProcessLimits {
    const { signal, secondsLeft } = this.circumstances;
    return {
      signal,
      seconds: secondsLeft(),
      residentBytes: availableBytes() - RESERVE_BYTES,
      reserveBytes: RESERVE_BYTES,
      ...(onSample === undefined ? {} : { onSample }),
    };
  }

  /** What was found out before it ended stays. */
  private ended({ kind, reason }: { readonly kind: Outcome; readonly reason: string }): ValidationRow {
    const { noGpu } = this.machine;
    const lacksGpu = this.request.device === "cuda" && kind === "failed" && noGpu !== null;
    return endedRow(this.row, kind, lacksGpu ? `${reason} (${noGpu})` : reason);
  }
}

const NO_GPU_RUN = { kind: "not_measured", why: "it ran on the CPU" } as const;

function memoryOf({ memory, residentPeakBytes }: MeasuredAnswer): MeasuredStep {
  const why = "the runtime's profile does not say";
  return {
    ...unmeasuredStep("it was not timed"),
    inUsePeakBytes: measurement(memory?.inUsePeakBytes, why),
    requestedPeakBytes: measurement(memory?.requestedBytes, why),
    arenaBytes: measurement(memory?.arenaBytes, why),
    residentPeakBytes: measurement(residentPeakBytes, why),
  };
}
