/** A plan, and what was estimated for it, as a document: to keep, to paste into a ticket, to open as a table. */

import type { AppliedCalibration } from "../estimate/calibration";
import type { Cost } from "../estimate/cost";
import type { Estimate, Interval } from "../estimate/estimate";
import { formatBytes, formatCount, formatFigure, formatSeconds, formatUsd } from "../format";
import { type ParsedPlan, PLAN_UNITS } from "../plan/parse-plan";
import { calibrationSentence } from "./calibration-sentence";
import type { ExportedText } from "./exported";

/** The resolved plan, which the API and the command line take back; with an estimate, the estimate, which holds the plan. */
export function planAsJson({ plan }: ParsedPlan, estimate: Estimate | null): ExportedText {
  return document("json", "headroom-plan.json", "application/json", `${JSON.stringify(estimate ?? plan, null, 2)}\n`);
}

/** One line for every field and every figure: its path, its value, its unit, whether it was given. */
export function planAsCsv(parsed: ParsedPlan, estimate: Estimate | null): ExportedText {
  const rows = [...planRows(parsed), ...(estimate === null ? [] : figureRows(estimate))];
  const lines = [["name", "value", "unit", "status"], ...rows].map((row) => row.map(csvCell).join(","));
  return document("csv", "headroom-plan.csv", "text/csv", `${lines.join("\r\n")}\r\n`);
}

export function planAsMarkdown(parsed: ParsedPlan, estimate: Estimate | null): ExportedText {
  const parts = [
    `# Plan: ${markdownCell(parsed.architecture.name)} on ${markdownCell(parsed.gpu.name)}`,
    markdownTable(["field", "value", "unit", "status"], planRows(parsed)),
    ...(estimate === null
      ? []
      : [
          "## Estimate",
          ...basisSentences(estimate).map(markdownCell),
          markdownTable(["figure", "value"], shownFigures(estimate)),
        ]),
    ...(estimate === null || estimate.caveats.length === 0
      ? []
      : ["## To know", estimate.caveats.map(({ text }) => `- ${markdownCell(text)}`).join("\n")]),
  ];
  return document("markdown", "headroom-plan.md", "text/markdown", `${parts.join("\n\n")}\n`);
}

function document(format: ExportedText["format"], fileName: string, mediaType: string, text: string): ExportedText {
  return { ok: true, format, fileName, mediaType, text, notes: [] };
}

function planRows({ plan, assumptions }: ParsedPlan): string[][] {
  const units: Readonly<Record<string, string>> = PLAN_UNITS;
  const assumed = new Map(assumptions.map((assumption) => [assumption.field, assumption]));
  return flattened(plan, "").map(([path, value]) => {
    // A strategy that was filled in as a whole is listed as one.
    const assumption = assumed.get(path) ?? assumed.get(path.split(".", 1)[0] ?? path);
    return [path, value, units[path] ?? "", assumption?.status ?? "given"];
  });
}

/** Every value of a record with its path, such as `strategy.rank`; a list is one value. */
function flattened(value: unknown, path: string): [path: string, value: string][] {
  if (Array.isArray(value)) return [[path, value.map(String).join(" ")]];
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flattened(inner, path === "" ? key : `${path}.${key}`));
}

function figureRows(estimate: Estimate): string[][] {
  const { memory, parameters, flops, globalBatchSize, modelVersion } = estimate;
  const bytes = (name: string, value: number) => [name, String(value), "bytes", "derived"];
  return [
    ["estimate.modelVersion", modelVersion, "", "derived"],
    ...basisRows(estimate),
    ["memory.verdict", memory.verdict, "", "derived"],
    bytes("memory.deviceBytes.low", memory.deviceBytes.low),
    bytes("memory.deviceBytes.likely", memory.deviceBytes.likely),
    bytes("memory.deviceBytes.high", memory.deviceBytes.high),
    bytes("memory.usableBytes", memory.usableBytes),
    bytes("memory.headroomBytes", memory.headroomBytes),
    ...memory.atPeak.map(({ id, bytes: size }) => bytes(`memory.atPeak.${id}`, size)),
    ["memory.largestBatch.batchSize", String(memory.largestBatch.batchSize), "samples", "derived"],
    ["parameters.total", String(parameters.total), "parameters", "derived"],
    ["parameters.trainable", String(parameters.trainable), "parameters", "derived"],
    ["flops.step", String(flops.step), "FLOPs", "derived"],
    ["globalBatchSize", String(globalBatchSize), "samples", "derived"],
    ...timeRows(estimate),
    ...estimate.cost.flatMap(costRows),
    ...(estimate.noCost === null ? [] : [["cost.noCost", estimate.noCost, "", "derived"]]),
  ];
}

