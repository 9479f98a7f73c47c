import { measuredRow, stoppedRow } from "@/__tests__/fixtures/validation";
import { FILE_HEAD, fileRows, gaps, shownQuantities } from "@/components/check/result-rows";
import { GIB } from "@/lib/units";

const ROWS = [measuredRow(1), measuredRow(2), stoppedRow(4, "not_run", "Batch 4 was not tried.")];

test("what is known of no batch size has no line in the table", () => {
  expect(shownQuantities(ROWS).map(({ key }) => key)).not.toContain("deviceBytes");
});

test("each reason is told once, and batch sizes that were not reached need none", () => {
  expect(gaps(ROWS)).toEqual([
    "Not predicted: the whole process (the runtime and its libraries are not modelled).",
    "Not measured: on the GPU (it ran on the CPU).",
    "Not predicted: one step (no device was calibrated).",
  ]);
});

test("a reason of one batch size names it", () => {
  const noisy = measuredRow(2);
  const measured = { ...noisy.measured, stepSeconds: { kind: "not_measured", why: "noise" } } as const;
  expect(gaps([measuredRow(1), { ...noisy, measured }])).toContain("Not measured: one step (noise), at batch 2.");
});

test("a batch size of which nothing was measured says why itself, and not once more for each quantity", () => {
  expect(gaps([stoppedRow(8, "out_of_memory", "It asked for more.")])).toEqual([]);
});

test("the file holds exact figures, and nothing where nothing is known", () => {
  const rows = fileRows([measuredRow(2)]);
  expect(rows.every((row) => row.length === FILE_HEAD.length)).toBe(true);
  expect(rows[0]).toEqual([2, "measured", "inUsePeakBytes", "bytes", 0.9 * 2 * GIB, 2 * GIB, "", "", 0.9 - 1]);
  expect(rows.at(-1)).toEqual([2, "measured", "stepSeconds", "seconds", "", 0.2, 0.18, 0.24, ""]);
});
