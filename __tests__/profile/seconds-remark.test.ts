import { othersShare, remarkOnSeconds } from "@/lib/profile/seconds-remark";

const MEASURED = { kind: "measured", median: 1, low: 1, high: 1, runs: [] } as const;

test("other programs on the GPU are named", () => {
  const users = [{ pid: 7, name: "python3", usedBytes: null }];
  const seconds = { kind: "measured", median: 1, low: 1, high: 1, runs: [] } as const;
  expect(remarkOnSeconds(seconds, 0, users)).toBe("Others used the GPU meanwhile: python3 (7).");
});

test("the share of others is weighed by the seconds of the runs: (1·0.1 + 3·0.5)/4", () => {
  const runs = [
    { runSeconds: [1], othersFractions: [0.1] },
    { runSeconds: [3], othersFractions: [0.5] },
  ];
  expect(othersShare(runs)).toBeCloseTo(0.4);
});

test("runs of less than a second say nothing of others", () => {
  expect(othersShare([{ runSeconds: [0.001, 0.002], othersFractions: [5, 0] }])).toBeNull();
});

test("seconds measured in peace need no remark, others do", () => {
  expect(remarkOnSeconds(MEASURED, 0.02)).toBeNull();
  expect(remarkOnSeconds(MEASURED, null)).toBeNull();
  expect(remarkOnSeconds(MEASURED, 0.35)).toBe("Other programs took 35 % of the CPU while it was timed.");
  expect(remarkOnSeconds({ kind: "not_measured", why: "no run was timed" }, null)).toBe(
    "Seconds are not known: no run was timed.",
  );
});
