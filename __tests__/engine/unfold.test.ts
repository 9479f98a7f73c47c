import fc from "fast-check";
import { MODELS } from "@/lib/catalogue/models";
import { trainingStep } from "@/lib/clip/training-step";
import { type LoweredStep, storageAt } from "@/lib/engine/tape";
import { inFull } from "@/lib/engine/unfold";
import { cardOf, lowerFor, type PlannedStep } from "@/lib/estimate/lowering";
import type { RowPlace, Scope } from "@/lib/graph/ir";
import { parsePlan } from "@/lib/plan/parse-plan";
import { countFlops, countParameters } from "@/lib/readings/counts";
import { alikeTogether, type Kernel, kernelsOf } from "@/lib/readings/kernels";
import { planInputs } from "../support/plan-inputs";

const STRATEGIES = [
  { kind: "full" },
  { kind: "linear_probe" },
  { kind: "partial", unlockedBlocks: 1 },
  { kind: "partial", unlockedBlocks: 7 },
  { kind: "lora", rank: 4, targets: ["q_proj", "v_proj"] },
  { kind: "lora", rank: 4, targets: ["fc1", "out_proj"] },
  { kind: "prompt", contextTokens: 16 },
] as const;

/** Each precision with other ways to hold and to divide what the step needs. */
const CIRCUMSTANCES = [
  { precision: "fp32" },
  { precision: "amp", attention: "eager" },
  { precision: "amp_bf16", optimizer: "adamw_8bit", gradCheckpointing: true },
  { precision: "bf16", optimizer: "sgd", deviceCount: 4, sharding: "zero3" },
  { precision: "amp", optimizer: "adamw_fused", deviceCount: 2, gradAccumulationSteps: 2, gradCheckpointing: true },
] as const;

/** The same plan with every block written, and with like blocks written once; null for a plan that there is not. */
function bothSteps(input: Readonly<Record<string, unknown>>): { whole: PlannedStep; folded: PlannedStep } | null {
  const parsed = parsePlan({ gpu: "a100-sxm4-80gb", ...input });
  if (!parsed.ok) return null;
  const { architecture, plan } = parsed;
  const step = (isFolded: boolean) =>
    lowerFor(parsed, cardOf(parsed.gpu), trainingStep(architecture, plan, { isFolded }));
  return { whole: step(false), folded: step(true) };
}

/** Every event in words: what happens to which block of memory of what kind, and where. */
function eventTexts({ tape }: LoweredStep): string[] {
  return Array.from(tape.events, (event, i) => {
    const { coefficient, degree, purpose, what, dtype, node, keptFor } = storageAt(tape, Math.abs(event) - 1);
    const operation = tape.operations[tape.eventOperation[i] ?? 0];
    const at = operation === null || operation === undefined ? "" : placeText(operation.scope, tape.eventCopy[i] ?? 0);
    return [event, coefficient, degree, purpose, what, dtype, node?.op, keptFor?.op, operation?.op, at].join(" ");
  });
}

function placeText({ path, place }: Scope, copy: number): string {
  return place === null ? path : path.replace(`block.${place.index}`, `block.${place.index + copy}`);
}

function lists(step: LoweredStep) {
  const { weights, optimizerState, workspaces, gradients, gradientSums, buckets, retained, passesPerStep } = step;
  const { update, tape } = step;
  return {
    weights,
    optimizerState,
    workspaces,
    gradients,
    gradientSums,
    buckets,
    retained,
    passesPerStep,
    update,
    of: tape.sections,
  };
}

const BATCH_SIZE = 8;

function kernelTexts({ training, lowered }: PlannedStep): string[] {
  const text = (kernel: Kernel) => JSON.stringify(kernel);
  return alikeTogether(kernelsOf(training.graph.nodes, lowered, BATCH_SIZE))
    .map(text)
    .sort();
}

function counts({ training: { graph, gradients } }: PlannedStep) {
  return { parameters: countParameters(graph, gradients), flops: countFlops(graph, BATCH_SIZE, () => true) };
}

/** @returns whether there was anything to compare */
function expectSameStep(input: Readonly<Record<string, unknown>>): boolean {
  const steps = bothSteps(input);
  if (steps === null) return false;
  const { whole, folded } = steps;
  expect(eventTexts(folded.lowered)).toEqual(eventTexts(whole.lowered));
  expect(lists(folded.lowered)).toEqual(lists(whole.lowered));
  expect(kernelTexts(folded)).toEqual(kernelTexts(whole));
  expect(counts(folded)).toEqual(counts(whole));
  return true;
}

describe.each(["ViT-B-32", "RN101"])("a folded step of %s", (model) => {
  test.each(STRATEGIES)("is the whole step, event by event: %j", (strategy) => {
    const inputs = ["open_clip", "transformers"].flatMap((implementation) =>
      CIRCUMSTANCES.map((circumstances) => ({ model, strategy, implementation, ...circumstances })),
    );
    expect(inputs.filter(expectSameStep).length).toBeGreaterThan(0);
  });
});

test("a folded step is the whole step for every model", () => {
  const compared = MODELS.filter(({ name }) => expectSameStep({ model: name, precision: "amp" }));
  expect(compared).toEqual(MODELS);
});

test("a folded step is the whole step for any plan, models of the user's own included", () => {
  fc.assert(
    fc.property(planInputs, (input) => {
      fc.pre(expectSameStep(input));
    }),
    { numRuns: 40 },
  );
});

test("a folded graph hardly grows with depth", () => {
  const nodesOf = (model: string) => bothSteps({ model })?.folded.training.graph.nodes.length;
  expect(nodesOf("ViT-bigG-14")).toBe(nodesOf("ViT-B-32"));
});

test("a list in full repeats a row module by module", () => {
  const row: Scope = { path: "row", parent: null, depth: 0, checkpointed: false, module: "", place: null };
  const place = (index: number, count: number): RowPlace => ({ row, index, count });
  const [first, middle] = [place(0, 1), place(1, 3)];
  const items = [
    { name: "a", place: first },
    { name: "b", place: middle },
    { name: "c", place: middle },
    { name: "d", place: null },
  ];
  const names = inFull(items, (item) => item.place).map(({ name }) => name);
  expect(names).toEqual(["a", "b", "c", "b", "c", "b", "c", "d"]);
});
