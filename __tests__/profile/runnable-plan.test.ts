import { parsePlan } from "@/lib/plan/parse-plan";
import { defaultBatchSizes } from "@/lib/profile/request-limits";
import { judgeRunnable, matrixPrecision } from "@/lib/profile/runnable-plan";
import { DEVICES } from "@/lib/profile/validation";

function planOf(fields: object) {
  const parsed = parsePlan({ model: "ViT-B-32", ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.plan;
}

test("everything that keeps a plan from running is told at once, each with what to write instead", () => {
  const plan = planOf({
    precision: "bf16",
    optimizer: "adamw_8bit",
    deviceCount: 4,
    sharding: "zero2",
    gradAccumulationSteps: 8,
  });
  const judgement = judgeRunnable(plan, "cpu");
  if (judgement.ok) throw new Error("the plan should not run");
  expect(judgement.issues.map(({ path, suggestions }) => [path, suggestions])).toEqual([
    ["precision", ["fp32"]],
    ["optimizer", ["adamw"]],
    ["deviceCount", ["1"]],
    ["sharding", ["none"]],
    ["gradAccumulationSteps", ["1"]],
  ]);
  expect(judgement.issues.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('optimizer "adamw_8bit" cannot run'),
  );
});

test.each(DEVICES)("the nearest plan that is offered runs on %s", (device) => {
  for (const precision of ["fp32", "amp", "amp_bf16", "bf16"]) {
    for (const optimizer of ["adamw", "adamw_fused", "adamw_8bit", "sgd"]) {
      const plan = planOf({ precision, optimizer, deviceCount: 2, sharding: "zero1", gradAccumulationSteps: 2 });
      const judgement = judgeRunnable(plan, device);
      if (judgement.ok) throw new Error("two devices should not run");
      const nearest = { ...plan, ...judgement.changes };
      expect(judgeRunnable(nearest, device)).toEqual({ ok: true });
      expect(["fp32", "fp16"]).toContain(matrixPrecision(nearest));
    }
  }
});

test("mixed precision runs on CUDA alone, and fp32 everywhere", () => {
  expect(judgeRunnable(planOf({ precision: "amp" }), "cuda")).toEqual({ ok: true });
  expect(judgeRunnable(planOf({ precision: "amp" }), "cpu")).toMatchObject({
    ok: false,
    changes: { precision: "fp32" },
  });
  for (const device of DEVICES) expect(judgeRunnable(planOf({ precision: "fp32" }), device)).toEqual({ ok: true });
});

test("three batch sizes up to the plan's own are measured, on a CPU up to 8", () => {
  expect(defaultBatchSizes({ perDeviceBatchSize: 256 }, "cuda")).toEqual([64, 128, 256]);
  expect(defaultBatchSizes({ perDeviceBatchSize: 256 }, "cpu")).toEqual([2, 4, 8]);
  for (let size = 1; size <= 40; size++) {
    for (const device of DEVICES) {
      const sizes = defaultBatchSizes({ perDeviceBatchSize: size }, device);
      expect(sizes.length).toBeGreaterThanOrEqual(3);
      expect(sizes).toEqual([...new Set(sizes)].toSorted((a, b) => a - b));
    }
  }
});
