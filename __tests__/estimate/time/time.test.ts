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
      // What feeds the step sets the pace only where the step waits for it.
      const waits = time.stepParts.some(({ note }) => note === "the GPU waits for images");
      const feeds = ["loader", "storage"];
      const slowest = time.rates.find(({ id }) => feeds.includes(id) === waits);
      expect(time.limitedBy).toBe(slowest?.id);
      for (const { samplesPerSecond } of time.rates)
        expect(time.samplesPerSecond.likely).toBeLessThanOrEqual(samplesPerSecond * (1 + 1e-9));
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
  expect(time.limit).toMatch(/^The loader: 1 worker gives \d+ samples\/s, .* \d+ workers would do\.$/);
  expect(time.stepParts.find(({ id }) => id === "waiting")?.note).toBe("the GPU waits for images");
});

test("the workers that would do are enough, and one fewer is not", () => {
  const plan = { perDeviceBatchSize: 256, gpu: "h100-sxm5-80gb" };
  const needed = Number(/(\d+) workers would do/.exec(timeOf({ ...plan, loaderWorkers: 2 }).limit)?.[1]);
  expect(timeOf({ ...plan, loaderWorkers: needed }).limitedBy).not.toBe("loader");
  expect(timeOf({ ...plan, loaderWorkers: needed - 1 }).limitedBy).toBe("loader");
});

test("without workers images are loaded between steps, not behind them", () => {
  const [none, one, many] = [0, 1, 64].map((loaderWorkers) => timeOf({ loaderWorkers }).stepSeconds.likely);
  // ViT-B/32 at 224 pixels, 115 kB: 0.057 µs × 115,000 + 0.035 µs × 224² = 8.311 ms an image.
  expect(one).toBeCloseTo(32 * 8.31116e-3, 6);
  expect(none).toBeCloseTo((one ?? 0) + (many ?? 0), 9);
});

test("a storage that hands over files too slowly is named, with the rate that would do", () => {
  const plan = { perDeviceBatchSize: 256, loaderWorkers: 64, gpu: "h100-sxm5-80gb" };
  // 11.5 MB/s ÷ 115 kB.
  const slow = timeOf({ ...plan, storageBytesPerSecond: 11.5e6 });
  expect(slow.limitedBy).toBe("storage");
  expect(slow.samplesPerSecond.likely).toBeCloseTo(100, 6);
  const enough = Number(/: ([\d.,]+) MB\/s would do/.exec(slow.limit)?.[1]?.replace(",", ""));
  expect(timeOf({ ...plan, storageBytesPerSecond: enough * 1.01e6 }).limitedBy).not.toBe("storage");
});

test("cards that wait for each other longer than they compute are told so, and their range knows the links", () => {
  const plan = { model: "ViT-bigG-14", perDeviceBatchSize: 4, gpu: "rtx-4090", deviceCount: 8, precision: "amp_bf16" };
  const time = timeOf({ ...plan, sharding: "zero3", loaderWorkers: 16 });
  expect(time.limitedBy).toBe("communication");
  expect(time.limit).toMatch(/^The GPUs exchange gradients and weights for /);
  const exposed = time.stepParts.find(({ id }) => id === "communication")?.seconds ?? 0;
  // Links may be 0.9 / 0.7 as fast as likely, or 0.4 / 0.7.
  expect(time.stepSeconds.low).toBeLessThan(time.stepSeconds.likely - (1 - 0.7 / 0.9) * exposed);
  expect(time.stepSeconds.high).toBeGreaterThan(time.stepSeconds.likely + (0.7 / 0.4 - 1) * exposed);
});

test("a run of so many samples has the steps that see them, the last epoch cut short", () => {
  const plan = { trainSampleCount: 1000, perDeviceBatchSize: 100, validationSampleCount: 0, loaderWorkers: 64 };
  const time = timeOf({ ...plan, samplesSeen: 2450 });
  const training = time.runParts.find(({ id }) => id === "training");
  expect(training?.note).toBe("25 steps of 100 samples, in 3 epochs");
  expect(training?.seconds).toBeCloseTo(25 * time.stepSeconds.likely, 9);
  const whole = timeOf({ ...plan, epochs: 3 });
  expect(timeOf({ ...plan, samplesSeen: 3000 }).totalSeconds).toEqual(whole.totalSeconds);
});

test("a run starts with the program, the weights and the first batch of each epoch", () => {
  const start = (input: Readonly<Record<string, unknown>>) =>
    timeOf({ validationSampleCount: 0, ...input }).runParts.find(({ id }) => id === "start")?.seconds ?? 0;
  // 5 s, 151,277,313 weights of 4 bytes at 1 GB/s, and 32 images of 8.311 ms by one worker, ten times.
  const weights = (151_277_313 * 4) / 1e9;
  expect(start({ loaderWorkers: 64 })).toBeCloseTo(5 + weights + 10 * 32 * 8.31116e-3, 6);
  // Where the loader sets the pace, its workers are ahead with the batches after the first.
  expect(start({ loaderWorkers: 1, trainSampleCount: 1_000_000 })).toBeCloseTo(5 + weights, 6);
});

test("a checkpoint holds what a run changes: all weights beside all devices' state, or what is small beside frozen towers", () => {
  const bytes = (input: Readonly<Record<string, unknown>>) =>
    (timeOf({ epochs: 1, ...input }).runParts.find(({ id }) => id === "checkpoints")?.seconds ?? 0) * 1e9;
  const full = bytes({});
  // Weights and two moments of each, 4 bytes.
  expect(full / (12 * 151_277_313)).toBeCloseTo(1, 3);
  expect(bytes({ deviceCount: 8, sharding: "zero1" }) / full).toBeCloseTo(1, 3);
  // A head of 512 × 100 weights and 100 biases.
  expect(bytes({ strategy: { kind: "linear_probe" } }) / (12 * 51_300)).toBeCloseTo(1, 1);
});

test("open_clip's program validates on one GPU, another script on all", () => {
  const passes = (input: Readonly<Record<string, unknown>>) =>
    timeOf({ deviceCount: 4, validationSampleCount: 1280, ...input }).runParts.find(({ id }) => id === "validation")
      ?.note;
  expect(passes({})).toBe("40 forward passes after each epoch, on one GPU, as open_clip does");
  expect(passes({ implementation: "transformers" })).toBe("10 forward passes after each epoch");
});

test("accumulation is told to be another thing in open_clip's program, and kept features another in a linear probe", () => {
  const codes = (input: Readonly<Record<string, unknown>>) => answer(input).caveats.map(({ code }) => code);
  expect(codes({ gradAccumulationSteps: 4 })).toContain("accum_freq");
  expect(codes({ gradAccumulationSteps: 4, implementation: "transformers" })).not.toContain("accum_freq");
  expect(codes({ strategy: { kind: "linear_probe" } })).toContain("features_not_kept");
  expect(codes({ strategy: { kind: "linear_probe" }, epochs: 1 })).not.toContain("features_not_kept");
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
  expect(assumed.sort()).toEqual(["communication", "host", "storage"]);
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
