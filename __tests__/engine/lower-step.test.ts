import { trainingStep } from "@/lib/clip/training-step";
import { type LoweredStep, requestedBytes, type Storage, storageAt } from "@/lib/engine/tape";
import { cardOf, lowerFor } from "@/lib/estimate/lowering";
import { parsePlan } from "@/lib/plan/parse-plan";

function lowered(input: Readonly<Record<string, unknown>>) {
  const parsed = parsePlan({ model: "ViT-B-32", gpu: "h100-sxm5-80gb", precision: "fp32", ...input });
  if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
  // Every block written by itself, so that each can be looked at.
  return lowerFor(parsed, cardOf(parsed.gpu), trainingStep(parsed.architecture, parsed.plan)).lowered;
}

/** What was recorded of some blocks of memory. */
const recorded = ({ tape }: LoweredStep, blocks: readonly number[]) => blocks.map((block) => storageAt(tape, block));

const STRATEGIES = [
  { kind: "full" },
  { kind: "linear_probe" },
  { kind: "partial", unlockedBlocks: 2 },
  { kind: "lora", rank: 4, targets: ["q_proj", "v_proj"] },
  { kind: "prompt", contextTokens: 16 },
] as const;

const retainedBy = (input: Readonly<Record<string, unknown>>) => {
  const step = lowered(input);
  return recorded(step, step.retained);
};

const bytesOf = (storages: readonly Storage[], batchSize: number) =>
  storages.reduce((sum, storage) => sum + requestedBytes(storage, batchSize), 0);

describe.each(STRATEGIES)("$kind", (strategy) => {
  test.each([
    ["open_clip", "fp32", false],
    ["open_clip", "amp", true],
    ["transformers", "amp_bf16", false],
    ["transformers", "bf16", true],
  ])(
    "everything but weights, states, gradients and workspaces is free after a step: %s, %s, checkpointing %s",
    (implementation, precision, gradCheckpointing) => {
      const step = lowered({ strategy, implementation, precision, gradCheckpointing });
      const held = new Set(
        recorded(step, [...step.weights, ...step.optimizerState, ...step.workspaces, ...step.gradients]),
      );
      const left = step.tape.storages.filter((storage) => storage.references > 0 && !held.has(storage));
      expect(left.map(({ what, node }) => `${what} of ${node?.op} in ${node?.scope.path}`)).toEqual([]);
    },
  );
});

test("a linear probe keeps no activation of the image tower", () => {
  const retained = retainedBy({ strategy: { kind: "linear_probe" } });
  const kept = retained.filter(({ keptFor, purpose }) => keptFor !== null && purpose === "activations.image");
  // The features that the head reads are all there is: [batch, embedDim].
  expect(kept.map(({ shape }) => shape)).toEqual([[-1, 512]]);
});

test("one image block in fp32 keeps 68 bytes for each of its batch · tokens · width values", () => {
  const retained = retainedBy({ strategy: { kind: "full" } });
  const block = retained.filter(
    ({ node, keptFor }) => keptFor !== null && node?.scope.path.startsWith("visual.block.5"),
  );
  const perValue = bytesOf(block, 32) / (32 * 50 * 768);
  // LayerNorm inputs 2 · 4, attention input 4, q k v 12, its output and a copy 8, MLP input 4, hidden 16 + 16; statistics besides.
  expect(perValue).toBeGreaterThan(68);
  expect(perValue).toBeLessThan(68.2);
});

test("with checkpointing only block inputs stay of a block", () => {
  const retained = retainedBy({ strategy: { kind: "full" }, gradCheckpointing: true });
  const block = retained.filter(({ node }) => node?.scope.path.startsWith("visual.block.5"));
  expect(bytesOf(block, 32)).toBe(32 * 50 * 768 * 4);
});

test("autocast keeps a half-precision copy of every matrix that trains or passes a gradient", () => {
  const retained = retainedBy({ precision: "amp" });
  const copies = retained.filter(
    ({ what, node }) => what === "half-precision copy of the weight" && node?.scope.path.startsWith("visual.block.5"),
  );
  expect(bytesOf(copies, 1)).toBe(2 * (4 * 768 * 768 + 2 * 768 * 3072));
});

test("Hopper's cuBLAS workspaces are 32 MiB each, earlier cards' 8.125 MiB", () => {
  const workspaces = (gpu: string) => {
    const step = lowered({ gpu });
    return bytesOf(recorded(step, step.workspaces), 1);
  };
  expect(workspaces("h100-sxm5-80gb")).toBe(2 * 32 * 2 ** 20);
  expect(workspaces("a100-sxm4-80gb")).toBe(2 * 8.125 * 2 ** 20);
});

test("several devices add buckets as large as the gradients", () => {
  const step = lowered({ deviceCount: 4 });
  expect(bytesOf(recorded(step, step.buckets), 1)).toBe(bytesOf(recorded(step, step.gradients), 1));
  expect(lowered({}).buckets).toEqual([]);
});

test("eager attention scales the queries in torch's multi-head function, and the scores elsewhere", () => {
  const scaledIn = (implementation: string) => {
    const parsed = parsePlan({ model: "ViT-B-32", gpu: "h100-sxm5-80gb", precision: "amp", implementation });
    if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
    // No plan can ask open_clip for it: this is how PyTorch attended before 2.0.
    const eager = { ...parsed, plan: { ...parsed.plan, attention: "eager" as const } };
    const { tape } = lowerFor(eager, cardOf(parsed.gpu), trainingStep(parsed.architecture, parsed.plan)).lowered;
    return new Set(tape.storages.map(({ what }) => what).filter((what) => /^scaled/.test(what)));
  };
  expect(scaledIn("open_clip")).toEqual(new Set(["scaled operand"]));
  expect(scaledIn("transformers")).toEqual(new Set(["scaled scores"]));
});
