/** How the pages about checks speak. Pure text from records. */

import { strategyText } from "@/components/gpus/PlanLine";
import {
  type ByteUnit,
  formatCount,
  formatFineBytes,
  formatRoughSeconds,
  formatSeconds,
  formatSecondsRange,
  formatSignedPercent,
} from "@/lib/format";
import type { Issue, Plan } from "@/lib/plan/plan";
import type { Device, Outcome, Validation, ValidationRow, ValidationState } from "@/lib/profile/validation";
import { type Severity, verdictOf } from "@/lib/profile/verdict";
import { errorOf, largestMeasured, secondsOf, stoppedAt } from "./figures";

export type Tone = "fits" | "tight" | "over" | "neutral";

/** How a check stands. `cut_short`: it ended as it should, but not every batch size could be measured. */
export type Standing = ValidationState["kind"] | "cut_short";

export const STANDING_WORDS = {
  queued: { name: "Waiting", tone: "neutral" },
  running: { name: "Running", tone: "neutral" },
  done: { name: "Done", tone: "fits" },
  cut_short: { name: "Done in part", tone: "tight" },
  failed: { name: "Failed", tone: "over" },
  cancelled: { name: "Cancelled", tone: "neutral" },
  interrupted: { name: "Interrupted", tone: "tight" },
} as const satisfies Record<Standing, { readonly name: string; readonly tone: Tone }>;

export function standingOf({ kind }: ValidationState, isEverySizeMeasured: boolean): Standing {
  return kind === "done" && !isEverySizeMeasured ? "cut_short" : kind;
}

export const OUTCOME_WORDS = {
  measured: "measured",
  would_not_fit: "not started: it would not fit",
  out_of_memory: "memory ran out",
  timed_out: "the time limit came first",
  failed: "failed",
  cancelled: "cancelled",
  not_run: "not reached",
} as const satisfies Record<Outcome, string>;

/** What came of a batch size, or what will. */
export function rowWords(
  { batchSize, outcome }: Pick<ValidationRow, "batchSize" | "outcome">,
  state: ValidationState,
): { readonly text: string; readonly isNotable: boolean } {
  if (outcome !== "not_run" || state.kind !== "running") {
    return { text: OUTCOME_WORDS[outcome], isNotable: outcome !== "measured" };
  }
  return { text: batchSize === state.progress.batchSize ? "running now" : "still to come", isNotable: false };
}

/** "ViT-B-32 · everything trains · fp32 · adamw". */
export function planText(plan: Pick<Plan, "model" | "strategy" | "precision"> & Partial<Plan>): string {
  return [
    modelText(plan),
    strategyText(plan.strategy),
    plan.precision,
    ...(plan.optimizer === undefined ? [] : [plan.optimizer]),
    ...(plan.gradCheckpointing === true ? ["checkpointing"] : []),
  ].join(" · ");
}

export function modelText({ model }: Pick<Plan, "model">): string {
  return typeof model === "string" ? model : "your own configuration";
}

export function deviceText(device: Device): string {
  return device === "cuda" ? "GPU" : "CPU";
}

/** "1, 2 and 4". */
export function listText(items: readonly (string | number)[]): string {
  const texts = items.map((item) => (typeof item === "number" ? formatCount(item) : item));
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}

/** "batch 4", "batches 1, 2 and 4". */
export function batchesText(batchSizes: readonly number[]): string {
  return `${batchSizes.length === 1 ? "batch" : "batches"} ${listText(batchSizes)}`;
}

/** A prediction that was far off, and a measurement that others disturbed, are no green result. */
const SEVERITY_TONES = { good: "fits", mind: "tight", bad: "over" } as const satisfies Record<Severity, Tone>;

export interface Headline {
  readonly tone: Tone;
  readonly title: string;
  /** What was measured all the same; null where the title says it, or nothing was. */
  readonly measured: string | null;
}

