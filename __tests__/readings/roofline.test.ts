import fc from "fast-check";
import { KERNEL_EFFICIENCIES } from "../../lib/catalogue/kernel-efficiencies";
import type { Kernel } from "../../lib/readings/kernels";
import {
  type CardRates,
  condensed,
  deviceSeconds,
  type KernelEfficiencies,
  kernelSeconds,
} from "../../lib/readings/roofline";

const RATES: CardRates = {
  productFlopsPerSecond: { float32: 1e12, float16: 10e12 },
  convolutionFp32FlopsPerSecond: 2e12,
  memoryBytesPerSecond: 1e12,
  multiprocessors: 10,
  cyclesPerSecond: 1e9,
};

/** Everything runs at the full rate, and starting costs nothing. */
const IDEAL: KernelEfficiencies = {
  bandwidth: 1,
  bytesPerCycle: {
    reorder: 50,
    reduction: 100,
    normalization: 100,
    normalization_grad: 100,
    batch_norm: 100,
    pooling: 100,
    attention: 100,
  },
  convolution: 0.5,
  attention: 0.25,
  unaligned: 0.5,
  secondsPerKernel: 0,
  secondsPerWave: 0,
  update: 0.5,
  halfTile: 1,
  quarterTile: 1,
};

const NOTHING: Kernel = {
  kind: "stream",
  phase: "forward",
  operation: "Add",
  count: 1,
  flops: 0,
  bytes: 0,
  precision: "float16",
  rows: 0,
  columns: 0,
  inner: 0,
};

describe("seconds of a kernel", () => {
  test("that only moves memory are its bytes over the bandwidth, or over what its multiprocessors ask for", () => {
    // 2e6 bytes at 1e12 bytes/s; in another order ten multiprocessors at 1e9 cycles ask for 50 bytes each: 0.5e12 a second.
    expect(kernelSeconds({ ...NOTHING, bytes: 2e6 }, RATES, IDEAL)).toBeCloseTo(2e-6, 12);
    expect(kernelSeconds({ ...NOTHING, kind: "reorder", bytes: 2e6 }, RATES, IDEAL)).toBeCloseTo(4e-6, 12);
  });

  test("that multiprocessors are too slow for do not gain from bandwidth, and gain from a quicker clock until memory is the limit", () => {
    const reorder: Kernel = { ...NOTHING, kind: "reorder", bytes: 2e6 };
    expect(kernelSeconds(reorder, { ...RATES, memoryBytesPerSecond: 4e12 }, IDEAL)).toBeCloseTo(4e-6, 12);
    expect(kernelSeconds(reorder, { ...RATES, cyclesPerSecond: 2e9 }, IDEAL)).toBeCloseTo(2e-6, 12);
    expect(kernelSeconds(reorder, { ...RATES, cyclesPerSecond: 8e9 }, IDEAL)).toBeCloseTo(2e-6, 12);
  });

  test("of a product are whole waves of tiles", () => {
    // 1280 × 128 is ten tiles of 128 × 128, one for each multiprocessor: 2·128·128·1000 FLOPs at 1e12 a second each.
    const product: Kernel = {
      ...NOTHING,
      kind: "product",
      flops: 2 * 1280 * 128 * 1000,
      rows: 1280,
      columns: 128,
      inner: 1000,
    };
    expect(kernelSeconds(product, RATES, IDEAL)).toBeCloseTo((2 * 128 * 128 * 1000) / 1e12, 12);
    // With tiles that are all as quick, one row more is as much as half a tile more.
    const wider: Kernel = { ...product, rows: 1281, flops: 2 * 1281 * 128 * 1000 };
    expect(kernelSeconds(wider, RATES, IDEAL)).toBeGreaterThan(kernelSeconds(product, RATES, IDEAL));
  });

  test("of fused attention grow with its tiles of 64 queries and keys", () => {
    // 50 queries and keys fill a tile of 64 × 64: (64/50)² of the FLOPs, at a quarter of 10e12 a second.
    const attention: Kernel = { ...NOTHING, kind: "attention", flops: 1e6, rows: 50, columns: 50, inner: 64 };
    expect(kernelSeconds(attention, RATES, IDEAL)).toBeCloseTo((1e6 * (64 / 50) ** 2) / 2.5e12, 15);
  });

  test("of unfused attention on rows that matrix units cannot load are at a fraction of the fp32 rate", () => {
    const attention: Kernel = {
      ...NOTHING,
      kind: "attention",
      flops: 1e6,
      rows: 50,
      columns: 50,
      inner: 64,
      isUnaligned: true,
    };
    expect(kernelSeconds(attention, RATES, IDEAL)).toBeCloseTo(1e6 / 0.5e12, 15);
  });

  test("are without end on a card that lacks the type", () => {
    const product: Kernel = {
      ...NOTHING,
      kind: "product",
      flops: 1,
      rows: 1,
      columns: 1,
      inner: 1,
      precision: "bfloat16",
    };
    expect(kernelSeconds(product, RATES, IDEAL)).toBe(Number.POSITIVE_INFINITY);
  });
});

