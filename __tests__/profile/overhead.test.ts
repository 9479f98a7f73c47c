import { overheadOf, withOverhead } from "@/lib/profile/overhead";
import type { ValidationRow } from "@/lib/profile/validation";
import { unreachedRow } from "@/lib/profile/validation-row";
import { MIB } from "@/lib/units";

function row(resident: number | null, device: number | null): ValidationRow {
  const of = (bytes: number | null) =>
    bytes === null
      ? ({ kind: "not_measured", why: "" } as const)
      : ({ kind: "measured", value: 1000 * MIB + bytes } as const);
  const unreached = unreachedRow(1, "");
  const measured = {
    ...unreached.measured,
    arenaBytes: of(0),
    residentPeakBytes: of(resident),
    deviceBytes: of(device),
  };
  return { ...unreached, measured };
}

test("on a CPU it is what the process holds beside the arena, on a card what its driver counts", () => {
  const rows = [row(200 * MIB, 600 * MIB), row(300 * MIB, null)];
  expect(overheadOf(rows, "cpu")).toMatchObject({ low: 200 * MIB, median: 250 * MIB, high: 300 * MIB });
  expect(overheadOf(rows, "cuda")).toMatchObject({ median: 600 * MIB, measurementCount: 1 });
  expect(overheadOf([row(null, null)], "cpu")).toBeNull();
});

test("it is added to the arena of a later step, in a range that narrows with measurements that agree", () => {
  const width = (count: number) => {
    const overhead = overheadOf(
      Array.from({ length: count }, () => row(200 * MIB, null)),
      "cpu",
    );
    if (overhead === null) throw new Error("there are measurements");
    const predicted = withOverhead(500 * MIB, overhead);
    if (predicted.kind !== "predicted") throw new Error(predicted.why);
    expect(predicted.value).toBe(700 * MIB);
    const { low = 0, high = 0 } = predicted;
    expect(low).toBeGreaterThan(500 * MIB);
    return high - low;
  };
  expect(width(9)).toBeLessThan(width(3));
  expect(width(3)).toBeLessThan(width(1));
});
