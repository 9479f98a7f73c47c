import type { ClipArchitecture, TextTransformer, VisionTransformer } from "../../../lib/catalogue/architecture";
import { accelerateMemory } from "../../../lib/estimate/baselines/accelerate";
import type { BaselinePlan } from "../../../lib/estimate/baselines/baseline";
import { chapterBreakdown, chapterMemory } from "../../../lib/estimate/baselines/chapter";
import { megatronMemory } from "../../../lib/estimate/baselines/megatron";
import { ruleOfThumbMemory } from "../../../lib/estimate/baselines/rule-of-thumb";
import { GIB, MB } from "../../../lib/units";

const vision: VisionTransformer = {
  kind: "vit",
  imageSize: 224,
  patchSize: 16,
  width: 768,
  layers: 12,
  heads: 12,
  mlpWidth: 3072,
  activation: "gelu",
  patchBias: false,
  classToken: true,
  preNorm: true,
  layerScale: false,
  pool: "token",
  finalNormAfterPool: true,
  projection: true,
};

const text: TextTransformer = {
  contextLength: 77,
  vocabSize: 49408,
  width: 512,
  heads: 8,
  layers: 12,
  mlpWidth: 2048,
  activation: "gelu",
  causalMask: true,
  pool: "eot",
  projection: "matrix",
};

const architecture: ClipArchitecture = {
  name: "ViT-B-16",
  embedDim: 512,
  vision,
  text,
  loss: "contrastive",
  customText: false,
};

const resnet: ClipArchitecture = {
  ...architecture,
  name: "RN50x4",
  vision: { kind: "resnet", imageSize: 288, width: 80, layers: [4, 6, 10, 6], heads: 40 },
};

const plan: BaselinePlan = {
  strategy: { kind: "full" },
  classCount: 100,
  perDeviceBatchSize: 8,
  precision: "fp32",
  optimizer: "adamw",
  gradCheckpointing: false,
};

const parameterCount = 1000;
const trainableCount = 400;

describe("the chapter's rule", () => {
  test("ViT-B/16 in full at batch 8 is what its terms add up to", () => {
    // Weights 86·4 MiB, as much for gradients, twice for the optimizer; 2 GiB; inputs 8·(224²·3 + 77·512)·4.
    expect(chapterMemory({ architecture, plan }).bytes).toBe(2 * GIB + 4 * 360_710_144 + 6_078_464);
  });

  test("partial training counts three tenths of the weights as gradients, whatever is unlocked", () => {
    const one = chapterBreakdown(architecture, "partial", 8);
    expect(one?.gradientBytes).toBeCloseTo(0.3 * 360_710_144, 3);
    expect(one?.optimizerBytes).toBeCloseTo(0.6 * 360_710_144, 3);
  });

  test("LoRA, prompts and a linear probe get the same hundredth of a gigabyte", () => {
    for (const strategy of ["lora", "prompt", "linear_probe"] as const) {
      expect(chapterBreakdown(architecture, strategy, 8)?.gradientBytes).toBe(0.01 * GIB);
    }
  });

  test("a QuickGELU variant is the model the chapter lists", () => {
    const quick = { ...architecture, name: "ViT-B-16-quickgelu" };
    expect(chapterMemory({ architecture: quick, plan })).toEqual(chapterMemory({ architecture, plan }));
  });

  test("a model the chapter does not list has no figure, and the note names it", () => {
    const { bytes, note } = chapterMemory({ architecture: resnet, plan });
    expect(bytes).toBeNull();
    expect(note).toContain("RN50x4");
  });
});

describe("accelerate's estimate", () => {
  test("is four times the fp32 weights in fp32 and twice in mixed precision", () => {
    expect(accelerateMemory({ parameterCount, plan }).bytes).toBe(16 * parameterCount);
    expect(accelerateMemory({ parameterCount, plan: { ...plan, precision: "amp" } }).bytes).toBe(8 * parameterCount);
  });

  test("gives the peaks that its published reports give for a model of 304,715,752 parameters", () => {
    const published = { parameterCount: 1_218_863_008 / 4 };
    expect(accelerateMemory({ ...published, plan }).bytes).toBe(4_875_452_032);
    expect(accelerateMemory({ ...published, plan: { ...plan, precision: "amp_bf16" } }).bytes).toBe(2_437_726_016);
  });
});

describe("Megatron's formula", () => {
  const mixed: BaselinePlan = { ...plan, precision: "amp" };
  const states = 400 * 18 + 600 * 2;

  test("is s·b·h·(34 + 5·a·s/h) for each layer of both towers, with 18 bytes for each trained parameter", () => {
    // 34·s·b·h + 5·a·s²·b. Image: s 197, h 768, a 12. Text: s 77, h 512, a 8.
    const image = 34 * 197 * 8 * 768 + 5 * 12 * 197 ** 2 * 8;
    const words = 34 * 77 * 8 * 512 + 5 * 8 * 77 ** 2 * 8;
    expect(megatronMemory({ architecture, plan: mixed, parameterCount, trainableCount }).bytes).toBeCloseTo(
      states + 12 * image + 12 * words,
      3,
    );
  });

  test("keeps 2·s·b·h for each layer with full recomputation", () => {
    const bytes = megatronMemory({
      architecture,
      plan: { ...mixed, gradCheckpointing: true },
      parameterCount,
      trainableCount,
    }).bytes;
    expect(bytes).toBe(states + 12 * 2 * 197 * 8 * 768 + 12 * 2 * 77 * 8 * 512);
  });

  test("counts no layer that no gradient passes through", () => {
    const of = (strategy: BaselinePlan["strategy"]) =>
      megatronMemory({
        architecture,
        plan: { ...mixed, gradCheckpointing: true, strategy },
        parameterCount,
        trainableCount,
      }).bytes;
    expect(of({ kind: "linear_probe" })).toBe(states);
    expect(of({ kind: "partial", unlockedBlocks: 1 })).toBe(states + 2 * 197 * 8 * 768 + 2 * 77 * 8 * 512);
    expect(of({ kind: "prompt", contextTokens: 16 })).toBe(states + 12 * 2 * 77 * 100 * 512);
  });

  test("says nothing about a ResNet image tower", () => {
    expect(megatronMemory({ architecture: resnet, plan, parameterCount, trainableCount }).bytes).toBeNull();
  });
});

test("the rule of thumb is 16 bytes a trained parameter, 4 a frozen one and 100 MB a sample", () => {
  expect(ruleOfThumbMemory({ plan, parameterCount, trainableCount }).bytes).toBe(400 * 16 + 600 * 4 + 800 * MB);
});
