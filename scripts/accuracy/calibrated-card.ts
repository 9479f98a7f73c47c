/** PyTorch's steps on an H100 by the clock, against estimates without and with what ONNX Runtime measured on that machine. */

import { resolveGpu } from "../../lib/catalogue/gpus";
import type { CardCalibration } from "../../lib/estimate/calibration";
import type { Interval } from "../../lib/estimate/estimate";
import { estimatePlan } from "../../lib/estimate/plan";
import { parsePlan } from "../../lib/plan/parse-plan";
import { calibrationOfCard } from "../../lib/profile/card-calibration";
import { cardValidations } from "./onnxruntime-card";
import { relativeError, summarize } from "./statistics";
import { H100, readMeasuredSteps } from "./time/h100-rows";
import type { Role } from "./truth-rows";

export interface CalibratedStep {
  readonly id: string;
  readonly role: Role;
  readonly measuredSeconds: number;
  readonly before: Interval;
  readonly after: Interval;
}

export interface CalibratedCardReport {
  readonly calibration: CardCalibration;
  readonly steps: readonly CalibratedStep[];
}

/** No estimate of a step reads the day. */
const ANY_DAY = "2026-11-27";
/** Data is at hand in these steps: enough workers that no step waits for them. */
const NO_LOADING = { loaderWorkers: 1024, averageImageBytes: 1, storageBytesPerSecond: 1e15 };

/** @throws {Error} where the measurements give no calibration */
export function calibratedCardReport(): CalibratedCardReport {
  const card = resolveGpu(H100);
  const found = card.ok ? calibrationOfCard(card.gpu, cardValidations()) : null;
  if (found?.kind !== "calibrated") throw new Error(`the card was not calibrated: ${found?.why}`);
  const { calibration } = found;
  const steps = readMeasuredSteps().map(({ id, role, input, stepSeconds }): CalibratedStep => {
    const parsed = parsePlan({ ...input, ...NO_LOADING });
    if (!parsed.ok) throw new Error(`${id}: ${parsed.issues.map(({ message }) => message).join("; ")}`);
    const secondsWith = (options: { readonly calibration?: CardCalibration }) => {
      const { time } = estimatePlan(parsed, { today: ANY_DAY, ...options });
      if (time === null) throw new Error(`${id} has no time`);
      return time.stepSeconds;
    };
    return { id, role, measuredSeconds: stepSeconds, before: secondsWith({}), after: secondsWith({ calibration }) };
  });
  return { calibration, steps };
}

export function printCalibratedCard({ steps }: CalibratedCardReport): string {
  const lines = (["fit", "check"] as const).map((role) => {
    const own = steps.filter((step) => step.role === role);
    const texts = (["before", "after"] as const).map((when) => {
      const { median, p90 } = summarize(own.map((step) => relativeError(step[when].likely, step.measuredSeconds)));
      const within = own.filter((step) => isWithin(step[when], step.measuredSeconds)).length;
      return `${when} median ${percent(median)}, p90 ${percent(p90)}, ${within} within the range`;
    });
    return `${role}, ${own.length} steps: ${texts.join("; ")}`;
  });
  return ["PyTorch on an H100 by the clock, before and after ONNX Runtime measured its machine", ...lines].join("\n");
}

function isWithin({ low, high }: Interval, seconds: number): boolean {
  return low <= seconds && seconds <= high;
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
