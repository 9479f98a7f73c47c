/** What a validation would run on this machine, before anything runs. */

import { measuredBefore } from "@/app/calibrations";
import { recentValidations } from "@/app/validations";
import type { CheckQuestion, InvalidQuestion, Preview, PreviewRow, RefusedPlan } from "@/components/check/answers";
import { parseValidationRequest } from "@/lib/api/validation-request-schema";
import { parsePlan } from "@/lib/plan/parse-plan";
import type { Plan } from "@/lib/plan/plan";
import { fittingBatchSizes } from "@/lib/profile/fitting-batches";
import { countedLoad } from "@/lib/profile/load-counting";
import { type SecondsAhead, secondsAhead } from "@/lib/profile/predicted-seconds";
import { judgeRunnable } from "@/lib/profile/runnable-plan";
import { BatchExpectations, type ExpectedFigures } from "@/lib/profile/runner/expect-batches";
import { describeMachine } from "@/lib/profile/runner/machine";
import { RESERVE_BYTES } from "@/lib/profile/runner/measure-batch";
import type { Device, Machine, ValidationRequest } from "@/lib/profile/validation";
import { predictedStep } from "@/lib/profile/validation-row";

/**
 * @param predicts  work out the memory of each batch size, and the batch sizes themselves where they were left open; it
 *                  takes seconds, of another process
 */
export async function previewCheck(
  question: CheckQuestion,
  { predicts }: { readonly predicts: boolean },
): Promise<Preview | RefusedPlan | InvalidQuestion> {
  const machine = await describeMachine();
  const asked = { ...question, device: question.device ?? (machine.gpu === null ? "cpu" : "cuda") };
  const reading = parseValidationRequest(withoutUndefined(asked));
  const planned = parsePlan(question.plan);
  if (!reading.ok) {
    return refusal(asked.device, planned, machine) ?? { kind: "invalid", issues: reading.issues, machine };
  }
  const { request } = reading;
  const freeBytes = freeBytesOf(request.device, machine);
  const plannedPrecision = planned.ok ? planned.plan.precision : request.plan.precision;
  const earlier = await earlierCheck(request);
  const { validations, staleCount } = await measuredBefore(request.device);
  const ahead = secondsAhead(request, machine, validations);
  // What there is to be switched on, whether or not it is on.
  const switchedOn =
    request.calibrate === false ? secondsAhead({ ...request, calibrate: true }, machine, validations) : ahead;
  const seconds = { measured: switchedOn.source, staleCount };
  const known = { request, machine, plannedPrecision, freeBytes, earlier, seconds } as const;
  const outline = { kind: "preview", ...known, rows: null } as const;
  if (!predicts) return outline;
  const predictions = new Predictions(request, machine.threadCount, ahead);
  try {
    const batchSizes =
      question.batchSizes === undefined
        ? await fittingBatchSizes(request.plan, request.device, freeBytes, (size) => predictions.neededBytes(size))
        : request.batchSizes;
    const rows: PreviewRow[] = [];
    for (const batchSize of batchSizes) rows.push(await predictions.row(batchSize));
    return { ...outline, request: { ...request, batchSizes }, rows };
  } finally {
    predictions.end();
  }
}

/** The device decides what it has kernels for, so it is asked as soon as it and the plan are known, whatever else is wrong. */
function refusal(device: unknown, planned: ReturnType<typeof parsePlan>, machine: Machine): RefusedPlan | null {
  if (!planned.ok || (device !== "cpu" && device !== "cuda")) return null;
  const judgement = judgeRunnable(planned.plan, device);
  if (judgement.ok) return null;
  const { plan, assumptions } = planned;
  // Left open, the precision is the device's own and no obstacle.
  const isOpen = device === "cpu" && assumptions.some(({ field }) => field === "precision");
  const issues = judgement.issues.filter(({ path }) => !(isOpen && path === "precision"));
  if (issues.length === 0) return null;
  return { kind: "refused", machine, device, plan, issues, nearest: { ...plan, ...judgement.changes } };
}

function freeBytesOf(device: Device, machine: Machine): number {
  // Without a GPU the run ends with the runtime's own words; nothing can be said of its memory beforehand.
  if (device === "cuda") return machine.gpu?.memoryFreeBytes ?? Number.POSITIVE_INFINITY;
  return Math.max(0, machine.memoryAvailableBytes - RESERVE_BYTES);
}

/** Of the newest checks, since an old one ran on a machine that may have changed. */
const CHECKS_SEARCHED = 50;

async function earlierCheck({ plan, device }: ValidationRequest): Promise<Preview["earlier"]> {
  // What the plan says of its batch is not what runs.
  const key = (each: Plan) => JSON.stringify({ ...each, perDeviceBatchSize: null });
  const found = (await recentValidations(CHECKS_SEARCHED)).find(
    (each) => each.state.kind === "done" && each.device === device && key(each.plan) === key(plan),
  );
  if (found === undefined || found.wallSeconds === null) return null;
  if (found.rows.some(({ outcome }) => outcome !== "measured")) return null;
  return { batchSizes: found.batchSizes, repeats: found.repeats, wallSeconds: found.wallSeconds };
}

/** Predictions for one plan, each batch size worked out once. */
class Predictions {
  private readonly expectations: BatchExpectations;
  private readonly known = new Map<number, Promise<readonly ExpectedFigures[]>>();

  constructor(
    private readonly request: ValidationRequest,
    threadCount: number,
    private readonly seconds: SecondsAhead,
  ) {
    const { plan, device } = request;
    this.expectations = new BatchExpectations({ plan, device, threadCount });
  }

  end(): void {
    this.expectations.end();
  }

  async neededBytes(batchSize: number): Promise<number> {
    return Math.max(...(await this.of(batchSize)).map(({ memory }) => memory.inUsePeakBytes));
  }

  async row(batchSize: number): Promise<PreviewRow> {
    const models = await this.of(batchSize);
    const [oneStep] = models;
    if (oneStep === undefined) throw new RangeError("no model is measured");
    const load = countedLoad(
      models.map((model) => model.load),
      this.request.device,
    );
    const predicted = predictedStep(oneStep.memory, this.seconds.of(load, oneStep.memory.arenaBytes));
    return { batchSize, predicted, neededBytes: await this.neededBytes(batchSize) };
  }

  private of(batchSize: number): Promise<readonly ExpectedFigures[]> {
    const known = this.known.get(batchSize) ?? this.expectations.of(batchSize);
    this.known.set(batchSize, known);
    return known;
  }
}

/** What was not said is left open, not said to be nothing. */
function withoutUndefined(question: CheckQuestion): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(question).filter(([, value]) => value !== undefined));
}
