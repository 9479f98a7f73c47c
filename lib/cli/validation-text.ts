/** A validation as a person reads it in a terminal: what ran where, predicted against measured, what to mind. */

import { strategyText } from "../export/plan-facts";
import { formatBytes, formatCount, formatFigure, formatPercent, formatSeconds, formatSecondsRange } from "../format";
import type { Line, Measurement, Prediction, StepSeconds, Validation, ValidationRow } from "../profile/validation";
import { verdictOf } from "../profile/verdict";
import { textTable } from "./text-table";

type Shown = Omit<Validation, "id">;

export function validationText(validation: Shown): string {
  const { remarks, lines } = validation;
  return [
    headline(validation),
    rowTable(validation),
    reasons(validation),
    verdictText(validation),
    sourceText(validation),
    [
      lineText("Peak memory in use", lines.inUsePeakBytes, (bytes) => formatBytes(bytes, "MiB")),
      lineText("Seconds of a step", lines.stepSeconds, formatSeconds),
    ].join(""),
    `Mind\n${remarks.map((remark) => `  ${remark}\n`).join("")}`,
  ]
    .filter((section) => section !== "")
    .join("\n");
}

function headline({ plan, device, machine, state, wallSeconds }: Shown): string {
  const model = typeof plan.model === "string" ? plan.model : "a model of your own";
  const ended = state.kind === "done" ? "" : `${"reason" in state ? state.reason : state.kind}\n`;
  const took = wallSeconds === null ? "" : `Took ${formatSeconds(wallSeconds)}.`;
  return `${model}, training ${strategyText(plan.strategy)}, ${plan.precision}, ${plan.optimizer}\n${
    machine === null ? "" : `${machineText(device, machine)}\n`
  }${ended}${took}\n`;
}

function machineText(device: Shown["device"], machine: NonNullable<Shown["machine"]>): string {
  const { cpuName, threadCount, gpu, noGpu, versions, memoryAvailableBytes } = machine;
  const software = `onnxruntime-node ${versions.onnxruntime}, Node ${versions.node}`;
  if (device === "cpu") {
    const available = formatBytes(memoryAvailableBytes, "GiB");
    return `On the CPU: ${cpuName}, ${formatCount(threadCount)} threads, ${available} available; ${software}`;
  }
  if (gpu === null) return `On the GPU: ${noGpu ?? "none"}; ${software}`;
  const free = `${formatBytes(gpu.memoryFreeBytes, "GiB")} of ${formatBytes(gpu.memoryTotalBytes, "GiB")} free`;
  return `On the GPU: ${gpu.name}, driver ${gpu.driverVersion}, ${free}; ${software}`;
}

function rowTable({ rows, device }: Shown): string {
  const seen = device === "cuda" ? "by the driver" : "of the process";
  return textTable(
    [
      ">Batch",
      "",
      ">peak in use",
      ">predicted",
      ">error",
      `>${seen}`,
      ">step (lowest–highest)",
      ">predicted",
      ">error",
    ],
    rows.map((row) => rowOf(row, device)),
  );
}

function rowOf({ batchSize, outcome, predicted, measured }: ValidationRow, device: Shown["device"]): string[] {
  const seconds = measured.stepSeconds;
  return [
    formatCount(batchSize),
    OUTCOMES[outcome],
    measured.inUsePeakBytes.kind === "measured" ? formatBytes(measured.inUsePeakBytes.value, "MiB") : "–",
    predicted.inUsePeakBytes.kind === "predicted" ? formatBytes(predicted.inUsePeakBytes.value, "MiB") : "–",
    errorText(predicted.inUsePeakBytes, measured.inUsePeakBytes),
    bytesText(device === "cuda" ? measured.deviceBytes : measured.residentPeakBytes),
    secondsText(seconds),
    predictedSecondsText(predicted.stepSeconds),
    errorText(
      predicted.stepSeconds,
      seconds.kind === "measured" ? { kind: "measured", value: seconds.median } : seconds,
    ),
  ];
}

