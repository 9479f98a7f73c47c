import { ROWS, rowFixture } from "@/__tests__/fixtures/recommendation";
import { frontPath, nearestPoint, paretoOf, placeLabels } from "@/components/gpus/pareto-geometry";
import { chooseAmong } from "@/lib/estimate/choose-among";

function pareto(rows = ROWS) {
  const found = paretoOf(chooseAmong(rows, "cheapest", {}).rows);
  if (found === null) throw new Error("nothing to draw");
  return found;
}

test("only what fits and has both figures is drawn, quickest first, inside the chart", () => {
  const { points } = pareto();
  expect(points.map(({ row }) => row.gpuId)).toEqual(["h100-sxm5-80gb", "h100-sxm5-80gb", "rtx-3090"]);
  for (const { x, y } of points) {
    expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
    expect(Math.max(x, y)).toBeLessThanOrEqual(1);
  }
});

test("along the front, less money always means more time", () => {
  const { front } = pareto();
  expect(front.length).toBeGreaterThan(1);
  front.slice(1).forEach((point, index) => {
    expect(point.seconds).toBeGreaterThan(front[index]?.seconds ?? Number.POSITIVE_INFINITY);
    expect(point.usd).toBeLessThan(front[index]?.usd ?? 0);
  });
  expect(frontPath(front)).toMatch(/^M[\d. L-]+$/);
});

test("one point alone stands in the middle, and nothing at all is no chart", () => {
  const [only] = pareto([rowFixture({ id: "a", name: "A" })]).points;
  expect(only?.x).toBeCloseTo(0.5);
  expect(only?.y).toBeCloseTo(0.5);
  expect(paretoOf([rowFixture({ id: "a", name: "A", usdPerHour: null })])).toBeNull();
});

test("the nearest point to a point is itself", () => {
  const { points } = pareto();
  expect(points.map(({ x, y }) => nearestPoint(points, x, y, 2))).toEqual([...points.keys()]);
});

test("labels never lie over one another, and both ends are named first", () => {
  const { front } = pareto();
  expect(placeLabels(front, () => 0.9, 0.04).map(({ point }) => point)).toEqual([front[0], front.at(-1)]);
  expect(placeLabels(front, () => 0.1, 0.01)).toHaveLength(front.length);
});
