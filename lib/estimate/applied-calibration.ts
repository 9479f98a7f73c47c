import type { ParsedPlan } from "../plan/parse-plan";
import type { AppliedCalibration, CalibratedFigure, CardCalibration } from "./calibration";
import type { Estimate } from "./estimate";
import { measuredRatesOf } from "./time/measured-rates";
import type { TimeAnswer } from "./time/time-estimate";
import { deviceInterval, overheadInterval } from "./uncertainty";

/** What a calibration changed: the same plan with the card as it is assumed, and as it was measured. */
export function appliedCalibration(
  asked: ParsedPlan,
  gpu: ParsedPlan["gpu"],
  { products, bandwidth, contextBytes, measurementCount, spread }: CardCalibration,
  {
    before,
    after,
    memory,
  }: { readonly before: TimeAnswer; readonly after: TimeAnswer; readonly memory: Estimate["memory"] },
): AppliedCalibration {
  const { plan, architecture } = asked;
  const [assumed, measured] = [measuredRatesOf(asked.gpu, plan.precision), measuredRatesOf(gpu, plan.precision)];
  const figures: CalibratedFigure[] = [];
  if (assumed.kind === "rates" && measured.kind === "rates") {
    const rates = [assumed.rates, measured.rates].map((each) => ({
      bandwidth: each.memoryBytesPerSecond,
      products:
        products?.unit === "tf32"
          ? each.convolutionFp32FlopsPerSecond
          : (each.productFlopsPerSecond[products?.unit === "fp16" ? "float16" : "float32"] ?? 0),
    }));
    const [from, to] = rates;
    if (from !== undefined && to !== undefined && bandwidth !== null) {
      const field = "memory bandwidth";
      const own = { before: from.bandwidth, after: to.bandwidth, measurementCount: bandwidth.measurementCount };
      figures.push({ field, unit: "bytes/s", ...own });
    }
    if (from !== undefined && to !== undefined && products !== null && from.products > 0) {
      const field = `rate of matrix products in ${products.unit}`;
      const own = { before: from.products, after: to.products, measurementCount: products.measurementCount };
      figures.push({ field, unit: "FLOP/s", ...own });
    }
  }
  const isResnet = architecture.vision.kind === "resnet";
  const overheads = [asked.gpu, gpu].map((each) => overheadInterval(plan, isResnet, each));
  const [assumedOverhead, measuredOverhead] = overheads;
  if (contextBytes !== null && assumedOverhead !== undefined && measuredOverhead !== undefined) {
    const field = "context and libraries on the card";
    const own = { before: assumedOverhead.likely, after: measuredOverhead.likely };
    figures.push({ field, unit: "bytes", ...own, measurementCount: contextBytes.measurementCount });
  }
  const deviceBefore = deviceInterval(memory.reservedPeakBytes, overheadInterval(plan, isResnet, asked.gpu), asked.gpu);
  return {
    gpu: gpu.name,
    measurementCount,
    spread,
    figures,
    stepSeconds:
      before.kind === "estimated" && after.kind === "estimated"
        ? { before: before.time.stepSeconds, after: after.time.stepSeconds }
        : null,
    deviceBytes: { before: deviceBefore, after: memory.deviceBytes },
  };
}