/** Whether the figures rest on measurements: of which card, how many, when, and what each figure of it was before. */
function basisRows({ calibration, noCalibration }: Estimate): string[][] {
  if (noCalibration !== undefined) return [["calibration.none", noCalibration, "", "derived"]];
  if (calibration === undefined) return [];
  const { gpu, measurementCount, measuredOn, spread, figures, stepSeconds, deviceBytes, text } = calibration;
  const row = (name: string, value: string, unit: string, status: string) => [
    `calibration.${name}`,
    value,
    unit,
    status,
  ];
  return [
    row("gpu", gpu, "", "measured"),
    row("measurementCount", String(measurementCount), "steps", "measured"),
    row("measuredOn", measuredOn ?? "not recorded", "", "measured"),
    row("spread", String(spread), "", "measured"),
    ...figures.flatMap(({ field, unit, before, after, measurementCount: count }) => [
      row(`${field}.before`, String(before), unit, "default"),
      row(`${field}.after`, String(after), unit, "measured"),
      row(`${field}.measurementCount`, String(count), "measurements", "measured"),
    ]),
    ...(stepSeconds === null
      ? []
      : [row("stepSeconds.before", String(stepSeconds.before.likely), "seconds", "derived")]),
    row("deviceBytes.before", String(deviceBytes.before.likely), "bytes", "derived"),
    row("text", text, "", "measured"),
  ];
}

/** The same for people. */
function basisSentences({ calibration, noCalibration }: Estimate): string[] {
  if (noCalibration !== undefined) return [`Measurements were given and changed nothing: ${noCalibration}.`];
  if (calibration === undefined) return [];
  return [
    `${calibrationSentence(calibration)} What was measured stands in for what is assumed of the card; of one step that ` +
      `makes ${stepText(calibration)}, of its memory ${memoryText(calibration)}.`,
    ...(calibration.notMeasured.length === 0 ? [] : [`As assumed stay: ${calibration.notMeasured.join(" ")}`]),
  ];
}

function stepText({ stepSeconds }: AppliedCalibration): string {
  if (stepSeconds === null) return "no time";
  return `${formatSeconds(stepSeconds.after.likely)} in place of ${formatSeconds(stepSeconds.before.likely)}`;
}

function memoryText({ deviceBytes: { before, after } }: AppliedCalibration): string {
  return `${formatBytes(after.likely, "GiB")} in place of ${formatBytes(before.likely, "GiB")}`;
}

function timeRows({ time, noTime }: Estimate): string[][] {
  if (time === null) return noTime === null ? [] : [["time.noTime", noTime.reason, "", "derived"]];
  const range = (name: string, { low, likely, high }: Interval, unit: string) =>
    Object.entries({ low, likely, high }).map(([end, value]) => [
      `time.${name}.${end}`,
      String(value),
      unit,
      "derived",
    ]);
  return [
    ...range("stepSeconds", time.stepSeconds, "seconds"),
    ...time.stepParts.map(({ id, seconds }) => [`time.stepParts.${id}`, String(seconds), "seconds", "derived"]),
    ...range("samplesPerSecond", time.samplesPerSecond, "samples/s"),
    ["time.limitedBy", time.limitedBy, "", "derived"],
    ["time.scalingEfficiency", String(time.scalingEfficiency), "", "derived"],
    ["time.stepsPerEpoch", String(time.stepsPerEpoch), "steps", "derived"],
    ...range("totalSeconds", time.totalSeconds, "seconds"),
    ...time.runParts.map(({ id, seconds }) => [`time.runParts.${id}`, String(seconds), "seconds", "derived"]),
    ...range("gpuHours", time.gpuHours, "GPU-hours"),
    ...(time.gpuEnergyKilowattHours === null
      ? []
      : range("gpuEnergyKilowattHours", time.gpuEnergyKilowattHours, "kWh")),
  ];
}

