import { measuredRow, stoppedRow, validationFixture } from "@/__tests__/fixtures/validation";
import {
  batchesText,
  headline,
  issueText,
  offText,
  providersText,
  rowWords,
  standingOf,
} from "@/components/check/words";
import type { Validation } from "@/lib/profile/validation";

const said = (changes: Partial<Validation>) => headline(validationFixture(changes), "GiB");

test("a result says the largest batch: measured, predicted, off by, and the seconds with their spread", () => {
  // 0.9 × 4 GiB of 4 GiB.
  expect(said({})).toEqual({
    // More than memory is ever off.
    tone: "tight",
    title:
      "Measured 4.00 GiB where 3.60 GiB was predicted at batch 4: 10.0 % too little; a step takes 400 ms (360–480 ms).",
    measured: null,
  });
});

test("seconds that were predicted stand beside those that were measured", () => {
  const row = measuredRow(4);
  const predicted = { ...row.predicted, stepSeconds: { kind: "predicted", value: 0.44 } } as const;
  expect(said({ rows: [{ ...row, predicted }] }).title).toContain(
    "a step takes 400 ms (360–480 ms), predicted 440 ms: 10.0 % too much.",
  );
});

test("memory that ran out is a result: at which batch, and what was measured before", () => {
  const rows = [
    measuredRow(1),
    stoppedRow(2, "out_of_memory", "It asked for more."),
    stoppedRow(4, "not_run", "Later."),
  ];
  expect(said({ rows })).toMatchObject({
    tone: "tight",
    title: "Memory ran out at batch 2.",
    measured: expect.stringContaining("Measured 1.00 GiB where 0.900 GiB was predicted at batch 1"),
  });
});

test("what would not fit was not started", () => {
  expect(said({ rows: [stoppedRow(4, "would_not_fit", "Too large.")] })).toEqual({
    tone: "tight",
    title: "Batch 4 was not started: by prediction it would not fit. Nothing was measured.",
    measured: null,
  });
});

test.each([
  [
    { kind: "failed", reason: "Batch 4: The time limit was reached." },
    stoppedRow(4, "timed_out", "The time limit was reached."),
    "The time limit of 1 min was reached at batch 4. Nothing was measured.",
  ],
  [
    { kind: "failed", reason: "Batch 4: A library is missing." },
    stoppedRow(4, "failed", "A library is missing."),
    "Batch 4 failed. Nothing was measured.",
  ],
  [
    { kind: "cancelled", reason: "It was cancelled before it ran." },
    stoppedRow(4, "not_run", "It has not been reached."),
    "It was cancelled before it ran. Nothing was measured.",
  ],
  [
    { kind: "interrupted", reason: "The server that ran it ended before it was done." },
    stoppedRow(4, "not_run", "It has not been reached."),
    "It did not end: the server that ran it ended before it was done. Nothing was measured.",
  ],
] as const)("%o is said in words", (state, row, title) => {
  expect(said({ state, rows: [row] }).title).toBe(title);
});

test("what a program says without a full stop gets one before more is said", () => {
  const state = { kind: "failed", reason: "It could not be run: Error: ENOSPC" } as const;
  expect(said({ state, rows: [stoppedRow(4, "not_run", "It has not been reached.")] }).title).toBe(
    "It could not be run: Error: ENOSPC. Nothing was measured.",
  );
});

test("what ended before every batch size was measured does not stand as simply done", () => {
  expect([standingOf({ kind: "done" }, true), standingOf({ kind: "done" }, false)]).toEqual(["done", "cut_short"]);
  expect(standingOf({ kind: "failed", reason: "" }, false)).toBe("failed");
});

test("while it runs a batch size that was not reached is still to come, and afterwards it was not reached", () => {
  const progress = { doneCount: 1, partCount: 6, doing: "batch 2: one step, timed", batchSize: 2 };
  const state = { kind: "running", progress } as const;
  const row = (batchSize: number) => ({ batchSize, outcome: "not_run" }) as const;
  expect([2, 4].map((batchSize) => rowWords(row(batchSize), state).text)).toEqual(["running now", "still to come"]);
  expect(rowWords(row(4), { kind: "done" })).toEqual({ text: "not reached", isNotable: true });
});

test("seconds that were not measured are not left out in silence", () => {
  const row = measuredRow(1);
  const measured = { ...row.measured, stepSeconds: { kind: "not_measured", why: "noise" } } as const;
  expect(said({ rows: [{ ...row, measured }] }).title).toMatch(/; the seconds of a step were not measured\.$/);
});

test.each([
  [0, "0.0 % off"],
  [0.0001, "< 0.1 % off"],
  [0.012, "1.2 % too much"],
  [-0.3, "30.0 % too little"],
])("an error of %p reads %s", (error, text) => {
  expect(offText(error)).toBe(text);
});

test("kernels that ran elsewhere are counted by where they ran", () => {
  expect(providersText({ CUDAExecutionProvider: 1200 })).toBe("all 1,200 kernels ran on the GPU (CUDA)");
  expect(providersText({ CUDAExecutionProvider: 3, CPUExecutionProvider: 1 })).toBe(
    "3 kernels ran on the GPU (CUDA) and 1 kernels ran on the CPU",
  );
  expect(providersText({})).toBeNull();
});

test("beside its label a value's issue does without the name that programs use", () => {
  expect(issueText({ path: "repeats", message: "repeats 0 must be 1 or more" })).toBe("0 must be 1 or more");
});

test("batches are listed as people do", () => {
  expect([[8], [1, 2], [1, 2, 4096]].map(batchesText)).toEqual([
    "batch 8",
    "batches 1 and 2",
    "batches 1, 2 and 4,096",
  ]);
});
