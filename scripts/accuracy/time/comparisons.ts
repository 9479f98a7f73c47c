import { BERT_EFFICIENCY, ERA_EFFICIENCY, KERNEL_EFFICIENCIES } from "../../../lib/catalogue/kernel-efficiencies";
import { copiesOf } from "../../../lib/graph/ir";
import { flopsOf } from "../../../lib/readings/counts";
import { quantile, relativeError } from "../statistics";
import { readTimeRows, type TimeRow } from "../time-rows";
import type { Role } from "../truth-rows";
import { type RowWork, workOfRow } from "./benchmark-work";
import { H100, measuredDeviceSeconds, readMeasuredSteps } from "./h100-rows";
import { type MeasuredWork, measuredWork, modelledStep } from "./h100-work";

export const GROUPS = [
  "H100, card at work",
  "H100, steps by the clock",
  "timm training",
  "timm inference",
  "Lambda BERT, one card left out",
  "published, up to 64 GPUs",
  "published, over 64 GPUs",
] as const;

export type TimeGroup = (typeof GROUPS)[number];

/** One measured time beside the model's and what simple formulas need to know of it. */
export interface TimeComparison {
  readonly id: string;
  readonly group: TimeGroup;
  readonly role: Role;
  readonly gpuId: string;
  readonly modelFamily: string;
  readonly measuredSeconds: number;
  readonly estimatedSeconds: number;
  /** Of seconds; of samples per second for published runs, which state rates. */
  readonly error: number;
  readonly flops: number;
  readonly parameterCount: number;
  readonly peakFlopsPerSecond: number;
  readonly bandwidthBytesPerSecond: number;
}

export interface TimeComparisons {
  readonly comparisons: readonly TimeComparison[];
  /** Seconds that the H100's host needed for a kernel, fitted on rows of role fit that waited for it. */
  readonly hostSecondsPerKernel: number;
  readonly fittedEras: FittedEras;
}

/** Efficiencies that the rows of role fit give. */
export interface FittedEras {
  readonly eager: number;
  readonly bert: number;
}

export function compareTimes(): TimeComparisons {
  const works = readMeasuredSteps().map(measuredWork);
  const hostSecondsPerKernel = fittedHostSeconds(works);
  const rows = configurations(readTimeRows());
  const comparisons = [
    ...works.flatMap((work) => compareStep(work, hostSecondsPerKernel)),
    ...rows.flatMap(({ row, work }) => (row.task === "bert_squad_train" ? [] : [compareRow(row, work)])),
    ...compareBert(rows.filter(({ row }) => row.task === "bert_squad_train")),
  ];
  return { comparisons, hostSecondsPerKernel, fittedEras: fittedEras(rows) };
}

/** A step that took this much longer than the card was at work waited for the host. */
const WAITING = 1.25;

function fittedHostSeconds(works: readonly MeasuredWork[]): number {
  const paces = works.flatMap((work) => {
    const { seconds, kernelCount } = modelledStep(work, KERNEL_EFFICIENCIES);
    const waited = work.step.role === "fit" && work.step.stepSeconds > WAITING * seconds;
    return waited ? [work.step.stepSeconds / kernelCount] : [];
  });
  return median(paces);
}

function compareStep(work: MeasuredWork, hostSecondsPerKernel: number): TimeComparison[] {
  const { step, gpu } = work;
  const { seconds, kernelCount } = modelledStep(work, KERNEL_EFFICIENCIES);
  const unit = work.plan.precision === "fp32" ? "fp32" : work.plan.precision === "amp" ? "fp16" : "bf16";
  const common = {
    role: step.role,
    gpuId: H100,
    modelFamily: step.modelFamily,
    flops: work.nodes.reduce(
      (sum, node) => sum + copiesOf(node.scope) * flopsOf(node, work.plan.perDeviceBatchSize),
      0,
    ),
    parameterCount: work.parameterCount,
    peakFlopsPerSecond: gpu.peakFlopsPerSecond[unit] ?? Number.NaN,
    bandwidthBytesPerSecond: gpu.memoryBandwidthBytesPerSecond ?? Number.NaN,
  };
  const device = measuredDeviceSeconds(step);
  const clock = Math.max(seconds, kernelCount * hostSecondsPerKernel);
  const compared = (group: TimeGroup, measuredSeconds: number, estimatedSeconds: number): TimeComparison => ({
    ...common,
    id: step.id,
    group,
    measuredSeconds,
    estimatedSeconds,
    error: relativeError(estimatedSeconds, measuredSeconds),
  });
  return [
    ...(device === null ? [] : [compared("H100, card at work", device, seconds)]),
    compared("H100, steps by the clock", step.stepSeconds, clock),
  ];
}

interface Configuration {
  readonly row: TimeRow;
  readonly work: RowWork;
}

