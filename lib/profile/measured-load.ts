/** Which timed steps of a validation may speak for a device, and how much each is to be believed. */

import type { TimedLoad } from "../engine/onnxruntime/fit-rates";
import { CALM_FRACTION } from "./seconds-remark";
import type { StepSeconds, TimedRuns, Validation, ValidationRow } from "./validation";

type MeasuredSeconds = Extract<StepSeconds, { readonly kind: "measured" }>;

/** Standard deviations in the range of so many values of a normal distribution. Source: Tippett, doi:10.1093/biomet/17.3-4.364. */
const DEVIATIONS_IN_RANGE: Readonly<Record<number, number>> = { 2: 1.128, 3: 1.693, 4: 2.059, 5: 2.326, 6: 2.534 };
const MOST_TABLED = 6;
/** Of a median of normal values, against their mean. Source: Kenney and Keeping, Mathematics of Statistics, part 2, §9.8. */
const MEDIAN_LOSS = Math.sqrt(Math.PI / 2);
/** A single run says nothing of its own noise: as much as a restless machine has. */
const UNKNOWN_NOISE = 0.15;
/** What others take of all cores, a step that waits for its slowest thread loses on fewer. */
const LOSS_PER_FRACTION = 2;
/** Where nobody watched what others took. */
const UNWATCHED_ERROR = 0.1;
/** Another program held memory of the card, and may have used it. */
const SHARED_CARD_ERROR = 0.2;

/**
 * Whether so much of the CPU went to other programs while it was timed there that its seconds say nothing of the device. A
 * card works on whatever the rest of its machine does; there it makes a measurement less certain.
 */
export function isDisturbed(
  { measured, others }: Pick<ValidationRow, "measured" | "others">,
  device: Validation["device"],
): boolean {
  if (device !== "cpu" || measured.stepSeconds.kind !== "measured") return false;
  return others?.cpuFraction.kind === "measured" && others.cpuFraction.value > CALM_FRACTION;
}

/** How far a measurement may be off, as a fraction: its own noise, and what others took meanwhile. */
export function measurementError(
  seconds: MeasuredSeconds,
  others: ValidationRow["others"],
  machine: Validation["machine"],
): number {
  const share = others?.cpuFraction;
  const taken = share?.kind === "measured" ? LOSS_PER_FRACTION * Math.max(0, share.value) : UNWATCHED_ERROR;
  const users = others?.gpuUsers ?? machine?.gpu?.otherUsers ?? [];
  return Math.hypot(noiseOf(seconds), taken, users.length > 0 ? SHARED_CARD_ERROR : 0);
}

/** Standard error of the median slope, as a fraction of it. */
function noiseOf({ median, low, high, runs: [short, long] }: MeasuredSeconds): number {
  // What older versions kept without its runs has the range of slopes alone.
  if (short === undefined || long === undefined) return (high - low) / (2 * median);
  const steps = long.stepCount - short.stepCount;
  const errors = [short, long].map(errorOfMedian);
  if (errors.some((error) => error === null)) return UNKNOWN_NOISE;
  return Math.hypot(...errors.map((error) => error ?? 0)) / steps / median;
}

/** In seconds; null for one run. */
function errorOfMedian({ runSeconds }: TimedRuns): number | null {
  const count = runSeconds.length;
  const deviations = DEVIATIONS_IN_RANGE[Math.min(count, MOST_TABLED)];
  if (deviations === undefined) return null;
  const deviation = (Math.max(...runSeconds) - Math.min(...runSeconds)) / deviations;
  return (MEDIAN_LOSS * deviation) / Math.sqrt(count);
}

/** Names what shares a model's errors: whatever shapes the step of a plan but its batch size. */
export function planName({ plan }: Pick<Validation, "plan">): string {
  const { model, strategy, classCount, precision, optimizer, gradCheckpointing, imageSize, contextLength } = plan;
  return JSON.stringify([
    ...[model, strategy, classCount, precision],
    ...[optimizer, gradCheckpointing, imageSize, contextLength],
  ]);
}

/** A measurement as a fit reads it. */
export function timedLoad(
  load: TimedLoad["load"],
  { seconds, others }: { readonly seconds: MeasuredSeconds; readonly others: ValidationRow["others"] },
  validation: Pick<Validation, "plan" | "machine">,
): Required<TimedLoad> {
  return {
    load,
    seconds: seconds.median,
    error: measurementError(seconds, others, validation.machine),
    plan: planName(validation),
  };
}
