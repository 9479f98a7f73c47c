import { type GpuSpec, resolveGpu } from "../catalogue/gpus";
import { formatBytes, formatCount, formatPercent, formatSeconds } from "../format";
import type { Assumption } from "../plan/plan";
import type { Interval } from "./estimate";

/** One figure of a card as measured, beside what is assumed of it. */
export interface MeasuredFactor {
  /** Measured over assumed. */
  readonly factor: number;
  /** How many measurements stand behind it. */
  readonly measurementCount: number;
}

export const MEASURED_UNITS = ["fp32", "tf32", "fp16"] as const;

export type MeasuredUnit = (typeof MEASURED_UNITS)[number];

/**
 * What measurements on one card say of it that holds for PyTorch as well. What is null was not measured, or does not
 * carry over; docs/calibration.md says why.
 */
export interface CardCalibration {
  /** Catalogue id: of this card alone. */
  readonly gpuId: string;
  /** The units whose products were measured, with how their rates compare. */
  readonly products: readonly (MeasuredFactor & { readonly unit: MeasuredUnit })[];
  readonly bandwidth: MeasuredFactor | null;
  /** Of the seconds in which the host of the card hands over one node; absent where no step waited for it, and in older links. */
  readonly launch?: MeasuredFactor;
  /** Bytes of the card beyond the runtime's arena, in a process that holds a context, cuBLAS and cuDNN. */
  readonly contextBytes: { readonly bytes: number; readonly measurementCount: number } | null;
  /** Steps that were timed. */
  readonly measurementCount: number;
  /** How far the measurements lie from the calibrated prediction, in the median, as a fraction. */
  readonly spread: number;
  /** Day of the newest of them, UTC, such as "2026-11-27"; absent where nobody wrote it down. */
  readonly measuredOn?: string;
}

/** One figure of the card before and after. */
export interface CalibratedFigure {
  readonly field: string;
  readonly unit: "FLOP/s" | "bytes/s" | "bytes" | "seconds";
  readonly before: number;
  readonly after: number;
  readonly measurementCount: number;
}

/** What a calibration changed of an estimate. */
export interface AppliedCalibration {
  readonly gpu: string;
  readonly measurementCount: number;
  readonly spread: number;
  /** Day of the newest measurement; absent where nobody wrote it down. */
  readonly measuredOn?: string;
  /** Of the figures that this plan rests on, those that were measured. */
  readonly figures: readonly CalibratedFigure[];
  /** And those that stay as assumed, each with the reason. */
  readonly notMeasured: readonly string[];
  /** Of one step; null where the plan has no time. */
  readonly stepSeconds: { readonly before: Interval; readonly after: Interval } | null;
  readonly deviceBytes: { readonly before: Interval; readonly after: Interval };
  /** The calibration in a form that a link or a query holds, and that gives these figures again. */
  readonly text: string;
}

/** The card as it was measured. A calibration of another card says nothing of this one: the card stays what it is. */
export function calibratedCard(gpu: GpuSpec, calibration: CardCalibration | null): GpuSpec {
  if (calibration === null || !isOfCard(calibration, gpu)) return gpu;
  const { products, bandwidth, launch, contextBytes } = calibration;
  return {
    ...gpu,
    measuredHere: {
      productFactors: Object.fromEntries(products.map(({ unit, factor }) => [unit, factor])),
      ...(bandwidth === null ? {} : { bandwidthFactor: bandwidth.factor }),
      ...(launch === undefined ? {} : { launchFactor: launch.factor }),
      ...(contextBytes === null ? {} : { contextBytes: contextBytes.bytes }),
    },
  };
}

export function isOfCard({ gpuId }: CardCalibration, gpu: Pick<GpuSpec, "id">): boolean {
  return gpu.id !== null && gpu.id === gpuId;
}

/** The name of the card that was measured; its id where the catalogue knows no such card. */
export function measuredCardName({ gpuId }: Pick<CardCalibration, "gpuId">): string {
  const measured = resolveGpu(gpuId);
  return measured.ok ? measured.gpu.name : gpuId;
}

/** Each figure that was measured here, for the list of what an estimate rests on. */
export function calibratedAssumptions({ figures, spread }: AppliedCalibration): readonly Assumption[] {
  return figures.map(({ field, unit, before, after, measurementCount }) => ({
    field,
    value: after,
    unit,
    status: "measured",
    note: `${measurementCount} measurements on this card; without them ${beforeText(before, unit)}${unit === "bytes" ? "" : `. They lie within ${formatPercent(spread)} in the median`}`,
  }));
}

function beforeText(before: number, unit: CalibratedFigure["unit"]): string {
  if (unit === "bytes") return formatBytes(before, "GiB");
  return unit === "seconds" ? formatSeconds(before) : formatCount(Math.round(before));
}
