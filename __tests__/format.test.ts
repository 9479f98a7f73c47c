import fc from "fast-check";
import {
  formatAccuracy,
  formatBytes,
  formatBytesChange,
  formatBytesNumber,
  formatCompactCount,
  formatCount,
  formatDevices,
  formatFigure,
  formatFineBytes,
  formatFlops,
  formatPercent,
  formatPoints,
  formatRoughFigure,
  formatRoughSeconds,
  formatSeconds,
  formatSecondsRange,
  formatShape,
  formatSignedPercent,
  formatUsd,
} from "../lib/format";
import { DAY_SECONDS, GIB, HOUR_SECONDS, MIB } from "../lib/units";

test.each([
  [17.31 * GIB, "GiB", "17.3 GiB"],
  [24 * GIB, "GB", "25.8 GB"],
  [24 * GIB, "MiB", "24,576 MiB"],
  [0, "GiB", "0.0 GiB"],
  [3 * MIB, "GiB", "0.0029 GiB"],
  [-7.9 * GIB, "GiB", "−7.9 GiB"],
] as const)("%p bytes in %s are %s", (bytes, unit, text) => {
  expect(formatBytes(bytes, unit)).toBe(text);
});

test("an amount that is not zero never reads as zero", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 50 }), fc.constantFrom("GiB", "GB", "MiB"), (bytes, unit) => {
      expect(formatBytesNumber(bytes, unit)).not.toMatch(/^0(\.0)?$/);
    }),
  );
});

test("a change carries its sign", () => {
  expect(formatBytesChange(1.2 * GIB, "GiB")).toBe("+1.2 GiB");
  expect(formatBytesChange(-7.9 * GIB, "GiB")).toBe("−7.9 GiB");
  expect(formatBytesChange(0, "GiB")).toBe("0.0 GiB");
});

test("counts are grouped, and large ones shortened to three digits", () => {
  expect(formatCount(151_277_313)).toBe("151,277,313");
  expect(formatCompactCount(151_277_313)).toBe("151 M");
  expect(formatCompactCount(2_539_567_361)).toBe("2.54 B");
  expect(formatCompactCount(950)).toBe("950");
});

test.each([
  [0.273, "27 %"],
  [0, "0 %"],
  [0.0042, "0.4 %"],
  [1, "100 %"],
  [-0.08, "−8 %"],
])("a fraction of %p is %s", (fraction, text) => {
  expect(formatPercent(fraction)).toBe(text);
});

test.each([
  [0, "0 s"],
  [2.5e-6, "2.5 µs"],
  [0.01237, "12.4 ms"],
  [4.321, "4.32 s"],
  [45, "45 s"],
  [59.7, "1 min"],
  [61, "1 min 1 s"],
  [3599.8, "1 h"],
  [3 * HOUR_SECONDS + 10 * 60, "3 h 10 min"],
  [30 * HOUR_SECONDS, "30 h"],
  [2 * DAY_SECONDS + 5 * HOUR_SECONDS, "2 d 5 h"],
  [-90, "−1 min 30 s"],
])("%p seconds are %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test("FLOPs say that they are FLOPs", () => {
  expect(formatFlops(14.78e9)).toBe("14.8 GFLOP");
  expect(formatFlops(1.324e12)).toBe("1.32 TFLOP");
  expect(formatFlops(123_456e12)).toBe("123,456 TFLOP");
});

test.each([
  [0.85, "85 %"],
  [0.7254, "72.5 %"],
  [1, "100 %"],
])("an accuracy of %p is %s", (fraction, text) => {
  expect(formatAccuracy(fraction)).toBe(text);
});

test("a difference of accuracies is in points", () => {
  expect([0.023, 0.01, -0.0146, 0].map(formatPoints)).toEqual(["2.3 points", "1 point", "−1.5 points", "0 points"]);
});

test("money reads to the cent, and less than a cent never as nothing", () => {
  expect([9832, 0.005, 0, 0.0016, -4.98].map(formatUsd)).toEqual(["$9,832.00", "$0.01", "$0.00", "$0.0016", "−$4.98"]);
});

test("shapes and devices read as people write them", () => {
  expect(formatShape([32, 50, 768])).toBe("[32, 50, 768]");
  expect(formatDevices(1, "NVIDIA L4")).toBe("NVIDIA L4");
  expect(formatDevices(2, "NVIDIA L4")).toBe("2 × NVIDIA L4");
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%p is never shown", (value) => {
  const formats = [
    formatCount,
    formatCompactCount,
    formatPercent,
    formatRoughFigure,
    formatRoughSeconds,
    formatSeconds,
    formatFlops,
    formatAccuracy,
    formatPoints,
  ];
  for (const format of [...formats, formatUsd]) {
    expect(() => format(value)).toThrow(RangeError);
  }
  expect(() => formatBytes(value, "GiB")).toThrow(RangeError);
});

test.each([
  [0.2, "200 ms (160–250 ms)"],
  [2, "2 s (1.6–2.5)"],
  [50, "50 s (40–63)"],
  [9 * 60, "9 min (7–11)"],
  [90 * 60, "90 min (72–113)"],
  [3.5 * HOUR_SECONDS, "3 h 30 min (2.8–4.4 h)"],
  [30 * HOUR_SECONDS, "30 h (24–38 h)"],
  [4 * DAY_SECONDS, "4 d (3.2–5.0 d)"],
])("%p s with a range of a fifth below and a quarter above are %s", (seconds, text) => {
  expect(formatSecondsRange({ low: 0.8 * seconds, likely: seconds, high: 1.25 * seconds })).toBe(text);
});

test.each([
  [0.12244, "0.122"],
  [23.65, "23.7"],
  [1276.9, "1,277"],
])("%p reads %s", (value, text) => {
  expect(formatFigure(value)).toBe(text);
});

test.each([
  [0.2669, "267 ms"],
  [92.4, "92 s"],
  [921, "15 min"],
  [11_400, "3 h 10 min"],
  [-720, "−12 min"],
])("%p s are roughly %s", (seconds, text) => {
  expect(formatRoughSeconds(seconds)).toBe(text);
});

test.each([
  [0.2107, "0.21"],
  [23.65, "24"],
  [1276.9, "1,277"],
])("%p is roughly %s", (value, text) => {
  expect(formatRoughFigure(value)).toBe(text);
});

test.each([
  [2.4 * GIB, "2.40 GiB"],
  [17.349 * GIB, "17.3 GiB"],
  [1500 * GIB, "1,500 GiB"],
  [0.00214 * GIB, "0.00214 GiB"],
  [0, "0 GiB"],
])("%p bytes beside other bytes read %s", (bytes, text) => {
  expect(formatFineBytes(bytes, "GiB")).toBe(text);
});

test.each([
  [0, "0.0 %"],
  [0.00001, "< 0.1 %"],
  [0.0123, "+1.2 %"],
  [-0.3, "−30.0 %"],
])("a prediction that is off by %p reads %s", (fraction, text) => {
  expect(formatSignedPercent(fraction)).toBe(text);
});
