/** How the answer speaks: the sentences that lead each view. Pure text from an estimate. */

import type { Estimate, MemoryCategory, MemoryEstimate, StepPhase, Verdict } from "@/lib/estimate/estimate";
import { MEMORY_CATEGORY_LABELS } from "@/lib/estimate/estimate";
import { type ByteUnit, formatBytes, formatBytesNumber, formatCount, formatDevices, formatPercent } from "@/lib/format";

export const VERDICT_WORDS = {
  fits: "Fits",
  tight: "Tight",
  does_not_fit: "Does not fit",
} as const satisfies Record<Verdict, string>;

export const PHASE_NAMES = {
  "forward.image": "forward, image tower",
  "forward.text": "forward, text tower",
  loss: "loss",
  "backward.loss": "backward, loss",
  "backward.text": "backward, text tower",
  "backward.image": "backward, image tower",
  optimizer: "optimizer",
} as const satisfies Record<StepPhase, string>;

export const PHASES_IN_SENTENCE = {
  "forward.image": "in the forward pass of the image tower",
  "forward.text": "in the forward pass of the text tower",
  loss: "in the loss",
  "backward.loss": "as the backward pass starts",
  "backward.text": "in the backward pass of the text tower",
  "backward.image": "in the backward pass of the image tower",
  optimizer: "in the optimizer step",
} as const satisfies Record<StepPhase, string>;

/** "Fits on 4 × NVIDIA A100". */
export function verdictHeadline({ memory, plan, gpu }: Estimate): string {
  return `${VERDICT_WORDS[memory.verdict]} on ${formatDevices(plan.deviceCount, gpu.name)}`;
}

/** What is used and what is left, at the likely figure. */
export function verdictFigures({ deviceBytes, usableBytes }: MemoryEstimate, unit: ByteUnit): string {
  const used = formatBytesNumber(deviceBytes.likely, unit);
  const usable = formatBytes(usableBytes, unit);
  const free = usableBytes - deviceBytes.likely;
  return free >= 0
    ? `${used} of ${usable} at the peak · ${formatBytes(free, unit)} free (${formatPercent(free / usableBytes)})`
    : `needs ${formatBytes(deviceBytes.likely, unit)} at the peak · ${usable} usable · ${formatBytes(-free, unit)} short`;
}

/** What the range means for the verdict. */
export function verdictRange({ verdict, deviceBytes, headroomBytes }: MemoryEstimate, unit: ByteUnit): string {
  const range = `${formatBytesNumber(deviceBytes.low, unit)}–${formatBytes(deviceBytes.high, unit)}`;
  switch (verdict) {
    case "fits":
      return `Likely range ${range}: even the upper estimate leaves ${formatBytes(headroomBytes, unit)}.`;
    case "tight":
      return `Likely fits, but the upper estimate is ${formatBytes(-headroomBytes, unit)} over (range ${range}).`;
    case "does_not_fit":
      return `Likely range ${range}: the upper estimate is ${formatBytes(-headroomBytes, unit)} over.`;
  }
}

/** "71 (64)": the largest batch, and the largest multiple of 8 where that is another. */
export function largestBatchText({ batchSize, multipleOf8 }: MemoryEstimate["largestBatch"]): string {
  if (batchSize === 0) return "none: not even one pair fits";
  return multipleOf8 === null || multipleOf8 === batchSize
    ? formatCount(batchSize)
    : `${formatCount(batchSize)} (${formatCount(multipleOf8)})`;
}

export function categoryInSentence(category: MemoryCategory): string {
  return MEMORY_CATEGORY_LABELS[category].toLowerCase();
}

/** The category that holds most at the peak. */
export function largestAtPeak(memory: MemoryEstimate): { label: string; bytes: number; fraction: number } {
  const allocated = memory.atPeak.reduce((sum, category) => sum + category.bytes, 0);
  const largest = memory.atPeak.reduce((best, category) => (category.bytes > best.bytes ? category : best));
  return {
    label: categoryInSentence(largest.id),
    bytes: largest.bytes,
    fraction: allocated > 0 ? largest.bytes / allocated : 0,
  };
}

/** One sentence for a screen reader when the answer changes. */
export function spokenVerdict(estimate: Estimate, unit: ByteUnit): string {
  return `${verdictHeadline(estimate)}. ${verdictFigures(estimate.memory, unit)}.`;
}
