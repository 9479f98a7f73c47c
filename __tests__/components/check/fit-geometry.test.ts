import { fitFrame, linePath } from "@/components/check/fit-geometry";

const POINTS = [1, 2, 4].map((batchSize) => ({
  batchSize,
  measured: 100 + 50 * batchSize,
  low: null,
  high: batchSize === 4 ? 400 : null,
  predicted: 90,
}));

test("the frame holds every figure, spreads and predictions included, with room above and beside", () => {
  const { top, right } = fitFrame(POINTS);
  expect(top).toBeCloseTo(448);
  expect(right).toBeCloseTo(4.48);
});

test("the line passes where its equation says, from edge to edge", () => {
  const line = { kind: "fitted", intercept: 112, slope: 50, points: [] } as const;
  // At batch 0: 112 of 448 is a quarter from below; at 4.48: 336 of 448 is three quarters.
  expect(linePath(line, { top: 448, right: 4.48 })).toBe("M0 750.0L1000 250.0");
});

test("without a fit there is no line", () => {
  expect(linePath({ kind: "not_fitted", why: "two sizes" }, { top: 1, right: 1 })).toBeNull();
});
