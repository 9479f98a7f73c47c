import fc from "fast-check";
import { fitRates, sharesOf } from "../../../lib/engine/onnxruntime/fit-rates";
import { workOf } from "../../../lib/engine/onnxruntime/node-work";
import { CPU_EFFICIENCIES, CPU_RATES, CUDA_EFFICIENCIES } from "../../../lib/engine/onnxruntime/runtime-efficiencies";
import { nodeLoad, type StepLoad, secondsOf, stepLoad } from "../../../lib/engine/onnxruntime/step-load";
import { nodeOfSignature } from "../../../scripts/onnx/kernel-signature";
import { stepModel } from "../../../scripts/onnx/step-model";

const node = (operator: string, shapes: string, attributes = "") =>
  workOf(nodeOfSignature(operator, shapes, attributes));

test("a product of [3, 5] and [5, 7] takes 2·3·5·7 FLOPs, however its operands lie", () => {
  expect(node("Gemm", "float32[3x5] float32[5x7] > float32[3x7]")).toMatchObject({ kind: "product", flops: 210 });
  expect(node("Gemm", "float32[5x3] float32[7x5] > float32[3x7]", "transA=1 transB=1")).toMatchObject({ flops: 210 });
});

test("a convolution takes the FLOPs of its filters at every place, and so does its gradient by the input", () => {
  // 2 samples × 4 filters × 6 × 6 places × 3 channels × 3 × 3, times 2.
  const forward = node("Conv", "float32[2x3x6x6] float32[4x3x3x3] > float32[2x4x6x6]");
  const backward = node("ConvTranspose", "float32[2x4x6x6] float32[4x3x3x3] > float32[2x3x6x6]");
  expect([forward?.flops, backward?.flops]).toEqual([15_552, 15_552]);
});

test("a number beside a tensor that ends with axes of length 1 is the slow loop, and beside others is not", () => {
  expect(node("Mul", "float32[64x32x1x1] float32[1] > float32[64x32x1x1]")?.kind).toBe("scalar_loop");
  expect(node("Mul", "float32[64x32] float32[1] > float32[64x32]")?.kind).toBe("stream");
});

test("views move nothing, and random numbers belong to no step", () => {
  expect(node("Reshape", "float32[4x4] int64[1] > float32[16]")).toMatchObject({ kind: "view", bytes: 0, flops: 0 });
  expect(node("RandomNormal", " > float32[4x4]")).toBeNull();
});

test("a step's load is that of a second step, without what the run draws first", () => {
  const plan = {
    model: {
      embed_dim: 32,
      vision_cfg: { image_size: 32, layers: 1, width: 32, patch_size: 16, head_width: 16 },
      text_cfg: { context_length: 8, vocab_size: 64, width: 32, heads: 2, layers: 1 },
    },
    precision: "fp32",
    perDeviceBatchSize: 2,
  };
  const [one, two, three] = [1, 2, 3].map((steps) => stepModel(plan, "fp32", steps).model);
  if (one === undefined || two === undefined || three === undefined) throw new Error("no models");
  const [second, third] = [stepLoad(one, two, CPU_EFFICIENCIES), stepLoad(two, three, CPU_EFFICIENCIES)];
  expect(third.flops).toBeCloseTo(second.flops, 3);
  expect(third.bytes).toBeCloseTo(second.bytes, 3);
  expect(second.nodes).toBe(third.nodes);
  expect(second.nodes).toBeLessThan(one.nodes.length);
});

test("a larger tensor never takes less time", () => {
  const rows = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      const seconds = [a, b].map((length) => {
        const work = node("Add", `float32[${length}x64] float32[${length}x64] > float32[${length}x64]`);
        return work === null ? 0 : secondsOf(nodeLoad(work, CPU_EFFICIENCIES), CPU_RATES);
      });
      return a <= b === (seconds[0] ?? 0) <= (seconds[1] ?? 0) || a === b;
    }),
  );
});

const loads = fc.record({
  flops: fc.double({ min: 1e8, max: 1e13, noNaN: true }),
  bytes: fc.double({ min: 1e7, max: 1e12, noNaN: true }),
  nodes: fc.integer({ min: 100, max: 20_000 }),
  isQueued: fc.boolean(),
});

test("measurements that equal the prediction leave every rate as it was", () => {
  fc.assert(
    fc.property(fc.array(loads, { minLength: 1, maxLength: 6 }), (several: StepLoad[]) => {
      const timed = several.map((load) => ({ load, seconds: secondsOf(load, CPU_RATES) }));
      expect(fitRates(timed, CPU_RATES).rates).toEqual(CPU_RATES);
    }),
  );
});

test("two steps on a machine of half the speed find it out", () => {
  const small: StepLoad = { flops: 2e10, bytes: 3e9, nodes: 2000, isQueued: false };
  const wide: StepLoad = { flops: 2e11, bytes: 5e9, nodes: 2000, isQueued: false };
  const slow = {
    flopsPerSecond: CPU_RATES.flopsPerSecond / 2,
    memoryBytesPerSecond: CPU_RATES.memoryBytesPerSecond / 2,
    secondsPerNode: 2 * CPU_RATES.secondsPerNode,
  };
  const { rates: found } = fitRates(
    [small, wide].map((load) => ({ load, seconds: secondsOf(load, slow) })),
    CPU_RATES,
  );
  const other: StepLoad = { flops: 9e11, bytes: 9e10, nodes: 5000, isQueued: false };
  expect(secondsOf(other, found) / secondsOf(other, slow)).toBeCloseTo(1, 1);
});

test("a rate that is not free stays", () => {
  const load: StepLoad = { flops: 2e10, bytes: 3e9, nodes: 2000, isQueued: false };
  const { rates: found } = fitRates([{ load, seconds: 9 }], CPU_RATES, { free: ["flopsPerSecond"] });
  expect(found.memoryBytesPerSecond).toBe(CPU_RATES.memoryBytesPerSecond);
  expect(found.flopsPerSecond).toBeLessThan(CPU_RATES.flopsPerSecond);
});

test("a queue takes the longer of work and handing over, and only that has a share", () => {
  const rates = { flopsPerSecond: 1e12, memoryBytesPerSecond: 1e12, secondsPerNode: 1e-5 };
  const busy: StepLoad = { flops: 1e12, bytes: 1e12, nodes: 1000, isQueued: CUDA_EFFICIENCIES.isQueued };
  expect(secondsOf(busy, rates)).toBeCloseTo(2, 9);
  expect(sharesOf(busy, rates).secondsPerNode).toBe(0);
  expect(secondsOf({ ...busy, nodes: 1e6 }, rates)).toBeCloseTo(10, 9);
});
