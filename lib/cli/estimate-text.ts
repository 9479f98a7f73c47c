/** An estimate as a person reads it in a terminal: verdict, why, what to change, what was assumed. */

import type { EstimateAnswer } from "../api/operations";
import { type Change, type Interval, MEMORY_CATEGORY_LABELS, type StepPhase, type Verdict } from "../estimate/estimate";
import {
  type ByteUnit,
  formatBytes,
  formatBytesChange,
  formatBytesNumber,
  formatCount,
  formatDevices,
  formatFlops,
  formatMegabytesPerSecond,
  formatPercent,
  formatSeconds,
  formatSignedPercent,
} from "../format";
import type { Strategy } from "../plan/plan";
import { MIB } from "../units";
import { calibrationSection } from "./calibration-section";
import { textTable } from "./text-table";
import { timeText } from "./time-text";

const VERDICT_WORDS = {
  fits: "Fits",
  tight: "Tight",
  does_not_fit: "Does not fit",
} as const satisfies Record<Verdict, string>;

const PHASE_WORDS = {
  "forward.image": "in the forward pass of the image tower",
  "forward.text": "in the forward pass of the text tower",
  loss: "in the loss",
  "backward.loss": "at the start of the backward pass",
  "backward.text": "in the backward pass of the text tower",
  "backward.image": "in the backward pass of the image tower",
  optimizer: "in the optimizer step",
} as const satisfies Record<StepPhase, string>;

const BAR_LENGTH = 30;

export function estimateText(answer: EstimateAnswer, unit: ByteUnit): string {
  const sections = [
    headline(answer, unit),
    totals(answer, unit),
    atPeak(answer, unit),
    timeText(answer),
    ...calibrationSection(answer, unit),
    counts(answer),
    ...(answer.changes === undefined ? [] : [changes(answer.changes, unit)]),
    assumptions(answer, unit),
    ...(answer.caveats.length === 0 ? [] : [caveats(answer)]),
  ];
  return sections.join("\n");
}

function headline({ plan, modelName, gpu, memory }: EstimateAnswer, unit: ByteUnit): string {
  const { verdict, deviceBytes, usableBytes, headroomBytes, largestBatch } = memory;
  const used = `${formatBytesNumber(deviceBytes.likely, unit)} of ${formatBytes(usableBytes, unit)}`;
  const freeShare = formatPercent(Math.abs(headroomBytes) / usableBytes);
  const rest =
    headroomBytes >= 0
      ? `${formatBytes(headroomBytes, unit)} free at the upper estimate (${freeShare})`
      : `the upper estimate is ${formatBytes(-headroomBytes, unit)} over (${freeShare})`;
  const multiple =
    largestBatch.multipleOf8 === null ? "" : ` (multiple of 8: ${formatCount(largestBatch.multipleOf8)})`;
  const limit = MEMORY_CATEGORY_LABELS[largestBatch.limitedBy].toLowerCase();
  return (
    `${modelName}, ${strategyWords(plan.strategy)}, batch ${formatCount(plan.perDeviceBatchSize)} per GPU, ${plan.precision}\n\n` +
    `${VERDICT_WORDS[verdict]} on ${formatDevices(plan.deviceCount, gpu.name)}: ${used}, ${rest}\n` +
    `Largest batch per GPU: ${formatCount(largestBatch.batchSize)}${multiple}, limited by ${limit}\n`
  );
}

function totals({ memory }: EstimateAnswer, unit: ByteUnit): string {
  const row = (label: string, { low, likely, high }: Interval) => [
    label,
    formatBytes(likely, unit),
    `${formatBytesNumber(low, unit)} to ${formatBytes(high, unit)}`,
  ];
  const { bytes, note } = memory.chapterBaseline;
  return textTable(
    ["Memory of one GPU", ">likely", ">range"],
    [
      row("  allocated at the peak", memory.allocatedPeakBytes),
      row("  reserved by the allocator", memory.reservedPeakBytes),
      row("  on the device", memory.deviceBytes),
      ["  usable on this GPU", formatBytes(memory.usableBytes, unit), ""],
      ["  by the chapter's rule", bytes === null ? note : formatBytes(bytes, unit), ""],
    ],
  );
}

function atPeak({ memory }: EstimateAnswer, unit: ByteUnit): string {
  const total = memory.atPeak.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = memory.atPeak
    .filter(({ bytes }) => bytes > 0)
    .map(({ label, bytes }) => {
      const share = bytes / total;
      return [`  ${label}`, formatBytes(bytes, unit), formatPercent(share), "#".repeat(Math.round(share * BAR_LENGTH))];
    });
  return `At the peak, ${PHASE_WORDS[memory.peakPhase]}\n${textTable(["", ">", ">", ""], rows)}`;
}

function counts({ parameters, flops, globalBatchSize, negativesPerExample }: EstimateAnswer): string {
  const trainable = `${formatCount(parameters.trainable)} (${formatPercent(parameters.trainable / parameters.total)})`;
  return textTable(
    ["", ""],
    [
      ["Parameters", `${formatCount(parameters.total)}, of which train ${trainable}`],
      [
        "FLOPs",
        `${formatFlops(flops.forwardPerSample)} forward per sample, ${formatFlops(flops.step)} per step and GPU (2 × MACs)`,
      ],
      [
        "Batch",
        `${formatCount(globalBatchSize)} over all GPUs, ${formatCount(negativesPerExample)} negatives per example`,
      ],
    ],
  );
}

function changes(list: readonly Change[], unit: ByteUnit): string {
  if (list.length === 0) return "No single change would save memory.\n";
  const rows = list.map(({ label, savedBytes, deviceBytes, verdict, timeChange, note }) => [
    `  ${label}`,
    formatBytesChange(-savedBytes, unit),
    timeChange === null ? "" : formatSignedPercent(timeChange),
    `${formatBytes(deviceBytes.likely, unit)}`,
    VERDICT_WORDS[verdict].toLowerCase(),
    note,
  ]);
  return textTable(["What would change it", ">by", ">time", ">likely", "", ""], rows);
}

function assumptions({ assumptions: list }: EstimateAnswer, bytesUnit: ByteUnit): string {
  const assumed = list.filter(({ status }) => status !== "given");
  if (assumed.length === 0) return "Every value was given.\n";
  const rows = assumed.map(({ field, value, unit, status, note }) => [
    `  ${field}`,
    figure(value, unit, bytesUnit),
    status,
    note ?? "",
  ]);
  return textTable(["Assumed", "", "", ""], rows);
}

function figure(value: string | number | boolean, unit: string | undefined, bytesUnit: ByteUnit): string {
  if (typeof value !== "number") return String(value);
  if (unit === "bytes" && value >= MIB) return formatBytes(value, bytesUnit);
  if (unit === "bytes/s") return formatMegabytesPerSecond(value);
  if (unit === "seconds") return formatSeconds(value);
  return unit === undefined ? formatCount(value) : `${formatCount(value)} ${unit}`;
}

function caveats({ caveats: list }: EstimateAnswer): string {
  return `Not modelled\n${list.map(({ text }) => `  ${text}\n`).join("")}`;
}

function strategyWords(strategy: Strategy): string {
  switch (strategy.kind) {
    case "full":
      return "full fine-tuning";
    case "linear_probe":
      return "linear probe";
    case "partial":
      return `last ${strategy.unlockedBlocks} blocks of each tower`;
    case "lora":
      return `LoRA of rank ${strategy.rank} on ${strategy.targets.join(", ")}`;
    case "prompt":
      return `prompt tuning with ${strategy.contextTokens} context tokens`;
  }
}