test("a step's seconds are its kernels' by phase, and the optimizer's bytes over what it reaches", () => {
  const kernels: Kernel[] = [
    { ...NOTHING, bytes: 1e6, count: 3 },
    { ...NOTHING, bytes: 5e6, phase: "backward" },
  ];
  const seconds = deviceSeconds(kernels, { bytesMoved: 1e6, kernelCount: 4 }, RATES, IDEAL);
  expect(seconds.forward).toBeCloseTo(3e-6, 12);
  expect(seconds.backward).toBeCloseTo(5e-6, 12);
  expect(seconds.recompute).toBe(0);
  expect(seconds.optimizer).toBeCloseTo(2e-6, 12);
  expect(seconds.kernelCount).toBe(8);
});

const kernel: fc.Arbitrary<Kernel> = fc
  .record({
    kind: fc.constantFrom("product", "stream", "attention", "convolution", "batch_norm", "reorder"),
    rows: fc.integer({ min: 1, max: 4096 }),
    columns: fc.integer({ min: 1, max: 4096 }),
    inner: fc.integer({ min: 1, max: 4096 }),
    bytes: fc.integer({ min: 0, max: 1e9 }),
    isUnaligned: fc.boolean(),
  })
  .map(({ kind, rows, columns, inner, bytes, isUnaligned }) => ({
    ...NOTHING,
    kind,
    rows,
    columns,
    inner,
    bytes,
    isUnaligned,
    flops: kind === "stream" || kind === "batch_norm" || kind === "reorder" ? 0 : 2 * rows * columns * inner,
  }));

test("a card with higher rates, bandwidth and clock and as many multiprocessors is never slower", () => {
  fc.assert(
    fc.property(
      kernel,
      fc.double({ min: 1, max: 8, noNaN: true }),
      fc.double({ min: 1, max: 8, noNaN: true }),
      (one, f, b) => {
        const better: CardRates = {
          ...RATES,
          productFlopsPerSecond: { float32: f * 1e12, float16: f * 10e12 },
          convolutionFp32FlopsPerSecond: f * 2e12,
          memoryBytesPerSecond: b * 1e12,
          cyclesPerSecond: b * 1e9,
        };
        const [slow, quick] = [RATES, better].map((rates) => kernelSeconds(one, rates, KERNEL_EFFICIENCIES));
        expect(quick).toBeLessThanOrEqual(slow ?? 0);
      },
    ),
  );
});

test("a product of more rows never takes less time", () => {
  fc.assert(
    fc.property(kernel, fc.integer({ min: 1, max: 4096 }), (one, more) => {
      const product = (rows: number): Kernel => ({
        ...one,
        kind: "product",
        rows,
        flops: 2 * rows * one.columns * one.inner,
      });
      const [fewer, larger] = [one.rows, one.rows + more].map((rows) =>
        kernelSeconds(product(rows), RATES, KERNEL_EFFICIENCIES),
      );
      expect(larger).toBeGreaterThanOrEqual(fewer ?? 0);
    }),
  );
});

test("condensed kernels take the seconds of those they stand for", () => {
  const kernels = fc.array(
    fc.record({
      kind: fc.constantFrom("stream" as const, "reorder" as const, "product" as const),
      phase: fc.constantFrom("forward" as const, "backward" as const),
      bytes: fc.integer({ min: 0, max: 1e9 }),
      count: fc.integer({ min: 1, max: 50 }),
    }),
  );
  fc.assert(
    fc.property(kernels, (list) => {
      const all = list.map((some): Kernel => {
        const size = some.kind === "product" ? { flops: 2e9, rows: 1000, columns: 1000, inner: 1000, bytes: 0 } : {};
        return { ...NOTHING, ...some, ...size };
      });
      const update = { bytesMoved: 0, kernelCount: 0 };
      const whole = deviceSeconds(all, update, RATES, KERNEL_EFFICIENCIES);
      const short = deviceSeconds(condensed(all), update, RATES, KERNEL_EFFICIENCIES);
      expect(short.kernelCount).toBe(whole.kernelCount);
      expect(short.forward).toBeCloseTo(whole.forward, 12);
      expect(short.backward).toBeCloseTo(whole.backward, 12);
    }),
  );
});