const OUTCOMES = {
  measured: "measured",
  would_not_fit: "would not fit",
  out_of_memory: "out of memory",
  timed_out: "timed out",
  failed: "failed",
  cancelled: "cancelled",
  not_run: "not run",
} as const satisfies Record<ValidationRow["outcome"], string>;

function bytesText(measurement: Measurement): string {
  return measurement.kind === "measured" ? formatBytes(measurement.value, "MiB") : "–";
}

function secondsText(seconds: StepSeconds): string {
  if (seconds.kind !== "measured") return "–";
  return formatSecondsRange({ low: seconds.low, likely: seconds.median, high: seconds.high });
}

function predictedSecondsText(prediction: Prediction): string {
  if (prediction.kind !== "predicted") return "–";
  const { value, low, high } = prediction;
  return low === undefined || high === undefined
    ? formatSeconds(value)
    : formatSecondsRange({ low, likely: value, high });
}

/** How far the prediction is above (+) or below (−) what was measured. */
function errorText(prediction: Prediction, measurement: Measurement): string {
  if (prediction.kind !== "predicted" || measurement.kind !== "measured") return "–";
  const error = prediction.value / measurement.value - 1;
  return `${error > 0 ? "+" : ""}${formatPercent(error)}`;
}

/** What happened at each batch size, what of it was not measured, and where its kernels ran. */
function reasons({ rows, device }: Shown): string {
  const said = rows.flatMap((row) => {
    const notes = [...(row.reason === null ? [] : [row.reason]), ...unmeasured(row, device)];
    return notes.map((note) => `  Batch ${formatCount(row.batchSize)}: ${note}\n`);
  });
  const kernels = [...new Set(rows.flatMap(kernelsText))].map((text) => `  ${text}\n`);
  return [...said, ...kernels].join("");
}

/** Of seconds the reason says it. */
function unmeasured({ outcome, measured }: ValidationRow, device: Shown["device"]): string[] {
  if (outcome !== "measured") return [];
  const figures: readonly (readonly [name: string, figure: Measurement])[] = [
    ["Peak memory in use", measured.inUsePeakBytes],
    device === "cuda"
      ? ["Memory by the driver", measured.deviceBytes]
      : ["Memory of the process", measured.residentPeakBytes],
  ];
  return figures.flatMap(([name, figure]) =>
    figure.kind === "measured" ? [] : [`${name} was not measured: ${figure.why}.`],
  );
}

function kernelsText({ outcome, providers }: ValidationRow): string[] {
  if (outcome !== "measured" || providers === null) return [];
  const counts = Object.entries(providers).map(([name, count]) => `${formatCount(count)} on ${name}`);
  return [`Kernels of a step by the provider that ran them: ${counts.join(", ")}`];
}

/** What seconds were predicted from, and how good such predictions are: nothing where none were asked for. */
function sourceText({ secondsFrom }: Shown): string {
  if (secondsFrom == null) return "";
  const { measurementCount, errorBefore, errorAfter, notes = [] } = secondsFrom;
  const [before, after] = [errorBefore, errorAfter].map(formatPercent);
  const said = notes.map((note) => `  ${note}\n`).join("");
  return `Seconds predicted from ${formatCount(measurementCount)} steps timed on this device before: off by ${after} in the median, ${before} without them\n${said}`;
}

/** Where prediction and measurement disagree, or the measurement is to be mistrusted. */
function verdictText(validation: Shown): string {
  const { severity, reasons: whys } = verdictOf(validation);
  if (severity === "good") return "";
  const lead = severity === "bad" ? "Prediction and measurement do not agree" : "Read before these figures are used";
  return `${lead}\n${whys.map((why) => `  ${why}\n`).join("")}`;
}

function lineText(what: string, line: Line, show: (value: number) => string): string {
  if (line.kind === "not_fitted") return `${what}: no line (${line.why})\n`;
  const worst = Math.max(...line.points.map(({ residual }) => Math.abs(residual)));
  const sizes = line.points.map(({ batchSize }) => formatFigure(batchSize)).join(", ");
  return `${what}: ${show(line.intercept)} and ${show(line.slope)} for each sample; at ${sizes} at most ${show(worst)} off\n`;
}
