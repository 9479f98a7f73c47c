import { KERNEL_EFFICIENCIES } from "../../lib/catalogue/kernel-efficiencies";
import { cardOf, planStep, type ResolvedPlan } from "../../lib/estimate/lowering";
import { ratesOf } from "../../lib/estimate/time/card-rates";
import { copiesOf } from "../../lib/graph/ir";
import { parsePlan } from "../../lib/plan/parse-plan";
import { flopsOf } from "../../lib/readings/counts";
import { alikeTogether, type Kernel, kernelsOf } from "../../lib/readings/kernels";
import { deviceSeconds } from "../../lib/readings/roofline";

function resolved(input: Record<string, unknown>): ResolvedPlan {
  const parsed = parsePlan({ model: "ViT-B-32", gpu: "h100-sxm5-80gb", perDeviceBatchSize: 8, ...input });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed;
}

function read(input: Record<string, unknown>, batchSize = 8): readonly Kernel[] {
  const plan = resolved(input);
  const { training, lowered } = planStep(plan, cardOf(plan.gpu));
  return alikeTogether(kernelsOf(training.graph.nodes, lowered, batchSize));
}

const total = (kernels: readonly Kernel[], of: (kernel: Kernel) => number) =>
  kernels.reduce((sum, kernel) => sum + kernel.count * of(kernel), 0);

test("the kernels do all the FLOPs of the graph", () => {
  const plan = resolved({ precision: "amp" });
  const { training, lowered } = planStep(plan, cardOf(plan.gpu));
  const flops = training.graph.nodes.reduce((sum, node) => sum + copiesOf(node.scope) * flopsOf(node, 8), 0);
  const own = total(kernelsOf(training.graph.nodes, lowered, 8), (kernel) => kernel.flops);
  expect(Math.abs(own / flops - 1)).toBeLessThan(1e-9);
});

test("a packed projection whose input is copied adds its bias in a pass of its own", () => {
  // ViT-B/32: 12 blocks of 50 tokens, 8 images, 3·768 values of 4 bytes, read and written.
  const biases = read({ precision: "fp32" }).filter(({ operation }) => operation === "Linear: bias");
  expect(biases.map(({ count }) => count)).toEqual([12, 12]);
  expect(biases[0]?.bytes).toBe(2 * 8 * 50 * 3 * 768 * 4);
});

test("fused attention moves q, k, v and the output once, and their gradients besides", () => {
  const [image] = read({ precision: "amp" }).filter(({ operation }) => operation === "Attention");
  // 8 images × 50 tokens × 768 values of 2 bytes, four tensors; 2·2·50²·768 FLOPs an image.
  expect([image?.bytes, image?.flops]).toEqual([4 * 8 * 50 * 768 * 2, 8 * 4 * 50 * 50 * 768]);
  const [backward] = read({ precision: "amp" }).filter(
    ({ operation, columns }) => operation === "AttentionGrad" && columns === 50,
  );
  expect(backward?.bytes).toBe(8 * 8 * 50 * 768 * 2);
});

test("unfused attention in half precision is unaligned where rows do not end on 16 bytes", () => {
  const unaligned = (input: Record<string, unknown>) =>
    read({ attention: "math", ...input })
      .filter(({ operation }) => operation === "Attention unfused")
      .map(({ isUnaligned }) => isUnaligned);
  // 50 image tokens and 77 text tokens: no multiple of 8.
  expect(unaligned({ precision: "amp" })).toEqual([true, true]);
  expect(unaligned({ precision: "fp32" })).toEqual([false, false]);
  // 64 × 64 / 16² patches without a class token are a multiple of 8.
  expect(unaligned({ precision: "amp", model: "ViT-B-16-SigLIP-512" }).includes(false)).toBe(true);
});

test("a linear probe runs one tower forward and next to nothing backward", () => {
  const kernels = read({ strategy: { kind: "linear_probe" }, classCount: 10 });
  const backward = kernels.filter(({ phase }) => phase === "backward");
  expect(total(backward, ({ flops }) => flops)).toBe(2 * 8 * 10 * 512);
  expect(kernels.some(({ columns, kind }) => kind === "attention" && columns === 77)).toBe(false);
});

test("no phase gets quicker when the batch grows", () => {
  for (const model of ["ViT-B-32", "RN50"]) {
    const plan = resolved({ model, precision: "amp" });
    const { training, lowered } = planStep(plan, cardOf(plan.gpu));
    const answer = ratesOf(plan.gpu, "amp");
    if (answer.kind === "none") throw new Error(answer.why.reason);
    let [forward, backward] = [0, 0];
    for (const batchSize of [1, 2, 3, 8, 13, 32, 64, 100, 256, 1000]) {
      const kernels = kernelsOf(training.graph.nodes, lowered, batchSize);
      const seconds = deviceSeconds(kernels, lowered.update, answer.rates, KERNEL_EFFICIENCIES);
      expect(seconds.forward).toBeGreaterThanOrEqual(forward);
      expect(seconds.backward).toBeGreaterThanOrEqual(backward);
      ({ forward, backward } = seconds);
    }
  }
});
