/** Each of what is measured must change what is predicted later: of steps in this runtime, and of PyTorch on that card. */

import { RATE_NAMES, type RateName } from "@/lib/engine/onnxruntime/fit-rates";
import { CPU_RATES } from "@/lib/engine/onnxruntime/runtime-efficiencies";
import { type RuntimeRates, secondsOf } from "@/lib/engine/onnxruntime/step-load";
import type { CardCalibration } from "@/lib/estimate/calibration";
import { estimatePlan } from "@/lib/estimate/plan";
import { calibrate, type MeasuredValidation } from "@/lib/profile/calibrate";
import { secondsAhead } from "@/lib/profile/predicted-seconds";
import { MIB } from "@/lib/units";
import { CPU, H100, machineOf, parsed, small, validationOn } from "../support/measured-devices";
import { LOADS, stepsAt, validationsOf } from "../support/timed-steps";
import { TODAY } from "../support/today";

const request = { plan: small.plan, device: "cpu" } as const;

/** A machine on which one thing takes twice as long. */
function slowIn(name: RateName): RuntimeRates {
  return { ...CPU_RATES, [name]: CPU_RATES[name] * (name === "secondsPerNode" ? 2 : 0.5) };
}

/** Measured twice, so that what is predicted is not what was assumed. */
function measuredOn(rates: RuntimeRates): MeasuredValidation[] {
  const steps = stepsAt(rates);
  const more = steps.map((step, i) => ({ ...step, plan: 10 + i }));
  return validationsOf(CPU, [...steps, ...more]);
}

describe.each(RATE_NAMES)("in ONNX Runtime, %s", (name) => {
  const earlier = measuredOn(slowIn(name));

  test("is found out, with before, after, a range and how many measurements stand behind it", () => {
    const answer = calibrate(earlier, CPU, "fp32");
    if (answer.kind !== "calibrated") throw new Error(answer.why);
    const { before, after, low, high, measurementCount } = answer.calibration.rates[name];
    expect(before).toBe(CPU_RATES[name]);
    expect(Math.abs(Math.log2(after / before))).toBeGreaterThan(0.6);
    expect(low).toBeLessThan(after);
    expect(high).toBeGreaterThan(after);
    expect(measurementCount).toBeGreaterThan(0);
  });

  test("lengthens a later step that waits for it, and hardly one that does not", () => {
    const { of } = secondsAhead(request, machineOf(CPU), earlier);
    for (const other of RATE_NAMES) {
      const { stepSeconds: ahead } = of(LOADS[other], 0);
      if (ahead.kind !== "predicted") throw new Error(ahead.why);
      const factor = ahead.value / secondsOf(LOADS[other], CPU_RATES);
      if (other === name) expect(factor).toBeGreaterThan(1.5);
      else expect(factor).toBeLessThan(1.3);
    }
  });
});

test("what was held beside the arena enters the memory of a later step, unless that is switched off", () => {
  const earlier = [validationOn(H100, [1, 1], 700 * MIB)];
  const asked = { plan: small.plan, device: "cuda" } as const;
  const { deviceBytes } = secondsAhead(asked, machineOf(H100), earlier).of(LOADS.all, 100 * MIB);
  expect(deviceBytes).toMatchObject({ kind: "predicted", value: 800 * MIB });
  const off = secondsAhead({ ...asked, calibrate: false }, machineOf(H100), earlier).of(LOADS.all, 100 * MIB);
  expect(off.deviceBytes).toBeUndefined();
  const none = secondsAhead(asked, machineOf(H100), []).of(LOADS.all, 100 * MIB);
  expect(none.deviceBytes).toMatchObject({ kind: "not_predicted" });
});

const NOTHING: CardCalibration = {
  gpuId: "h100-sxm5-80gb",
  products: [],
  bandwidth: null,
  contextBytes: null,
  measurementCount: 5,
  spread: 0.05,
};
const MEASURED = { factor: 0.5, measurementCount: 5 };

describe("in PyTorch on that card", () => {
  /** Neither the loader nor the host is waited for. */
  const large = parsed({ model: "ViT-L-14", precision: "amp", perDeviceBatchSize: 128, loaderWorkers: 256 });
  /** The card waits for its host. */
  const small = parsed({ model: "ViT-B-32", precision: "amp", perDeviceBatchSize: 8, loaderWorkers: 256 });
  const estimate = (plan: ReturnType<typeof parsed>, calibration?: Partial<CardCalibration>) =>
    estimatePlan(plan, {
      today: TODAY,
      ...(calibration === undefined ? {} : { calibration: { ...NOTHING, ...calibration } }),
    });

  test.each([
    ["products", large, { products: [{ ...MEASURED, unit: "fp16" as const }] }],
    ["bandwidth", large, { bandwidth: MEASURED }],
    ["launch", small, { launch: { factor: 3, measurementCount: 5 } }],
  ])("%s lengthens the step, with before, after and count", (_name, plan, calibration) => {
    const [before, after] = [estimate(plan), estimate(plan, calibration)];
    const ratio = (after.time?.stepSeconds.likely ?? 0) / (before.time?.stepSeconds.likely ?? 1);
    expect(ratio).toBeGreaterThan(1.1);
    expect(after.calibration?.stepSeconds?.before).toEqual(before.time?.stepSeconds);
    expect(after.calibration?.stepSeconds?.after).toEqual(after.time?.stepSeconds);
    expect(after.calibration?.figures).toHaveLength(1);
    expect(after.calibration?.figures[0]?.measurementCount).toBe(5);
    expect(after.memory).toEqual(before.memory);
  });

  test("what a process holds beside the arena is the least of what is taken of the card, with before, after and count", () => {
    const [before, after] = [
      estimate(large),
      estimate(large, { contextBytes: { bytes: 2000 * MIB, measurementCount: 5 } }),
    ];
    const more = after.memory.deviceBytes.likely - before.memory.deviceBytes.likely;
    expect(more).toBeGreaterThan(1000 * MIB);
    expect(after.calibration?.deviceBytes.before).toEqual(before.memory.deviceBytes);
    expect(after.calibration?.deviceBytes.after).toEqual(after.memory.deviceBytes);
    expect(after.calibration?.figures).toMatchObject([{ unit: "bytes", after: 2000 * MIB, measurementCount: 5 }]);
    expect(after.time).toEqual(before.time);
  });

  test("the pace of an H100's host in ONNX Runtime is that of the same host in PyTorch", () => {
    const { calibration } = estimate(small, { launch: { factor: 1, measurementCount: 5 } });
    const pace = calibration?.figures.find(({ unit }) => unit === "seconds");
    expect(pace?.after).toBeCloseTo(57e-6, 9);
    expect(pace?.before).toBeCloseTo(20e-6, 9);
  });
});