/** Rows that count and can be modelled, one for each configuration: repeats on other machines of a kind are averaged. */
function configurations(rows: readonly TimeRow[]): Configuration[] {
  const byKey = new Map<string, TimeRow[]>();
  for (const row of rows) {
    if (row.excluded !== null || row.duplicateOf !== null || row.task === "resnet50_train") continue;
    if (row.task === "clip_train" ? !isComplete(row) : row.gpuCount !== 1 || row.isChannelsLast) continue;
    const { task, gpuId, model, imageSize, precision, perDeviceBatchSize, torchVersion } = row;
    const key =
      task === "clip_train"
        ? row.id
        : [task, gpuId, model, imageSize, precision, perDeviceBatchSize, torchVersion].join(" ");
    byKey.set(key, [...(byKey.get(key) ?? []), row]);
  }
  return [...byKey.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const work = workOfRow(first);
    const rate = same.reduce((sum, row) => sum + row.samplesPerSecondPerGpu, 0) / same.length;
    return work === null ? [] : [{ row: { ...first, samplesPerSecondPerGpu: rate }, work }];
  });
}

function isComplete({ missing, confidence }: TimeRow): boolean {
  return missing.length === 0 && confidence === "high";
}

const MOST_GPUS = 64;

function groupOf(row: TimeRow): TimeGroup {
  if (row.task === "clip_train")
    return (row.gpuCount ?? 1) > MOST_GPUS ? "published, over 64 GPUs" : "published, up to 64 GPUs";
  return row.task === "tower_inference" ? "timm inference" : "timm training";
}

function compareRow(row: TimeRow, work: RowWork): TimeComparison {
  // Kernels of today were fitted on today's software; a row without an era has no efficiency of its own.
  const efficiency = row.era === "eager" ? ERA_EFFICIENCY.eager : 1;
  return compared(row, work, groupOf(row), work.seconds / efficiency + work.exposedSeconds);
}

function compared(row: TimeRow, work: RowWork, group: TimeGroup, estimatedSeconds: number): TimeComparison {
  const measuredSeconds = (row.perDeviceBatchSize ?? Number.NaN) / row.samplesPerSecondPerGpu;
  const isRate = row.task === "clip_train";
  return {
    id: row.id,
    group,
    role: row.role,
    gpuId: row.gpuId ?? "",
    modelFamily: row.modelFamily,
    measuredSeconds,
    estimatedSeconds,
    error: isRate ? relativeError(measuredSeconds, estimatedSeconds) : relativeError(estimatedSeconds, measuredSeconds),
    flops: work.flops,
    parameterCount: work.parameterCount,
    peakFlopsPerSecond: work.peakFlopsPerSecond,
    bandwidthBytesPerSecond: work.gpu.memoryBandwidthBytesPerSecond ?? Number.NaN,
  };
}

/** BERT's one efficiency is fitted anew for each card, without that card's rows. */
function compareBert(configurations: readonly Configuration[]): TimeComparison[] {
  return configurations.map(({ row, work }) => {
    const others = configurations.filter((other) => other.row.gpuId !== row.gpuId);
    return compared(row, work, "Lambda BERT, one card left out", work.seconds / fittedEfficiency(others));
  });
}

/** @returns the efficiency at which the mean error of seconds is least */
function fittedEfficiency(configurations: readonly Configuration[]): number {
  let [best, least] = [BERT_EFFICIENCY, Number.POSITIVE_INFINITY];
  const ratios = configurations.map(
    ({ row, work }) => work.seconds / ((row.perDeviceBatchSize ?? Number.NaN) / row.samplesPerSecondPerGpu),
  );
  for (const efficiency of ratios) {
    const mean = ratios.reduce((sum, ratio) => sum + Math.abs(ratio / efficiency - 1), 0);
    if (mean < least) [best, least] = [efficiency, mean];
  }
  return best;
}

function fittedEras(all: readonly Configuration[]): FittedEras {
  const rows = all.filter(({ row }) => row.role === "fit");
  const eager = rows.filter(({ row }) => row.era === "eager" && (row.gpuCount ?? 1) <= MOST_GPUS);
  const published = eager.filter(({ row }) => row.task === "clip_train");
  const towers = eager.filter(({ row }) => row.task === "tower_train");
  return {
    eager: evenlyFitted([published, towers]),
    bert: fittedEfficiency(rows.filter(({ row }) => row.task === "bert_squad_train")),
  };
}

/** Each source counts the same, however many rows it has. */
function evenlyFitted(sources: readonly (readonly Configuration[])[]): number {
  const most = Math.max(...sources.map((source) => source.length));
  return fittedEfficiency(
    sources.flatMap((source) =>
      Array.from({ length: most }, (_, index) => source[Math.floor((index * source.length) / most)]).flatMap((row) =>
        row === undefined ? [] : [row],
      ),
    ),
  );
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
