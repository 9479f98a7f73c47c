import {
  BERT_EFFICIENCY,
  HOST_SECONDS_PER_KERNEL,
  KERNEL_EFFICIENCIES,
  PACE_SHARPNESS,
} from "../../../lib/catalogue/kernel-efficiencies";
import { pacedSeconds } from "../../../lib/estimate/time/pace";
import { copiesOf } from "../../../lib/graph/ir";
import { flopsOf } from "../../../lib/readings/counts";
import { relativeError } from "../statistics";
import { readTimeRows, type TimeRow } from "../time-rows";
import type { Role } from "../truth-rows";
import { workOfRow } from "./benchmark-work";
import { minimize } from "./coordinate-descent";
import { H100, measuredDeviceSeconds, readMeasuredSteps } from "./h100-rows";
import { type MeasuredWork, measuredWork, modelledStep } from "./h100-work";
import type { RowWork } from "./row-work";
import { loopsOverParameters } from "./software";

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
  /** What the estimate of a published run on several cards is made of; null elsewhere. */
  readonly cluster: ClusterParts | null;
}

export interface ClusterParts {
  readonly gpuCount: number;
  /** Seconds of one step: of the card alone, of the era's software besides, of collectives that nothing hides. */
  readonly cardSeconds: number;
  readonly eraSeconds: number;
  readonly exposedSeconds: number;
  /** Processor cores for each card that keep up with the measured rate, at the size of images that a plan assumes. */
  readonly loadingCores: number | null;
}

export interface TimeComparisons {
  readonly comparisons: readonly TimeComparison[];
  readonly pace: Pace;
  readonly fittedEras: FittedEras;
}

/** Of the H100's host, fitted on rows of role fit. */
export interface Pace {
  readonly hostSecondsPerKernel: number;
  readonly sharpness: number;
}

/** Efficiencies that the rows of role fit give. */
export interface FittedEras {
  readonly eager: number;
  readonly bert: number;
}

export function compareTimes(): TimeComparisons {
  const works = readMeasuredSteps().map(measuredWork);
  const pace = fittedPace(works);
  const rows = configurations(readTimeRows());
  const comparisons = [
    ...works.flatMap((work) => compareStep(work, pace)),
    ...rows.flatMap(({ row, work }) => (row.task === "bert_squad_train" ? [] : [compareRow(row, work, rows)])),
    ...compareBert(rows.filter(({ row }) => row.task === "bert_squad_train")),
  ];
  return { comparisons, pace, fittedEras: fittedEras(rows) };
}

/** The pace of the H100's host and how sharply the slower sets the pace, by the steps of role fit. */
function fittedPace(works: readonly MeasuredWork[]): Pace {
  const rows = works
    .filter(({ step }) => step.role === "fit")
    .map((work) => ({ ...modelledStep(work, KERNEL_EFFICIENCIES), measured: work.step.stepSeconds }));
  const cost = ({ hostSecondsPerKernel, sharpness }: Pace) =>
    rows.reduce((sum, { seconds, kernelCount, measured }) => {
      const clock = pacedSeconds(seconds, kernelCount * hostSecondsPerKernel, sharpness);
      return sum + Math.abs(Math.log(clock / measured));
    }, 0) / rows.length;
  const start = { hostSecondsPerKernel: HOST_SECONDS_PER_KERNEL.high, sharpness: PACE_SHARPNESS };
  return minimize(start, () => Number.POSITIVE_INFINITY, cost);
}

function compareStep(work: MeasuredWork, { hostSecondsPerKernel }: Pace): TimeComparison[] {
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
    cluster: null,
  };
  const device = measuredDeviceSeconds(step);
  const clock = pacedSeconds(seconds, kernelCount * hostSecondsPerKernel);
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

/** The efficiency of a published run's era is fitted anew for each source, without that source's rows. */
function compareRow(row: TimeRow, work: RowWork, all: readonly Configuration[]): TimeComparison {
  const others = eagerRuns(all).filter((other) => sourceOf(other.row) !== sourceOf(row));
  const efficiency = isEagerRun(row) ? fittedEfficiency(others) : 1;
  return compared(row, work, groupOf(row), work.seconds / efficiency + work.exposedSeconds);
}

/** Records of one publication begin alike. */
function sourceOf({ id }: TimeRow): string {
  return id.split("-")[0] ?? id;
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
    cluster: row.task === "clip_train" ? clusterParts(row, work, measuredSeconds, estimatedSeconds) : null,
  };
}

function clusterParts(row: TimeRow, work: RowWork, measuredSeconds: number, estimatedSeconds: number): ClusterParts {
  return {
    gpuCount: row.gpuCount ?? 1,
    cardSeconds: work.seconds,
    eraSeconds: estimatedSeconds - work.seconds - work.exposedSeconds,
    exposedSeconds: work.exposedSeconds,
    loadingCores: work.loadingCoreSeconds === null ? null : work.loadingCoreSeconds / measuredSeconds,
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

/** A training run on software of before PyTorch 2.0. */
function isEagerRun({ task, torchVersion, era }: TimeRow): boolean {
  return task === "clip_train" && loopsOverParameters(torchVersion, era);
}

function eagerRuns(all: readonly Configuration[]): readonly Configuration[] {
  return all.filter(({ row }) => row.role === "fit" && isEagerRun(row) && (row.gpuCount ?? 1) <= MOST_GPUS);
}

function fittedEras(all: readonly Configuration[]): FittedEras {
  const rows = all.filter(({ row }) => row.role === "fit");
  return {
    eager: fittedEfficiency(eagerRuns(rows)),
    bert: fittedEfficiency(rows.filter(({ row }) => row.task === "bert_squad_train")),
  };
}
