import type { ValidationRow } from "@/lib/profile/validation";
import { verdictOf } from "@/lib/profile/verdict";
import { measuredRow } from "../fixtures/validation";

/** 0.4 s at batch 4. */
function row(predicted: { value: number; low?: number; high?: number } | null, othersFraction = 0): ValidationRow {
  const { predicted: before, measured, ...rest } = measuredRow(4);
  return {
    ...rest,
    predicted: {
      ...before,
      inUsePeakBytes:
        measured.inUsePeakBytes.kind === "measured"
          ? { ...measured.inUsePeakBytes, kind: "predicted" }
          : before.inUsePeakBytes,
      ...(predicted === null ? {} : { stepSeconds: { kind: "predicted", ...predicted } }),
    },
    measured,
    others: { cpuFraction: { kind: "measured", value: othersFraction }, gpuUsers: null },
  };
}

test("what was predicted well, or not at all, gives nothing to mind", () => {
  for (const good of [null, { value: 0.4 }, { value: 0.5 }, { value: 0.55, low: 0.35, high: 0.8 }]) {
    expect(verdictOf({ device: "cpu", rows: [row(good)] })).toEqual({ severity: "good", reasons: [] });
  }
});

test("seconds that were predicted several times too high are not good, whatever else is", () => {
  const { severity, reasons } = verdictOf({
    device: "cpu",
    rows: [row({ value: 0.4 }), row({ value: 1.8, low: 1.4, high: 2.3 })],
  });
  expect(severity).toBe("bad");
  expect(reasons).toEqual([
    "At batch 4 a step was predicted to take 1.8 s (1.4 s to 2.3 s) and took 400 ms: 350 % too much.",
  ]);
});

test("half as much again is to be minded, also where it was too little", () => {
  expect(verdictOf({ device: "cpu", rows: [row({ value: 0.6, low: 0.5, high: 0.7 })] }).severity).toBe("mind");
  expect(verdictOf({ device: "cpu", rows: [row({ value: 0.22 })] }).severity).toBe("mind");
  expect(verdictOf({ device: "cpu", rows: [row({ value: 0.19 })] }).severity).toBe("bad");
});

test("a machine that others kept busy is said, and proves no prediction wrong", () => {
  const { severity, reasons } = verdictOf({ device: "cpu", rows: [row({ value: 0.1 }, 0.43)] });
  expect(severity).toBe("mind");
  expect(reasons).toEqual([
    expect.stringMatching(/^Other programs took up to 43 % of the CPU while batch 4 was timed/),
  ]);
});

test("memory that was predicted a tenth too low is to be minded, a third too low is wrong", () => {
  const off = (factor: number) => {
    const { predicted, ...rest } = row(null);
    const { inUsePeakBytes: peak } = predicted;
    if (peak.kind !== "predicted") throw new Error(peak.why);
    return { ...rest, predicted: { ...predicted, inUsePeakBytes: { ...peak, value: peak.value * factor } } };
  };
  expect(verdictOf({ device: "cpu", rows: [off(0.95)] }).severity).toBe("good");
  expect(verdictOf({ device: "cpu", rows: [off(0.9)] }).severity).toBe("mind");
  expect(verdictOf({ device: "cpu", rows: [off(0.66)] }).severity).toBe("bad");
});
