import fc from "fast-check";
import { TODAY } from "@/__tests__/support/today";
import { GPUS } from "@/lib/catalogue/gpus";
import type { Estimate } from "@/lib/estimate/estimate";
import { estimatePlan } from "@/lib/estimate/plan";
import type { TimeEstimate } from "@/lib/estimate/time/time-estimate";
import { parsePlan } from "@/lib/plan/parse-plan";
import { HOUR_SECONDS } from "@/lib/units";

function answer(input: Readonly<Record<string, unknown>>): Estimate {
  const parsed = parsePlan({ model: "ViT-B-32", ...input });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return estimatePlan(parsed, { today: TODAY });
}

function timeOf(input: Readonly<Record<string, unknown>>): TimeEstimate {
  const { time, noTime } = answer(input);
  if (time === null) throw new Error(noTime?.reason);
  return time;
}

const sum = (parts: readonly { readonly seconds: number }[]) =>
  parts.reduce((total, { seconds }) => total + seconds, 0);

const plans = fc.record({
  model: fc.constantFrom("ViT-B-32", "RN50"),
  strategy: fc.constantFrom({ kind: "full" }, { kind: "lora", rank: 4 }, { kind: "linear_probe" }, { kind: "prompt" }),
  perDeviceBatchSize: fc.integer({ min: 1, max: 512 }),
  precision: fc.constantFrom("fp32", "amp", "amp_bf16"),
  deviceCount: fc.constantFrom(1, 4),
  gradAccumulationSteps: fc.constantFrom(1, 2),
  loaderWorkers: fc.constantFrom(1, 8, 64),
  gpu: fc.constantFrom("a100-sxm4-80gb", "rtx-4090", "h100-sxm5-80gb"),
});

test("the parts of a step and of a run sum to the whole, and every range holds its likely figure", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const time = timeOf(plan);
      expect(sum(time.stepParts)).toBeCloseTo(time.stepSeconds.likely, 9);
      expect(sum(time.runParts)).toBeCloseTo(time.totalSeconds.likely, 6);
      for (const range of [time.stepSeconds, time.totalSeconds, time.samplesPerSecond, time.gpuHours]) {
        expect(range.low).toBeLessThanOrEqual(range.likely);
        expect(range.likely).toBeLessThanOrEqual(range.high);
      }
      expect(time.gpuHours.likely).toBeCloseTo((time.totalSeconds.likely * plan.deviceCount) / HOUR_SECONDS, 9);
      expect(time.limitedBy).toBe(time.rates[0]?.id);
    }),
    { numRuns: 25 },
  );
});

test("a step never gets shorter as its batch grows", () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 64 }), (plan, more) => {
      const larger = { ...plan, perDeviceBatchSize: plan.perDeviceBatchSize + more };
      expect(timeOf(larger).stepSeconds.likely).toBeGreaterThanOrEqual(timeOf(plan).stepSeconds.likely * (1 - 1e-9));
    }),
    { numRuns: 25 },
  );
});

test("a card that is better in every rate is never slower", () => {
  const card = (factor: number) => ({
    name: "mine",
    memoryBytes: 2 ** 36,
    memoryBandwidthBytesPerSecond: 1e12 * factor,
    peakFlopsPerSecond: { fp32: 2e13 * factor, tf32: 8e13 * factor, fp16: 1.5e14 * factor, bf16: 1.5e14 * factor },
    computeCapability: "8.6",
  });
  fc.assert(
    fc.property(plans, fc.double({ min: 1, max: 8, noNaN: true }), (plan, factor) => {
      const slow = timeOf({ ...plan, gpu: card(1) }).stepSeconds.likely;
      expect(timeOf({ ...plan, gpu: card(factor) }).stepSeconds.likely).toBeLessThanOrEqual(slow * (1 + 1e-9));
    }),
    { numRuns: 25 },
  );
});

test("the loader that cannot keep up is named, with the workers that would do", () => {
  const time = timeOf({ perDeviceBatchSize: 256, loaderWorkers: 1, gpu: "h100-sxm5-80gb" });
  expect(time.limitedBy).toBe("loader");
  expect(time.limit).toMatch(/^The loader: 1 workers give \d+ samples\/s, .* workers would do\.$/);
  expect(time.stepParts.find(({ id }) => id === "waiting")?.note).toBe("the GPU waits for images");
});

test("bf16 on a card that only emulates it is refused with the way out, and its memory is answered all the same", () => {
  const { time, noTime, memory, noCost } = answer({ precision: "amp_bf16", gpu: "t4" });
  expect(time).toBeNull();
  expect(noTime).toMatchObject({ code: "bf16_emulated", instead: "amp", precisions: ["amp"] });
  expect(answer({ precision: "bf16", gpu: "t4" }).noTime?.precisions).toEqual(["fp32", "amp"]);
  expect(noCost).not.toBeNull();
  expect(memory.deviceBytes.likely).toBeGreaterThan(0);
});

test("a card of unknown rates has no time, and is told which figures are missing", () => {
  const { noTime } = answer({ gpu: { name: "mine", memoryBytes: 2 ** 34 } });
  expect(noTime?.code).toBe("no_rates");
  expect(noTime?.reason).toMatch(/bandwidth/);
  expect(noTime?.instead).toMatch(/memoryBandwidthBytesPerSecond/);
});

test("each link of the chain says whether its rate rests on measurements", () => {
  const { rates } = timeOf({ gpu: "h100-sxm5-80gb", deviceCount: 8 });
  const assumed = rates.filter(({ status }) => status === "assumed").map(({ id }) => id);
  expect(assumed.sort()).toEqual(["communication", "host"]);
  expect(rates.every(({ status }) => status !== undefined)).toBe(true);
});

test("a card that does not run CUDA is refused for that, whatever its precision", () => {
  expect(answer({ precision: "bf16", gpu: "apple-m2" }).noTime?.code).toBe("not_cuda");
});

test("every CUDA card of the catalogue has a time in fp32 and amp, or says why not", () => {
  for (const { id, runtime } of GPUS) {
    if (id === null) continue;
    for (const precision of ["fp32", "amp"]) {
      const { time, noTime } = answer({ gpu: id, precision });
      if (runtime !== "cuda") expect(noTime?.code).toBe("not_cuda");
      else if (time === null) expect(noTime?.reason).toMatch(/not given/);
      else expect(time.totalSeconds.likely).toBeGreaterThan(0);
    }
  }
});
