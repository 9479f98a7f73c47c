import { CPU_RATES } from "@/lib/engine/onnxruntime/runtime-efficiencies";
import { secondsOf } from "@/lib/engine/onnxruntime/step-load";
import { calibrate, type MeasuredValidation } from "@/lib/profile/calibrate";
import { calibrationOfCard } from "@/lib/profile/card-calibration";
import { deviceCalibrations } from "@/lib/profile/device-calibrations";
import { deviceKeyOf, isSameDevice } from "@/lib/profile/device-key";
import { secondsAhead } from "@/lib/profile/predicted-seconds";
import type { Machine } from "@/lib/profile/validation";
import { CPU, card, H100, machineOf, small } from "../support/measured-devices";
import { LOADS, stepsAt, type TimedStep, validationsOf } from "../support/timed-steps";

const request = { plan: small.plan, device: "cpu" } as const;
const HERE: Partial<Machine> = { identity: "here" };
const THERE: Partial<Machine> = { identity: "there" };

const slow = stepsAt(CPU_RATES).map((step) => ({ ...step, seconds: 3 * step.seconds }));

function ahead(earlier: readonly MeasuredValidation[], changes: Partial<Machine> = HERE) {
  const { source, of } = secondsAhead(request, { ...machineOf(CPU), ...changes }, earlier);
  return { source, seconds: of(LOADS.all, 0).stepSeconds };
}

test("measurements of another machine with the same processor are left out, and said", () => {
  const { source, seconds } = ahead(validationsOf(CPU, slow, THERE));
  expect(source).toBeNull();
  expect(seconds).toMatchObject({
    why: expect.stringContaining("4 steps were timed on another machine of the same kind, and are left out"),
  });
  const own = ahead([...validationsOf(CPU, slow, THERE), ...validationsOf(CPU, stepsAt(CPU_RATES), HERE)]);
  expect(own.source?.measurementCount).toBe(4);
  expect(own.source?.notes).toEqual(["4 steps were timed on another machine of the same kind, and are left out"]);
  if (own.seconds.kind !== "predicted") throw new Error(own.seconds.why);
  expect(own.seconds.value).toBeCloseTo(secondsOf(LOADS.all, CPU_RATES), 9);
});

test("so are those of which no version recorded the machine", () => {
  expect(ahead(validationsOf(CPU, slow)).seconds).toMatchObject({
    why: expect.stringContaining("4 steps were timed on a machine of the same kind that is not known to be this one"),
  });
});

test("two cards of one kind are two devices, each listed with its own measurements", () => {
  const gpu = machineOf(H100).gpu;
  const withCard = (identity: string) => ({ gpu: gpu && { ...gpu, identity } });
  const steps: TimedStep[] = [1, 2].map((plan) => ({ load: { ...LOADS.all, isQueued: true }, seconds: 0.5, plan }));
  const [one, two] = [withCard("one"), withCard("two")].map((changes) => validationsOf(H100, steps, changes));
  if (one === undefined || two === undefined) throw new Error("there are two cards");
  const listed = deviceCalibrations(
    [...one, ...two, ...two].map((validation, id) => ({ ...validation, id: String(id) })),
  );
  expect(listed.map(({ validationIds }) => validationIds.length)).toEqual([2, 4]);
  expect(listed[0]?.notes).toContain("4 steps were timed on another card of the same kind, and are left out");
  // Whoever names files has chosen; that they are of two cards is said all the same.
  expect(calibrationOfCard(card("h100-sxm5-80gb"), [...one, ...two])).toMatchObject({
    calibration: { measurementCount: 4 },
    notes: ["the measurements come from 2 different devices of this kind"],
  });
});

test("a key of a kind matches all of it, and one that was recorded only itself", () => {
  const keyOf = (changes: Partial<Machine>) => {
    const key = deviceKeyOf({ device: "cpu", machine: { ...machineOf(CPU), ...changes } });
    if (key === null) throw new Error("a CPU is a device");
    return key;
  };
  expect(isSameDevice(keyOf(HERE), keyOf(HERE))).toBe(true);
  expect(isSameDevice(keyOf(HERE), keyOf(THERE))).toBe(false);
  expect(isSameDevice(keyOf(HERE), keyOf({}))).toBe(false);
  expect(isSameDevice(keyOf({}), keyOf({}))).toBe(true);
  expect(isSameDevice(keyOf(HERE), CPU)).toBe(true);
});

test("measurements with another version of the runtime or of the driver are used, and said", () => {
  const older = { versions: { node: "", onnxruntime: "1.20.0", headroom: "" } };
  const newer = { versions: { node: "", onnxruntime: "1.29.0", headroom: "" } };
  const measured = validationsOf(CPU, slow, { ...HERE, ...older });
  const { source } = ahead(measured, { ...HERE, ...newer });
  expect(source).toMatchObject({
    measurementCount: 4,
    notes: ["4 steps were timed with onnxruntime-node 1.20.0, and onnxruntime-node is 1.29.0 now"],
  });
  expect(ahead(measured, { ...HERE, ...older }).source?.notes).toEqual([]);
});

test("steps that others disturbed are left out and counted, and do not mislead", () => {
  const disturbed = slow.map((step) => ({ ...step, othersFraction: 0.5 }));
  const calm = validationsOf(CPU, stepsAt(CPU_RATES));
  const answer = calibrate([...calm, ...validationsOf(CPU, disturbed)], CPU, "fp32");
  if (answer.kind !== "calibrated") throw new Error(answer.why);
  expect(answer.calibration.measurementCount).toBe(4);
  expect(answer.calibration.rates.flopsPerSecond.after).toBe(CPU_RATES.flopsPerSecond);
  expect(answer.calibration.notes).toEqual([
    "4 steps were timed while other programs took more than 10 % of the CPU, and are left out",
  ]);
  expect(calibrate(validationsOf(CPU, disturbed), CPU, "fp32")).toMatchObject({
    why: expect.stringContaining("0 of at least 2 steps"),
  });
});

test("where measurements contradict each other nothing is predicted, and the reason says so", () => {
  const [a, b] = stepsAt(CPU_RATES);
  if (a === undefined || b === undefined) throw new Error("two steps are compared");
  expect(ahead(validationsOf(CPU, [a, { ...b, seconds: 6 * b.seconds }], HERE)).seconds).toMatchObject({
    why: expect.stringMatching(/contradict each other: predicted from the others, most are off by .*Check again/),
  });
});
