import { planCaveats } from "../../lib/plan/caveats";
import { parsePlan } from "../../lib/plan/parse-plan";

function codesOf(input: Record<string, unknown>): string[] {
  const parsed = parsePlan({ model: "ViT-B-32", gpu: "rtx-4090", ...input });
  if (!parsed.ok) throw new Error(parsed.issues.map((issue) => issue.message).join("; "));
  return planCaveats(parsed.plan, parsed.architecture, parsed.gpu).map(({ code }) => code);
}

test("a plain plan needs no remark", () => {
  expect(codesOf({})).toEqual([]);
});

test("a card whose memory was not measured is named", () => {
  expect(codesOf({ gpu: { name: "mine", memoryBytes: 24e9 } })).toEqual(["usable_memory_not_measured"]);
  expect(codesOf({ gpu: "gb200-186gb" })).toContain("usable_memory_not_measured");
});

test.each([
  { localLoss: true },
  { gatherWithGrad: true },
  { localLoss: true, deviceCount: 4, strategy: { kind: "linear_probe" } },
  { localLoss: true, deviceCount: 4, model: "ViT-B-16-SigLIP" },
])("gathering without effect is said of %j", (input) => {
  expect(codesOf(input)).toEqual(["gathering_without_effect"]);
});

test("data that does not fill a step is said, with what a program would do", () => {
  expect(codesOf({ trainSampleCount: 31 })).toEqual(["data_smaller_than_step"]);
  expect(codesOf({ trainSampleCount: 32 })).toEqual([]);
  expect(codesOf({ trainSampleCount: 100, deviceCount: 4 })).toEqual(["data_smaller_than_step"]);
});

test("gathering over several devices needs no remark", () => {
  expect(codesOf({ localLoss: true, gatherWithGrad: true, deviceCount: 4 })).toEqual([]);
});

test("sharding over one device is said to do nothing", () => {
  expect(codesOf({ sharding: "zero2" })).toEqual(["sharding_without_effect"]);
  expect(codesOf({ sharding: "zero2", deviceCount: 2 })).toEqual([]);
});

test("a tower with fewer blocks than are unlocked is named", () => {
  // ViT-L-14 has 24 image and 12 text blocks.
  expect(codesOf({ model: "ViT-L-14", strategy: { kind: "partial", unlockedBlocks: 13 } })).toEqual([
    "tower_fully_unlocked",
  ]);
  expect(codesOf({ model: "ViT-L-14", strategy: { kind: "partial", unlockedBlocks: 12 } })).toEqual([]);
});

test("what a ModifiedResNet does not do is said", () => {
  expect(codesOf({ model: "RN50", strategy: { kind: "lora" }, gradCheckpointing: true })).toEqual([
    "lora_in_text_only",
    "resnet_ignores_checkpointing",
  ]);
});
