import { calibrate } from "@/lib/profile/calibrate";
import { countedLoad, keptLoad, loadCounting } from "@/lib/profile/load-counting";
import { stepLoadOf } from "@/lib/profile/predict-seconds";
import { STEP_COUNTS } from "@/lib/profile/request-limits";
import { expectedModel } from "@/lib/profile/step-model";
import { BATCHES, CPU, graph, small, validationOn } from "../support/measured-devices";

function counted(batchSize: number) {
  const models = STEP_COUNTS.map((stepCount) =>
    expectedModel(graph, small.plan, { batchSize, stepCount, device: "cpu", threadCount: 2 }),
  );
  return countedLoad(
    models.map(({ load }) => load),
    "cpu",
  );
}

test("the models that run give the load that models written for it give", () => {
  for (const batchSize of BATCHES) {
    const { flops, bytes, nodes } = counted(batchSize);
    const own = stepLoadOf(graph, { batchSize, precision: "fp32", device: "cpu" });
    expect(flops / own.flops).toBeCloseTo(1, 12);
    expect(bytes / own.bytes).toBeCloseTo(1, 12);
    expect(nodes).toBe(own.nodes);
  }
});

test("a load is used as it was kept only where it was counted as today", () => {
  const load = counted(2);
  expect(load.countedBy).toBe(loadCounting("cpu"));
  expect(keptLoad(load, "cpu")).toEqual(load);
  expect(keptLoad({ ...load, countedBy: "another day" }, "cpu")).toBeNull();
  expect(keptLoad(load, "cuda")).toBeNull();
  expect(keptLoad(undefined, "cpu")).toBeNull();
});

test("measurements with their loads kept calibrate as those do whose loads are counted again", () => {
  const plain = validationOn(CPU, [2, 3]);
  const kept = { ...plain, rows: plain.rows.map((row) => ({ ...row, load: counted(row.batchSize) })) };
  const stale = {
    ...kept,
    rows: kept.rows.map((row) => ({ ...row, load: { ...row.load, flops: 1, countedBy: "old" } })),
  };
  const [a, b, c] = [plain, kept, stale].map((validation) => calibrate([validation], CPU, "fp32"));
  if (a?.kind !== "calibrated" || b?.kind !== "calibrated") throw new Error("both calibrate");
  expect(c).toEqual(a);
  expect(b.calibration.rates.flopsPerSecond.after / a.calibration.rates.flopsPerSecond.after).toBeCloseTo(1, 9);
});
