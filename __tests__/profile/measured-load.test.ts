import { isDisturbed, measurementError, planName, timedLoad } from "@/lib/profile/measured-load";
import { CALM_FRACTION } from "@/lib/profile/seconds-remark";
import { stepSeconds } from "@/lib/profile/statistics";
import type { StepSeconds, ValidationRow } from "@/lib/profile/validation";
import { measurement, unreachedRow } from "@/lib/profile/validation-row";
import { CPU, H100, machineOf, small } from "../support/measured-devices";
import { LOADS } from "../support/timed-steps";

type Measured = Extract<StepSeconds, { readonly kind: "measured" }>;

/** Undefined: of an older version. */
function othersOf(fraction?: number | null): ValidationRow["others"] {
  return fraction === undefined ? undefined : { cpuFraction: measurement(fraction, "too short"), gpuUsers: null };
}

function secondsOf(long: readonly number[]): Measured {
  const short = { stepCount: 1, runSeconds: long.map(() => 1) };
  const seconds = stepSeconds(short, { stepCount: 3, runSeconds: long });
  if (seconds.kind !== "measured") throw new Error(seconds.why);
  return seconds;
}

test("runs that differ make a measurement less certain, and more of them make it more certain", () => {
  const error = (long: readonly number[]) => measurementError(secondsOf(long), othersOf(0), null);
  expect(error([3, 3, 3])).toBe(0);
  expect(error([3, 3.2, 3.4])).toBeGreaterThan(error([3, 3.1, 3.2]));
  expect(error([3, 3, 3.2, 3.2, 3.4, 3.4])).toBeLessThan(error([3, 3.2, 3.4]));
  // A single run of each says nothing of its noise.
  expect(error([3])).toBeGreaterThan(error([3, 3.1, 3.2]));
});

test("worked by hand: three runs over 0.2 s, √(π/2) · 0.2/1.693 / √3, over two steps of a second", () => {
  expect(measurementError(secondsOf([2.9, 3, 3.1]), othersOf(0), null)).toBeCloseTo(0.0427, 4);
});

test("what others took widens it, and so does not knowing", () => {
  const error = (others?: number | null) => measurementError(secondsOf([3, 3, 3]), othersOf(others), null);
  expect(error(0.05)).toBeCloseTo(0.1, 12);
  expect(error(null)).toBeGreaterThan(error(0.01));
  expect(error(undefined)).toBe(error(null));
  // Clocks of two kinds are subtracted: less than nothing is nothing.
  expect(error(-0.01)).toBe(0);
});

test("another program on the card widens it, meanwhile or, where that is not known, before", () => {
  const machine = machineOf(H100);
  const gpu = machine.gpu && { ...machine.gpu, otherUsers: [{ pid: 1, name: "another", usedBytes: null }] };
  const error = (others: ValidationRow["others"], on = machine) => measurementError(secondsOf([3, 3, 3]), others, on);
  expect(error(othersOf(0), { ...machine, gpu })).toBeGreaterThan(error(othersOf(0)));
  const calm = { kind: "measured", value: 0 } as const;
  const meanwhile = { cpuFraction: calm, gpuUsers: [{ pid: 1, name: "another", usedBytes: null }] };
  expect(error(meanwhile)).toBeGreaterThan(error({ cpuFraction: calm, gpuUsers: [] }));
  expect(error({ cpuFraction: calm, gpuUsers: [] }, { ...machine, gpu })).toBe(0);
});

test("a step on a CPU is disturbed where others took more of it than a remark is made of, and on a card it is less certain", () => {
  const row = (fraction?: number | null) => {
    const { measured, others: _, ...rest } = unreachedRow(1, "");
    const others = othersOf(fraction);
    const timed = { ...rest, measured: { ...measured, stepSeconds: secondsOf([3, 3, 3]) } };
    return others === undefined ? timed : { ...timed, others };
  };
  expect(isDisturbed(row(CALM_FRACTION), "cpu")).toBe(false);
  expect(isDisturbed(row(CALM_FRACTION + 0.01), "cpu")).toBe(true);
  expect(isDisturbed(row(CALM_FRACTION + 0.01), "cuda")).toBe(false);
  expect(isDisturbed(row(null), "cpu")).toBe(false);
  expect(isDisturbed(row(), "cpu")).toBe(false);
  expect(isDisturbed(unreachedRow(1, ""), "cpu")).toBe(false);
});

test("steps are of one plan whatever their batch, card and run, and of another with another strategy", () => {
  const plan = small.plan;
  const name = planName({ plan });
  expect(planName({ plan: { ...plan, perDeviceBatchSize: 99, gpu: "rtx-4090", epochs: 3 } })).toBe(name);
  expect(planName({ plan: { ...plan, strategy: { kind: "linear_probe" } } })).not.toBe(name);
  const load = timedLoad(
    LOADS.all,
    { seconds: secondsOf([3, 3, 3]), others: othersOf(0) },
    { plan, machine: machineOf(CPU) },
  );
  expect(load).toEqual({ load: LOADS.all, seconds: 1, error: 0, plan: name });
});