function costRows({ offer, usd, usdPerGpuHour, billedGpuCount }: Cost, index: number): string[][] {
  const row = (name: string, value: string, unit = "", status = "derived") => [
    `cost.${index}.${name}`,
    value,
    unit,
    status,
  ];
  return [
    row("provider", offer === null ? "your own price" : offer.provider, "", offer === null ? "given" : "derived"),
    ...(offer === null
      ? []
      : [
          row("kind", offer.kind),
          row("region", offer.region),
          row("asOf", offer.asOf ?? "undated"),
          row("stale", offer.stale ?? "no"),
        ]),
    row("usdPerGpuHour", String(usdPerGpuHour), "USD"),
    row("billedGpuCount", String(billedGpuCount), "devices"),
    ...Object.entries({ low: usd.low, likely: usd.likely, high: usd.high }).map(([end, value]) =>
      row(`usd.${end}`, value.toFixed(2), "USD"),
    ),
  ];
}

function shownFigures(estimate: Estimate): string[][] {
  const { memory, parameters, globalBatchSize, modelVersion } = estimate;
  const { low, likely, high } = memory.deviceBytes;
  return [
    ["verdict", memory.verdict.replaceAll("_", " ")],
    [
      "memory on each device",
      `${formatBytes(likely, "GiB")} (${formatBytes(low, "GiB")} to ${formatBytes(high, "GiB")})`,
    ],
    ["usable on the card", formatBytes(memory.usableBytes, "GiB")],
    ["headroom", formatBytes(memory.headroomBytes, "GiB")],
    ...memory.atPeak.map(({ label, bytes }) => [`at the peak: ${label}`, formatBytes(bytes, "GiB")]),
    ["largest batch that fits", formatCount(memory.largestBatch.batchSize)],
    ["parameters", formatCount(parameters.total)],
    ["of which train", formatCount(parameters.trainable)],
    ["samples per optimizer step", formatCount(globalBatchSize)],
    ...shownTime(estimate),
    ...shownCost(estimate),
    ["estimator", modelVersion],
  ];
}

function shownTime({ time, noTime }: Estimate): string[][] {
  if (time === null) return noTime === null ? [] : [["time", noTime.reason]];
  const range = ({ low, likely, high }: Interval, text: (value: number) => string) =>
    `${text(likely)} (${text(low)} to ${text(high)})`;
  return [
    ["one training step", range(time.stepSeconds, formatSeconds)],
    ["samples per second", range(time.samplesPerSecond, formatFigure)],
    ["what limits the run", time.limit],
    ["the whole run", range(time.totalSeconds, formatSeconds)],
    ...time.runParts.map(({ label, note, seconds }) => [
      `of it: ${label.toLowerCase()}`,
      `${formatSeconds(seconds)}; ${note}`,
    ]),
    ["GPU-hours", range(time.gpuHours, formatFigure)],
    ...(time.gpuEnergyKilowattHours === null
      ? []
      : [["electricity of the cards", `${range(time.gpuEnergyKilowattHours, formatFigure)} kWh`]]),
  ];
}

function shownCost({ cost, noCost }: Estimate): string[][] {
  const rows = cost.map(({ offer, usd, usdPerGpuHour, billedGpuCount }) => [
    offer === null ? "cost at your own price" : `cost at ${offer.provider}, ${offer.kind.replace("_", " ")}`,
    `${formatUsd(usd.likely)} (${formatUsd(usd.low)} to ${formatUsd(usd.high)}): ${formatUsd(usdPerGpuHour)} per GPU and hour, ${formatCount(billedGpuCount)} billed` +
      (offer === null ? "" : `; ${offer.asOf ?? "undated"}${offer.stale === null ? "" : `; ${offer.stale}`}`),
  ]);
  return noCost === null ? rows : [...rows, ["cost", noCost]];
}

/** RFC 4180. A text that a spreadsheet would take for a formula is kept a text. */
function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdownCell).join(" | ")} |`;
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/** What the user wrote cannot end a cell, nor become a tag or a link. */
function markdownCell(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\|<>[\]`*_]/g, "\\$&");
}
