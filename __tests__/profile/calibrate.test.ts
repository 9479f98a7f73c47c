import fc from "fast-check";
import { RATE_NAMES } from "@/lib/engine/onnxruntime/fit-rates";
import { CPU_RATES } from "@/lib/engine/onnxruntime/runtime-efficiencies";
import { estimatePlan } from "@/lib/estimate/plan";
import type { Plan } from "@/lib/plan/plan";
import { type Calibration, calibrate, calibratedRates, type MeasuredValidation } from "@/lib/profile/calibrate";
import { calibrationOfCard } from "@/lib/profile/card-calibration";
import type { DeviceKey } from "@/lib/profile/device-key";
import { MIB } from "@/lib/units";
import { h100Validations } from "../support/h100-validations";
import { A100, CPU, card, H100, parsed, small, validationOn } from "../support/measured-devices";
import { TODAY } from "../support/today";

function calibrated(validations: readonly MeasuredValidation[], key: DeviceKey): Calibration {
  const answer = calibrate(validations, key, "fp32");
  if (answer.kind !== "calibrated") throw new Error(answer.why);
  return answer.calibration;
}

test("measurements that equal the prediction change nothing", () => {
  for (const key of [CPU, H100]) {
    const { rates, errorBefore, errorAfter } = calibrated([validationOn(key, [1, 1])], key);
    for (const name of RATE_NAMES) expect(rates[name].after).toBe(rates[name].before);
    expect([errorBefore, errorAfter]).toEqual([0, 0]);
  }
});

test("a calibration brings predictions nearer to what was measured, whatever that was", () => {
  const slowness = fc.double({ min: 0.3, max: 3, noNaN: true });
  fc.assert(
    fc.property(slowness, (both) => {
      const { errorBefore, errorAfter } = calibrated([validationOn(CPU, [both, both])], CPU);
      return errorAfter <= errorBefore + 1e-9 && errorAfter < 0.1;
    }),
    { numRuns: 20 },
  );
});

test("measurements that contradict each other do not drive predictions away from most of them", () => {
  const kinds = ["full", "partial", "probe", "lora", "prompt", "full-sgd", "full-ckpt"];
  const truth = h100Validations(...kinds.map((kind) => `vit-b-32-${kind}-b64-fp32`)).map(({ request, result }) => ({
    ...request,
    ...result,
  }));
  const { rates, errorBefore, errorAfter, measurementCount } = calibrated(truth, H100);
  expect(measurementCount).toBe(kinds.length);
  expect(errorAfter).toBeLessThanOrEqual(errorBefore);
  for (const name of RATE_NAMES) expect(rates[name].after).toBe(rates[name].before);
});

test("measurements on one device never touch another", () => {
  const slow = validationOn(H100, [3, 3]);
  expect(calibrate([slow], A100, "fp32").kind).toBe("not_calibrated");
  expect(calibrate([slow], CPU, "fp32").kind).toBe("not_calibrated");
  const own = validationOn(A100, [1.2, 1.2]);
  expect(calibrated([slow, own], A100)).toEqual(calibrated([own], A100));
  const moreThreads: DeviceKey = { ...CPU, threadCount: 8 };
  expect(calibrate([validationOn(CPU, [2, 2])], moreThreads, "fp32").kind).toBe("not_calibrated");
});

test("one measurement is too few, and it says so", () => {
  const answer = calibrate([validationOn(CPU, [2])], CPU, "fp32");
  expect(answer).toMatchObject({ kind: "not_calibrated", why: expect.stringContaining("1 of at least 2") });
});

test("a rate that no measurement tells of is kept, with what to measure", () => {
  // Small steps on a card wait for the host alone: they say nothing of its memory or its matrix units.
  const { rates } = calibrated([validationOn(H100, [2, 2])], H100);
  expect(rates.flopsPerSecond.after).toBe(rates.flopsPerSecond.before);
  expect(rates.flopsPerSecond.missing).toContain("larger batch");
  expect(rates.secondsPerNode.after).toBeGreaterThan(rates.secondsPerNode.before);
});

const H100_CARD = card("h100-sxm5-80gb");

test("on the CPU it corrects later predictions and says nothing of cards", () => {
  const validation = validationOn(CPU, [2, 2]);
  expect(calibratedRates(calibrated([validation], CPU)).flopsPerSecond).toBeLessThan(CPU_RATES.flopsPerSecond);
  expect(calibrationOfCard(H100_CARD, [validation])).toMatchObject({
    kind: "not_calibrated",
    why: expect.stringMatching(/^0 of at least 2 steps were timed on .*H100.*; 2 on other devices are left out$/),
  });
});

