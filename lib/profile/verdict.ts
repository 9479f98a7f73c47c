/** How far what was predicted of a check is to be believed after it, and how far what was measured is. */

import { formatBytes, formatCount, formatPercent, formatSeconds } from "../format";
import { isDisturbed } from "./measured-load";
import type { Validation, ValidationRow } from "./validation";

/** `good`: prediction and measurement agree. `mind`: read on before either is used. `bad`: one of them is wrong. */
export const SEVERITIES = ["good", "mind", "bad"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Verdict {
  readonly severity: Severity;
  /** Whole sentences; none where it is good. */
  readonly reasons: readonly string[];
}

/** Errors up to these are what the model is known to have: docs/onnxruntime.md for bytes, docs/calibration.md for seconds. */
const USUAL_ERROR = { bytes: 0.08, seconds: 0.3 } as const;
/** Off by more than this factor, a prediction is of no use. */
const USELESS_FACTOR = { bytes: 1.25, seconds: 2 } as const;

/** Of the batch sizes that were measured; of none it is good, since nothing was claimed. */
export function verdictOf({ rows, device }: Pick<Validation, "rows" | "device">): Verdict {
  const findings = [
    ...disturbance(rows.filter((row) => isDisturbed(row, device))),
    // What was disturbed proves nothing either way.
    ...rows.filter((row) => !isDisturbed(row, device)).flatMap(secondsFinding),
    ...rows.flatMap(memoryFinding),
  ];
  return {
    severity: findings.reduce<Severity>((worst, { severity }) => worseOf(worst, severity), "good"),
    reasons: findings.map(({ reason }) => reason),
  };
}

interface Finding {
  readonly severity: Severity;
  readonly reason: string;
}

function worseOf(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b) ? a : b;
}

function disturbance(disturbed: readonly ValidationRow[]): Finding[] {
  if (disturbed.length === 0) return [];
  const most = Math.max(
    ...disturbed.map(({ others }) => (others?.cpuFraction.kind === "measured" ? others.cpuFraction.value : 0)),
  );
  const sizes = disturbed.map(({ batchSize }) => formatCount(batchSize)).join(", ");
  const reason = `Other programs took up to ${formatPercent(most)} of the CPU while batch ${sizes} ${disturbed.length === 1 ? "was" : "were"} timed: ${disturbed.length === 1 ? "its" : "their"} seconds say nothing of this device, and no later prediction takes them.`;
  return [{ severity: "mind", reason }];
}

/** Whether the seconds of a batch size were predicted as well as they usually are. */
function secondsFinding(row: ValidationRow): Finding[] {
  const { predicted, measured, batchSize } = row;
  const { stepSeconds: expected } = predicted;
  const { stepSeconds: seconds } = measured;
  if (expected.kind !== "predicted" || seconds.kind !== "measured") return [];
  const { value, low = value, high = value } = expected;
  const isWithin = low <= seconds.median && seconds.median <= high;
  const severity = isWithin ? "good" : severityOf(value / seconds.median, "seconds");
  if (severity === "good") return [];
  const range = low < high ? ` (${formatSeconds(low)} to ${formatSeconds(high)})` : "";
  const reason = `At batch ${formatCount(batchSize)} a step was predicted to take ${formatSeconds(value)}${range} and took ${formatSeconds(seconds.median)}: ${offText(value / seconds.median)}.`;
  return [{ severity, reason }];
}

function memoryFinding({ batchSize, predicted, measured }: ValidationRow): Finding[] {
  const [expected, peak] = [predicted.inUsePeakBytes, measured.inUsePeakBytes];
  if (expected.kind !== "predicted" || peak.kind !== "measured") return [];
  const severity = severityOf(expected.value / peak.value, "bytes");
  if (severity === "good") return [];
  const [wanted, found] = [expected.value, peak.value].map((bytes) => formatBytes(bytes, "GiB"));
  const reason = `At batch ${formatCount(batchSize)} ${wanted} of memory were predicted and ${found} were in use: ${offText(expected.value / peak.value)}.`;
  return [{ severity, reason }];
}

/** @param ratio predicted over measured */
function severityOf(ratio: number, quantity: keyof typeof USUAL_ERROR): Severity {
  const factor = Math.max(ratio, 1 / ratio);
  if (factor > USELESS_FACTOR[quantity]) return "bad";
  return Math.abs(ratio - 1) > USUAL_ERROR[quantity] ? "mind" : "good";
}

function offText(ratio: number): string {
  return `${formatPercent(Math.abs(ratio - 1))} too ${ratio > 1 ? "much" : "little"}`;
}
