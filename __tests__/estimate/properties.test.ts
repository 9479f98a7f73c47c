import fc from "fast-check";
import { TODAY } from "@/__tests__/support/today";
import { BatchReading } from "@/lib/estimate/batch-sizes";
import { cardOf, planStep } from "@/lib/estimate/lowering";
import { estimatePlan } from "@/lib/estimate/plan";
import { type ParsedPlan, parsePlan } from "@/lib/plan/parse-plan";

type Input = Readonly<Record<string, unknown>>;

function parsed(input: Input): ParsedPlan {
  const plan = parsePlan({ gpu: "a100-sxm4-80gb", ...input });
  if (!plan.ok) throw new Error(plan.issues.map(({ path, message }) => `${path}: ${message}`).join("; "));
  return plan;
}

/** Bytes asked for at the peak. The allocator adds what it cannot split off, which may fall as requests grow. */
function requestedPeak(input: Input): number {
  const plan = parsed(input);
  return new BatchReading(planStep(plan, cardOf(plan.gpu)).lowered).peakBytes(plan.plan.perDeviceBatchSize);
}

const MODELS = ["ViT-B-32", "ViT-S-16", "RN50", "ViT-B-16-SigLIP", "ViT-B-32-quickgelu"] as const;
const PRECISIONS = ["fp32", "amp", "amp_bf16", "bf16"] as const;
const STRATEGIES = [
  { kind: "full" },
  { kind: "linear_probe" },
  { kind: "partial", unlockedBlocks: 2 },
  { kind: "lora", rank: 4, targets: ["q_proj", "v_proj"] },
  { kind: "prompt", contextTokens: 8 },
] as const;

const anyPlan = fc.record({
  model: fc.constantFrom(...MODELS),
  strategy: fc.constantFrom(...STRATEGIES),
  precision: fc.constantFrom(...PRECISIONS),
  optimizer: fc.constantFrom("adamw", "adamw_fused", "adamw_8bit", "sgd"),
  gradCheckpointing: fc.boolean(),
  perDeviceBatchSize: fc.integer({ min: 1, max: 300 }),
  deviceCount: fc.constantFrom(1, 4),
  gradAccumulationSteps: fc.constantFrom(1, 2),
});

const RUNS = { numRuns: 40 } as const;

test("memory never shrinks with the batch", () => {
  fc.assert(
    fc.property(anyPlan, fc.integer({ min: 1, max: 64 }), (plan, more) => {
      const larger = { ...plan, perDeviceBatchSize: plan.perDeviceBatchSize + more };
      return requestedPeak(larger) >= requestedPeak(plan);
    }),
    RUNS,
  );
});

test("the allocator reserves what is asked for and little more, at any batch size that is accepted", () => {
  fc.assert(
    fc.property(anyPlan, fc.integer({ min: 300, max: 2 ** 20 }), (plan, perDeviceBatchSize) => {
      const input = { ...plan, deviceCount: 1, perDeviceBatchSize };
      const { reservedPeakBytes } = estimatePlan(parsed(input), { today: TODAY }).memory;
      const ratio = reservedPeakBytes.likely / requestedPeak(input);
      return ratio >= 1 && ratio < 2;
    }),
    RUNS,
  );
});

test("memory never shrinks with the rank of LoRA", () => {
  // Except under 8-bit AdamW, below.
  const anyOther = anyPlan.filter(({ optimizer }) => optimizer !== "adamw_8bit");
  fc.assert(
    fc.property(anyOther, fc.integer({ min: 1, max: 32 }), fc.integer({ min: 1, max: 32 }), (plan, rank, more) => {
      return requestedPeak(withRank(plan, rank + more)) >= requestedPeak(withRank(plan, rank));
    }),
    RUNS,
  );
});

test("8-bit AdamW keeps fp32 state for adapters below 4096 values, so rank 6 at width 768 takes less than rank 5", () => {
  const plan = { model: "ViT-B-32", precision: "fp32", optimizer: "adamw_8bit", perDeviceBatchSize: 1 };
  const stateBytes = (rank: number) =>
    estimatePlan(parsed(withRank(plan, rank)), { today: TODAY }).memory.atPeak.find(({ id }) => id === "optimizer")
      ?.bytes ?? 0;
  expect(stateBytes(6)).toBeLessThan(stateBytes(5));
  expect(stateBytes(32)).toBeGreaterThan(stateBytes(6));
});

function withRank(plan: Input, rank: number): Input {
  return { ...plan, strategy: { kind: "lora", rank, targets: ["q_proj", "v_proj"] } };
}

test("memory never shrinks with the blocks that are unlocked", () => {
  fc.assert(
    fc.property(anyPlan, fc.integer({ min: 1, max: 11 }), (plan, unlockedBlocks) => {
      const unlocked = (blocks: number) => ({ ...plan, strategy: { kind: "partial", unlockedBlocks: blocks } });
      return requestedPeak(unlocked(unlockedBlocks + 1)) >= requestedPeak(unlocked(unlockedBlocks));
    }),
    RUNS,
  );
});

test("memory never shrinks with the resolution", () => {
  fc.assert(
    fc.property(anyPlan, fc.integer({ min: 4, max: 9 }), (plan, side) => {
      const sized = (imageSize: number) => ({ ...plan, imageSize });
      return requestedPeak(sized(32 * (side + 1))) >= requestedPeak(sized(32 * side));
    }),
    RUNS,
  );
});

test("freezing never adds memory", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const full = requestedPeak({ ...plan, strategy: { kind: "full" } });
      const frozen = [{ kind: "partial", unlockedBlocks: 2 }, { kind: "linear_probe" }] as const;
      return frozen.every((strategy) => requestedPeak({ ...plan, strategy }) <= full);
    }),
    RUNS,
  );
});

test("categories sum to the total at every instant, and to the peak at the peak", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const { memory } = estimatePlan(parsed(plan), { today: TODAY, timeline: "whole" });
      const columns = Object.values(memory.timeline.bytes);
      const totals = memory.timeline.event.map((_, i) => columns.reduce((sum, column) => sum + (column[i] ?? 0), 0));
      const atPeak = memory.atPeak.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(columns.flat().every((bytes) => bytes >= 0)).toBe(true);
      expect(Math.max(...totals)).toBe(totals[memory.timeline.peak]);
      expect(atPeak).toBe(totals[memory.timeline.peak]);
      // The first step finds other free blocks than the ones that follow, and can be a little higher.
      expect(memory.allocatedPeakBytes.likely).toBeGreaterThanOrEqual(atPeak);
      expect(memory.allocatedPeakBytes.likely).toBeLessThan(1.02 * atPeak);
    }),
    RUNS,
  );
});

test("a sampled timeline has the same peak as the whole one", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const peakOf = (timeline: "sampled" | "whole") => {
        const { bytes, peak } = estimatePlan(parsed(plan), { today: TODAY, timeline }).memory.timeline;
        return Object.values(bytes).reduce((sum, column) => sum + (column[peak] ?? 0), 0);
      };
      return peakOf("sampled") === peakOf("whole");
    }),
    RUNS,
  );
});

test("every figure is a finite number", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const text = JSON.stringify(estimatePlan(parsed(plan), { today: TODAY }), (_, value: unknown) =>
        typeof value === "number" && !Number.isFinite(value) ? "not finite" : value,
      );
      return !text.includes("not finite");
    }),
    RUNS,
  );
});

test("what fits is what the largest batch says", () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const { memory } = estimatePlan(parsed(plan), { today: TODAY });
      return (memory.verdict === "fits") === memory.largestBatch.batchSize >= plan.perDeviceBatchSize;
    }),
    RUNS,
  );
});