const CARD = {
  gpuId: "h100-sxm5-80gb",
  products: [{ factor: 0.8, measurementCount: 4, unit: "fp16" }],
  bandwidth: { factor: 0.5, measurementCount: 3 },
  contextBytes: { bytes: 2000 * MIB, measurementCount: 2 },
  measurementCount: 6,
  spread: 0.04,
} as const;

test("an estimate for the card that was measured shows before and after and lists what it rests on", () => {
  // Neither the loader nor the host is waited for.
  const plan = parsed({ model: "ViT-L-14", precision: "amp", perDeviceBatchSize: 128, loaderWorkers: 256 });
  const without = estimatePlan(plan, { today: TODAY });
  const { calibration, time, memory, assumptions } = estimatePlan(plan, { today: TODAY, calibration: CARD });
  expect(calibration?.stepSeconds?.before).toEqual(without.time?.stepSeconds);
  expect(calibration?.stepSeconds?.after).toEqual(time?.stepSeconds);
  expect(time?.stepSeconds.likely).toBeGreaterThan(without.time?.stepSeconds.likely ?? Number.POSITIVE_INFINITY);
  expect(calibration?.deviceBytes.before).toEqual(without.memory.deviceBytes);
  expect(memory.deviceBytes.likely - without.memory.deviceBytes.likely).toBeGreaterThan(1000 * MIB);
  const bandwidth = calibration?.figures.find(({ field }) => field === "memory bandwidth");
  expect((bandwidth?.after ?? 0) / (bandwidth?.before ?? 1)).toBeCloseTo(0.5, 12);
  const measured = assumptions.filter(({ status, field }) => status === "measured" && field === "memory bandwidth");
  expect(measured[0]?.note).toContain("3 measurements on this card");
});

test("estimates for other cards, and without the calibration, are as they were", () => {
  const others: Partial<Plan>[] = [{ gpu: "a100-sxm4-80gb" }, { gpu: "h100-pcie-80gb" }];
  for (const other of others) {
    const plan = parsed({ precision: "amp", ...other });
    const { noCalibration, ...estimate } = estimatePlan(plan, { today: TODAY, calibration: CARD });
    expect(estimate).toEqual(estimatePlan(plan, { today: TODAY }));
    expect(noCalibration).toMatch(/^the measurements are of .*H100.*, and say nothing of /);
  }
});

test("products in TF32 say nothing of PyTorch's in fp32, and the pace of handing over nothing at all", () => {
  expect(calibrationOfCard(H100_CARD, [validationOn(H100, [2, 2])])).toMatchObject({
    calibration: { products: [], bandwidth: null, measurementCount: 2 },
  });
  const plan = parsed({ model: "ViT-B-32", precision: "fp32" });
  const { calibration } = estimatePlan(plan, { today: TODAY, calibration: { ...CARD, products: [TF32] } });
  expect(calibration?.figures.map(({ field }) => field)).toContain("rate of convolutions in tf32");
  expect(calibration?.notMeasured.join()).toContain("matrix products in fp32");
});

const TF32 = { unit: "tf32", factor: 0.9, measurementCount: 5 } as const;

test("a plan in amp takes bandwidth and context from steps in fp32, and says that its products were not measured", () => {
  const plan = parsed({ model: "ViT-L-14", precision: "amp", perDeviceBatchSize: 128, loaderWorkers: 256 });
  const { calibration } = estimatePlan(plan, { today: TODAY, calibration: { ...CARD, products: [TF32] } });
  expect(calibration?.figures.map(({ field }) => field)).toEqual([
    "memory bandwidth",
    "context and libraries on the card",
  ]);
  expect(calibration?.notMeasured.join()).toMatch(/fp16: only a check of a plan in amp/);
});

test("steps in fp32 and in fp16 of one card make one calibration of it", () => {
  const single = validationOn(H100, [1, 1], 700 * MIB);
  const half = { ...validationOn(H100, [1, 1], 600 * MIB), plan: { ...small.plan, precision: "amp" } as const };
  expect(calibrationOfCard(H100_CARD, [single, half])).toMatchObject({
    calibration: { measurementCount: 4, contextBytes: { bytes: 600 * MIB, measurementCount: 4 } },
  });
});

test("what a card holds beside the arena is the least that was seen", () => {
  const validations = [validationOn(H100, [1, 1], 900 * MIB), validationOn(H100, [1, 1], 700 * MIB)];
  const calibration = calibrated(validations, H100);
  expect(calibration.overheadBytes).toMatchObject({ low: 700 * MIB, high: 900 * MIB, measurementCount: 4 });
  expect(calibrationOfCard(H100_CARD, validations)).toMatchObject({
    calibration: { contextBytes: { bytes: 700 * MIB, measurementCount: 4 } },
  });
});
