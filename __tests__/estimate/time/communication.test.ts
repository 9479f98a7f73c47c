import fc from "fast-check";
import { resolveGpu } from "@/lib/catalogue/gpus";
import { communication } from "@/lib/estimate/time/communication";
import { parsePlan } from "@/lib/plan/parse-plan";

const SHARDINGS = ["none", "zero1", "zero2", "zero3"] as const;

/** A100s reach 0.7 of 300 GB/s in each direction. */
const LINK = 0.7 * 300e9;
const once = { forward: 0.1, recompute: 0, backward: 0.2, optimizer: 0.01, kernelCount: 1000 };

function collectives(
  input: Readonly<Record<string, unknown>>,
  bytes = { trainedBytes: 4e9, weightBytes: 4e9 },
  seconds = once,
) {
  const parsed = parsePlan({ model: "ViT-B-32", strategy: { kind: "linear_probe" }, ...input });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const { plan, architecture, gpu } = parsed;
  return communication(plan, architecture, gpu, bytes, seconds);
}

test("one device exchanges nothing", () => {
  expect(collectives({ sharding: "zero3" })).toMatchObject({ seconds: 0, exposedSeconds: 0 });
});

test("each kind of sharding moves its own part of gradients and weights through a link", () => {
  // 4 GB × 3/4 a pass.
  const pass = (4e9 * 0.75) / LINK;
  const passes = SHARDINGS.map((sharding) => collectives({ deviceCount: 4, sharding }).seconds / pass);
  // Sums for all are two passes; gathered updates one more; scattered sums and weights one each, weights again for backward.
  expect(passes.map((count) => Number(count.toFixed(9)))).toEqual([2, 3, 2, 3]);
});

test("gradients and weights hide behind their passes, but for the last bucket; gathered updates behind nothing", () => {
  const pass = (4e9 * 0.75) / LINK;
  const bucket = (25 * 2 ** 20 * 0.75) / LINK;
  const exposed = (sharding: string) => collectives({ deviceCount: 4, sharding }).exposedSeconds;
  expect(exposed("none")).toBeCloseTo(2 * bucket, 12);
  expect(exposed("zero1")).toBeCloseTo(2 * bucket + pass, 12);
  expect(exposed("zero2")).toBeCloseTo(bucket, 12);
  expect(exposed("zero3")).toBeCloseTo(bucket, 12);
});

test("accumulated passes gather weights anew and reduce gradients once", () => {
  const of = (sharding: string, gradAccumulationSteps: number) =>
    collectives({ deviceCount: 4, sharding, gradAccumulationSteps }).seconds;
  const pass = (4e9 * 0.75) / LINK;
  expect(of("none", 4)).toBeCloseTo(of("none", 1), 12);
  expect(of("zero3", 4) - of("zero3", 1)).toBeCloseTo(3 * 2 * pass, 12);
});

test("nothing takes negative time, and no more is waited for than is exchanged", () => {
  const bytes = fc.double({ min: 0, max: 1e11, noNaN: true });
  const seconds = fc.double({ min: 0, max: 10, noNaN: true });
  fc.assert(
    fc.property(
      fc.constantFrom(...SHARDINGS),
      fc.integer({ min: 2, max: 64 }),
      bytes,
      bytes,
      seconds,
      (sharding, deviceCount, trainedBytes, weightBytes, backward) => {
        const answer = collectives({ deviceCount, sharding }, { trainedBytes, weightBytes }, { ...once, backward });
        expect(answer.exposedSeconds).toBeGreaterThanOrEqual(0);
        expect(answer.exposedSeconds).toBeLessThanOrEqual(answer.seconds * (1 + 1e-9));
      },
    ),
  );
});

test("cards without a link of their own talk over PCI Express, more than a machine holds over a network", () => {
  expect(resolveGpu("rtx-4090").ok).toBe(true);
  expect(collectives({ deviceCount: 4, gpu: "rtx-4090" }).note).toBe("over PCI Express");
  expect(collectives({ deviceCount: 16 }).note).toMatch(/^over a network/);
});
