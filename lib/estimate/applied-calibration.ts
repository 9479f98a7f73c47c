import type { GpuSpec } from "../catalogue/gpus";
import type { ParsedPlan } from "../plan/parse-plan";
import type { Precision } from "../plan/plan";
import type { CardRates } from "../readings/roofline";
import type { AppliedCalibration, CalibratedFigure, CardCalibration, MeasuredUnit } from "./calibration";
import { calibrationText } from "./calibration-text";
import type { Estimate } from "./estimate";
import { hostSecondsPerKernel } from "./time/host-pace";
import { measuredRatesOf } from "./time/measured-rates";
import type { TimeAnswer } from "./time/time-estimate";
import { deviceInterval, overheadInterval } from "./uncertainty";

/** What a calibration changed: the same plan with the card as it is assumed, and as it was measured. */
export function appliedCalibration(
  asked: ParsedPlan,
  gpu: ParsedPlan["gpu"],
  calibration: CardCalibration,
  {
    before,
    after,
    memory,
  }: { readonly before: TimeAnswer; readonly after: TimeAnswer; readonly memory: Estimate["memory"] },
): AppliedCalibration {
  const { plan, architecture } = asked;
  const isResnet = architecture.vision.kind === "resnet";
  const [assumed, measured] = [asked.gpu, gpu].map((each) => overheadInterval(plan, isResnet, each));
  if (assumed === undefined || measured === undefined) throw new RangeError("two cards are compared");
  const { contextBytes, measurementCount, spread } = calibration;
  const context: CalibratedFigure[] =
    contextBytes === null
      ? []
      : [
          {
            field: "context and libraries on the card",
            unit: "bytes",
            before: assumed.likely,
            after: measured.likely,
            measurementCount: contextBytes.measurementCount,
          },
        ];
  return {
    gpu: gpu.name,
    measurementCount,
    spread,
    ...(calibration.measuredOn === undefined ? {} : { measuredOn: calibration.measuredOn }),
    figures: [...rateFigures(asked.gpu, gpu, plan.precision, calibration), ...context],
    notMeasured: notMeasured(asked.gpu, plan.precision, calibration),
    stepSeconds:
      before.kind === "estimated" && after.kind === "estimated"
        ? { before: before.time.stepSeconds, after: after.time.stepSeconds }
        : null,
    deviceBytes: {
      before: deviceInterval(memory.reservedPeakBytes, assumed, asked.gpu),
      after: memory.deviceBytes,
    },
    text: calibrationText(calibration),
  };
}

function rateFigures(
  assumed: GpuSpec,
  measured: GpuSpec,
  precision: Precision,
  { products, bandwidth, launch }: CardCalibration,
): CalibratedFigure[] {
  const [before, after] = [measuredRatesOf(assumed, precision), measuredRatesOf(measured, precision)];
  if (before.kind === "none" || after.kind === "none") return [];
  const figure = (
    field: string,
    unit: CalibratedFigure["unit"],
    of: (rates: CardRates) => number | undefined,
    measurementCount: number,
  ): CalibratedFigure[] => {
    const [from, to] = [of(before.rates), of(after.rates)];
    return from === undefined || to === undefined ? [] : [{ field, unit, before: from, after: to, measurementCount }];
  };
  return [
    ...(bandwidth === null
      ? []
      : figure("memory bandwidth", "bytes/s", (rates) => rates.memoryBytesPerSecond, bandwidth.measurementCount)),
    ...(launch === undefined
      ? []
      : [
          {
            field: "handing one kernel to the card",
            unit: "seconds" as const,
            before: hostSecondsPerKernel(assumed).likely,
            after: hostSecondsPerKernel(measured).likely,
            measurementCount: launch.measurementCount,
          },
        ]),
    ...products
      .filter(({ unit }) => isUsed(unit, precision))
      .flatMap(({ unit, measurementCount }) =>
        figure(FIELDS[unit], "FLOP/s", (rates) => productRate(rates, unit), measurementCount),
      ),
  ];
}

const FIELDS = {
  fp32: "rate of matrix products in fp32",
  tf32: "rate of convolutions in tf32",
  fp16: "rate of matrix products in fp16",
} as const satisfies Record<MeasuredUnit, string>;

function productRate(rates: CardRates, unit: MeasuredUnit): number | undefined {
  if (unit === "tf32") return rates.convolutionFp32FlopsPerSecond;
  return rates.productFlopsPerSecond[unit === "fp16" ? "float16" : "float32"];
}

/** Whether a plan's seconds rest on the rate of this unit. */
function isUsed(unit: MeasuredUnit, precision: Precision): boolean {
  return precision === "amp" ? unit === "fp16" : precision === "fp32" && unit !== "fp16";
}

/** What stays as it is assumed, and what would have to be measured, or why it cannot be. */
function notMeasured(
  { tf32 }: GpuSpec,
  precision: Precision,
  { products, bandwidth, launch, contextBytes }: CardCalibration,
): string[] {
  const has = (unit: MeasuredUnit) => products.some((product) => product.unit === unit);
  const reasons: string[] = [];
  if (precision === "amp_bf16" || precision === "bf16") {
    reasons.push("The rate of matrix products in bf16: ONNX Runtime has none to measure.");
  } else if (precision === "amp" && !has("fp16")) {
    reasons.push("The rate of matrix products in fp16: only a check of a plan in amp, at a large batch, measures it.");
  } else if (precision === "fp32" && tf32) {
    reasons.push(
      "The rate of matrix products in fp32: ONNX Runtime multiplies in TF32 on this card, PyTorch does not.",
    );
  } else if (precision === "fp32" && !has("fp32")) {
    reasons.push("The rate of matrix products in fp32: only a check in fp32, at a large batch, measures it.");
  }
  if (bandwidth === null) {
    reasons.push("Memory bandwidth: in no step that was timed do passes over memory take a tenth of the time.");
  }
  if (launch === undefined) {
    reasons.push(
      "The pace at which the host hands kernels to the card: in no step that was timed did the card wait for it.",
    );
  }
  if (contextBytes === null) {
    reasons.push("Context and libraries on the card: the driver said nothing of them.");
  }
  return reasons;
}
