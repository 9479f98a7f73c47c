import { GPUS, type GpuSpec, resolveGpu } from "../../lib/catalogue/gpus";
import { SOURCES } from "../../lib/catalogue/sources";
import { GB, GIB, MIB, TFLOP } from "../../lib/units";

function gpuNamed(name: string): GpuSpec {
  const resolution = resolveGpu(name);
  if (!resolution.ok) throw new Error(`${name} is not known`);
  return resolution.gpu;
}

describe("the catalogue", () => {
  test("has 104 devices, each with an id of its own", () => {
    expect(GPUS).toHaveLength(104);
    expect(new Set(GPUS.map((gpu) => gpu.id)).size).toBe(104);
  });

  test("marks the thirteen of the source chapter with the memory it gives them", () => {
    const chapter = GPUS.filter((gpu) => gpu.inChapter).map((gpu) => [gpu.chapterName, gpu.memoryBytes / GIB]);
    expect(Object.fromEntries(chapter)).toEqual({
      "RTX 3060": 12,
      "RTX 3070": 8,
      "RTX 3080": 10,
      "RTX 3090": 24,
      "RTX 4070": 12,
      "RTX 4080": 16,
      "RTX 4090": 24,
      A10: 24,
      A40: 48,
      "A100-40GB": 40,
      "A100-80GB": 80,
      V100: 32,
      T4: 16,
    });
  });

  test.each(GPUS)("$id gives a process most of its memory, and never more than it has", (gpu) => {
    expect(gpu.usableBytes).toBeLessThan(gpu.memoryBytes);
    // Metal's default working set is three quarters; error correction takes up to a tenth elsewhere.
    expect(gpu.usableBytes / gpu.memoryBytes).toBeGreaterThan(gpu.runtime === "mps" ? 0.74 : 0.9);
    if (gpu.driverBytes !== undefined) expect(gpu.usableBytes).toBeLessThanOrEqual(gpu.driverBytes);
    expect(gpu.usableBasis).not.toBe("");
  });

  test.each(GPUS)("$id has finite rates, and none for a precision it lacks", (gpu) => {
    for (const rate of Object.values(gpu.peakFlopsPerSecond)) expect(rate).toBeGreaterThan(TFLOP);
    expect(Object.keys(gpu.peakFlopsPerSecond).length).toBeGreaterThan(0);
    if (!gpu.bf16) expect(gpu.peakFlopsPerSecond.bf16).toBeUndefined();
    if (gpu.runtime === "cuda" && !gpu.tf32) expect(gpu.peakFlopsPerSecond.tf32).toBeUndefined();
    expect(gpu.memoryBandwidthBytesPerSecond).toBeGreaterThan(GB);
    expect(gpu.planningMatmulFlopsPerSecond?.value).toBeGreaterThan(TFLOP);
  });

  test.each(GPUS)("$id names its sources", (gpu) => {
    expect(gpu.sources.length).toBeGreaterThan(0);
    for (const source of gpu.sources) expect(SOURCES).toHaveProperty([source]);
  });

  test("says how good the figure for usable memory is", () => {
    // 24217 MiB: PyTorch's own out-of-memory message; 16151 MiB of a 4060 Ti were derived from its siblings.
    expect(gpuNamed("rtx-4090")).toMatchObject({ usableBytes: 24_217 * MIB, usableQuality: "measured" });
    expect(gpuNamed("rtx-4060-ti-16gb")).toMatchObject({ usableBytes: 16_151 * MIB, usableQuality: "derived" });
  });

  test("derives what was never read from measured siblings of its generation", () => {
    // The driver shows 189471 MiB; a B200 leaves 182631 of 183359 MiB: 189471 · 0.99603 = 188718.7
    expect(gpuNamed("gb200-186gb")).toMatchObject({ usableBytes: 188_718 * MIB, usableQuality: "derived" });
  });

  test("describes one device of a board that shows several", () => {
    expect(gpuNamed("mi250x")).toMatchObject({
      memoryBytes: 64 * GIB,
      usableBytes: 65_520 * MIB,
      devicesPerBoard: 2,
      memoryBandwidthBytesPerSecond: 1638.5 * GB,
    });
    expect(gpuNamed("a16")).toMatchObject({ memoryBytes: 16 * GIB, devicesPerBoard: 4 });
  });

  test("knows which cards compute in bf16", () => {
    expect(["t4", "v100-sxm2-32gb", "rtx-2080-ti"].map((id) => gpuNamed(id).bf16)).toEqual([false, false, false]);
    expect(["a100-sxm4-80gb", "rtx-3060", "l4"].map((id) => gpuNamed(id).bf16)).toEqual([true, true, true]);
  });
});

describe("names", () => {
  test.each([
    ["RTX 4090", "rtx-4090"],
    ["rtx4090", "rtx-4090"],
    ["NVIDIA GeForce RTX 4090", "rtx-4090"],
    ["A100-80GB", "a100-sxm4-80gb"],
    ["A100 80GB", "a100-sxm4-80gb"],
    ["NVIDIA A100-SXM4-80GB", "a100-sxm4-80gb"],
    ["NVIDIA A100 80GB PCIe", "a100-pcie-80gb"],
    ["A100-40GB", "a100-sxm4-40gb"],
    ["V100", "v100-sxm2-32gb"],
    ["Tesla V100-SXM2-16GB", "v100-sxm2-16gb"],
    ["Tesla T4", "t4"],
    ["H100", "h100-sxm5-80gb"],
    ["NVIDIA H100 80GB HBM3", "h100-sxm5-80gb"],
    ["H200", "h200-sxm-141gb"],
    ["L40S", "l40s"],
    ["RTX A6000", "rtx-a6000"],
    ["RTX 6000 Ada", "rtx-6000-ada"],
  ])("%s is %s", (name, id) => {
    expect(gpuNamed(name).id).toBe(id);
  });

  test("every id, name and chapter name leads to its own card", () => {
    for (const gpu of GPUS) {
      for (const name of [gpu.id, gpu.name, gpu.chapterName]) {
        if (typeof name === "string") expect(gpuNamed(name).id).toBe(gpu.id);
      }
    }
  });

  test("an unknown name is met with the nearest ids", () => {
    expect(resolveGpu("RTX 4091")).toMatchObject({ ok: false, suggestions: expect.arrayContaining(["rtx-4090"]) });
    expect(resolveGpu("")).toEqual({ ok: false, suggestions: [] });
  });
});

describe("a card of the user's own", () => {
  test("leaves a process what measured cards typically leave", () => {
    const resolution = resolveGpu({ name: "mine", memoryBytes: 100 * GIB });
    if (!resolution.ok) throw new Error("refused");
    const share = resolution.gpu.usableBytes / resolution.gpu.memoryBytes;
    expect(share).toBeGreaterThan(0.98);
    expect(share).toBeLessThan(0.99);
    expect(resolution.gpu).toMatchObject({ id: null, usableQuality: "derived", memoryBandwidthBytesPerSecond: null });
  });

  test("has the precisions of its compute capability", () => {
    const turing = resolveGpu({ name: "mine", memoryBytes: GIB, computeCapability: "7.5" });
    const ada = resolveGpu({ name: "mine", memoryBytes: GIB, computeCapability: "8.9" });
    expect(turing).toMatchObject({ gpu: { bf16: false, tf32: false, fp8: false } });
    expect(ada).toMatchObject({ gpu: { bf16: true, tf32: true, fp8: true } });
  });
});