/** The result in one sentence: what was measured, or what kept it from being measured. */
export function headline(validation: Validation, unit: ByteUnit): Headline {
  const { rows, state, timeLimitSeconds } = validation;
  const largest = largestMeasured(rows);
  const measured = largest === null ? null : measuredSentence(largest, unit);
  const stopped = stoppedAt(rows);
  const nothing = measured === null ? " Nothing was measured." : "";
  switch (state.kind) {
    case "cancelled":
      return { tone: "neutral", title: `${sentence(state.reason)}${nothing}`, measured };
    case "interrupted":
      return { tone: "tight", title: `It did not end: ${lowerFirst(sentence(state.reason))}${nothing}`, measured };
    case "failed":
      return { tone: "over", title: `${failure(stopped, state.reason, timeLimitSeconds)}${nothing}`, measured };
    default:
      break;
  }
  if (stopped?.outcome === "out_of_memory") {
    return { tone: "tight", title: `Memory ran out at batch ${formatCount(stopped.batchSize)}.${nothing}`, measured };
  }
  if (stopped?.outcome === "would_not_fit") {
    const title = `Batch ${formatCount(stopped.batchSize)} was not started: by prediction it would not fit.${nothing}`;
    return { tone: "tight", title, measured };
  }
  return measured === null
    ? { tone: "tight", title: "It ended, and nothing was measured.", measured: null }
    : { tone: SEVERITY_TONES[verdictOf(validation).severity], title: measured, measured: null };
}

function failure(stopped: ValidationRow | undefined, reason: string, timeLimitSeconds: number): string {
  if (stopped?.outcome === "timed_out") {
    return `The time limit of ${formatSeconds(timeLimitSeconds)} was reached at batch ${formatCount(stopped.batchSize)}.`;
  }
  return stopped === undefined ? sentence(reason) : `Batch ${formatCount(stopped.batchSize)} failed.`;
}

/** What other programs say may end without a full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** "Measured 1.02 GiB where 1.02 GiB was predicted at batch 8: 0.0 % off; a step takes 310 ms (290–340 ms), predicted 300 ms." */
function measuredSentence(row: ValidationRow, unit: ByteUnit): string {
  return `${memoryPart(row, unit)}${secondsPart(row)}.`;
}

function memoryPart({ batchSize, predicted, measured }: ValidationRow, unit: ByteUnit): string {
  const { inUsePeakBytes: peak } = measured;
  const batch = `at batch ${formatCount(batchSize)}`;
  if (peak.kind !== "measured") return `No memory was measured ${batch}`;
  const figure = formatFineBytes(peak.value, unit);
  const { inUsePeakBytes: expected } = predicted;
  const error = errorOf(expected, peak);
  if (expected.kind !== "predicted" || error === null) return `Measured ${figure} ${batch}`;
  return `Measured ${figure} where ${formatFineBytes(expected.value, unit)} was predicted ${batch}: ${offText(error)}`;
}

function secondsPart({ predicted, measured }: ValidationRow): string {
  const { stepSeconds: seconds } = measured;
  if (seconds.kind !== "measured") return "; the seconds of a step were not measured";
  const range = formatSecondsRange({ low: seconds.low, likely: seconds.median, high: seconds.high });
  const { stepSeconds: expected } = predicted;
  const error = errorOf(expected, secondsOf(seconds));
  if (expected.kind !== "predicted" || error === null) return `; a step takes ${range}`;
  return `; a step takes ${range}, predicted ${formatRoughSeconds(expected.value)}: ${offText(error)}`;
}

/** "0.0 % off", "1.2 % too much": a prediction against what was measured. */
export function offText(error: number): string {
  const size = formatSignedPercent(Math.abs(error)).replace("+", "");
  if (error === 0 || size.startsWith("<")) return `${size} off`;
  return `${size} too ${error > 0 ? "much" : "little"}`;
}

/** "All 5,139 kernels ran on the CPU". */
export function providersText(providers: ValidationRow["providers"]): string | null {
  if (providers === null) return null;
  const entries = Object.entries(providers).filter(([, count]) => count > 0);
  const [only] = entries;
  if (only === undefined) return null;
  if (entries.length === 1) return `all ${formatCount(only[1])} kernels ran on the ${providerName(only[0])}`;
  return listText(entries.map(([name, count]) => `${formatCount(count)} kernels ran on the ${providerName(name)}`));
}

function providerName(provider: string): string {
  const name = provider.replace(/ExecutionProvider$/, "");
  return name === "CUDA" ? "GPU (CUDA)" : name;
}

/** "27 November 2026, 14:05 UTC": the same for every reader, wherever they are. */
export function dateText(iso: string): string {
  const text = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  return `${text.format(new Date(iso))} UTC`;
}

/** What is wrong with a value that stands beside its own label: without the name that programs call it by. */
export function issueText({ path, message }: Pick<Issue, "path" | "message">): string {
  return message.startsWith(`${path} `) ? message.slice(path.length + 1) : message;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
