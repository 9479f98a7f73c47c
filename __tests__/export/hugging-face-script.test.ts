import fc from "fast-check";
import { exportPlan } from "../../lib/export/export-plan";
import { parsePlan } from "../../lib/plan/parse-plan";
import { planInputs } from "../support/plan-inputs";
import { exported, hasPython, readScripts, reasonsOf, textOf } from "./support";

const STRATEGIES = [
  { kind: "full" },
  { kind: "linear_probe" },
  { kind: "partial", unlockedBlocks: 3 },
  { kind: "lora", rank: 8, targets: ["q_proj", "fc1"] },
  { kind: "prompt", contextTokens: 4 },
] as const;

function script(input: Record<string, unknown>): string {
  return textOf(exported("huggingface", { implementation: "transformers", ...input }));
}

// Where there is no python3 these show as skipped.
const withPython = hasPython ? test : test.skip;

describe("the script for transformers, read by Python's own parser", () => {
  withPython(
    "is Python for whatever plan it is written for, and imports and defines nothing that it does not use",
    () => {
      const texts = fc.sample(planInputs, { numRuns: 150, seed: 3 }).flatMap((input) => {
        const parsed = parsePlan(input);
        if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
        const result = exportPlan("huggingface", parsed);
        return result.ok ? [result.text] : [];
      });
      expect(texts.length).toBeGreaterThan(20);
      for (const { unused } of readScripts(texts)) expect(unused).toEqual([]);
    },
  );

  withPython("holds the plan's figures", () => {
    const plan = {
      ...{ perDeviceBatchSize: 24, gradAccumulationSteps: 3, deviceCount: 2, epochs: 5, checkpointEveryEpochs: 2 },
      ...{ imageSize: 256, contextLength: 64, loaderWorkers: 7, classCount: 12 },
    };
    const [full, probe, partial, lora, prompt] = readScripts(
      STRATEGIES.map((strategy) => script({ ...plan, strategy })),
    );
    expect(full?.settings).toMatchObject({
      MODEL: "openai/clip-vit-base-patch32",
      DEVICE_COUNT: 2,
      PER_DEVICE_BATCH_SIZE: 24,
      GRAD_ACCUMULATION_STEPS: 3,
      EPOCHS: 5,
      CHECKPOINT_EVERY_EPOCHS: 2,
      IMAGE_SIZE: 256,
      CONTEXT_LENGTH: 64,
      LOADER_WORKERS: 7,
    });
    expect(probe?.settings).toMatchObject({ CLASS_COUNT: 12 });
    expect(partial?.settings).toMatchObject({ UNLOCKED_BLOCKS: 3 });
    expect(lora?.settings).toMatchObject({ LORA_RANK: 8, LORA_TARGETS: ["q_proj", "fc1"] });
    expect(prompt?.settings).toMatchObject({ CONTEXT_TOKENS: 4, CLASS_COUNT: 12 });
  });

  withPython("stops at the samples that a plan says, in the middle of an epoch", () => {
    const text = script({ trainSampleCount: 1000, samplesSeen: 2450 });
    const [read] = readScripts([text]);
    expect(read?.settings).toMatchObject({ SAMPLES_SEEN: 2450 });
    expect(read?.settings).not.toHaveProperty("EPOCHS");
    expect(text).toContain("if done in (step_count, args.max_steps):");
  });

  withPython("keeps a card's name a text, whatever it holds", () => {
    const name = 'x"""\\" + __import__("os").name #';
    const [read] = readScripts([script({ gpu: { name, memoryBytes: 24e9 } })]);
    expect(read?.docstring).toContain(name);
  });
});

describe("the script for transformers", () => {
  test.each([
    [{ precision: "fp32" }, "dtype=torch.float32", "autocast"],
    [{ precision: "amp" }, "GradScaler", "bfloat16"],
    [{ precision: "amp_bf16" }, "dtype=torch.bfloat16)", "GradScaler"],
    [{ precision: "bf16" }, "name, dtype=torch.bfloat16", "autocast"],
    [{ attention: "eager" }, 'attn_implementation="eager"', "sdpa_kernel"],
    [{ attention: "math" }, "SDPBackend.MATH", "eager"],
    [{ gradCheckpointing: true }, "gradient_checkpointing_enable", "bitsandbytes"],
    [{ gradCheckpointing: false }, "AdamW(groups", "gradient_checkpointing_enable"],
    [{ optimizer: "adamw_fused" }, "fused=True", "SGD"],
    [{ optimizer: "adamw_8bit" }, "bitsandbytes.optim.AdamW8bit", "torch.optim"],
    [{ optimizer: "sgd" }, "momentum=0.9", "AdamW("],
    [{ deviceCount: 1 }, "model = step", "all_gather"],
    [{ deviceCount: 2 }, "parts[RANK] = features", "class Gather"],
    [{ deviceCount: 2, localLoss: true }, "len(image) * RANK", "parts[RANK] = features"],
    [{ deviceCount: 2, gatherWithGrad: true }, "class Gather", "parts[RANK] = features"],
    [{ deviceCount: 2, gradAccumulationSteps: 2 }, "no_sync", "fully_shard"],
    [{ deviceCount: 2, sharding: "zero1" }, "ZeroRedundancyOptimizer(groups", "fully_shard"],
    [
      { deviceCount: 2, sharding: "zero2", precision: "bf16" },
      '"reshard_after_forward": False',
      "DistributedDataParallel",
    ],
    [
      { deviceCount: 2, sharding: "zero3", precision: "bf16" },
      '"reshard_after_forward": True',
      "DistributedDataParallel",
    ],
    [{ deviceCount: 1, sharding: "zero3" }, "model = step", "fully_shard"],
  ])("of %j has %j and not %j", (input, has, hasNot) => {
    const text = script(input);
    expect(text).toContain(has);
    expect(text).not.toContain(hasNot);
  });

  test("trains exactly what the strategy trains", () => {
    const [full, probe, partial, lora, prompt] = STRATEGIES.map((strategy) => script({ strategy, classCount: 10 }));
    expect(full).not.toContain("requires_grad_(False)");
    expect(probe).toContain("nn.Linear(clip.config.projection_dim, CLASS_COUNT");
    expect(partial).toContain("encoder.layers[-UNLOCKED_BLOCKS:]");
    expect(lora).toContain("get_peft_model");
    expect(prompt).toContain("nn.Parameter");
    for (const text of [probe, partial, prompt]) expect(text).toContain("clip.requires_grad_(False)");
  });

  test("asks for weights where no id is known", () => {
    const result = exported("huggingface", { model: "ViT-S-16" });
    expect(textOf(result)).toContain("MODEL = None");
    expect(result.ok && result.notes.join(" ")).toContain("--model");
  });

  test("takes OpenAI's weights for transformers' plain name and LAION's for open_clip's", () => {
    expect(script({})).toContain("openai/clip-vit-base-patch32");
    expect(textOf(exported("huggingface", {}))).toContain("laion/CLIP-ViT-B-32");
  });
});

test.each([
  [{ model: "RN50" }, "ModifiedResNet"],
  [{ model: "ViT-B-16-SigLIP" }, "SigLIP"],
  [{ contextLength: 100 }, "from 77 to 100"],
  [{ sharding: "zero1", optimizer: "adamw_8bit", deviceCount: 2 }, "bitsandbytes"],
  [{ sharding: "zero3", precision: "amp", deviceCount: 2 }, "loss scaling"],
])("%j has no script, and the reason is told", (input, reason) => {
  expect(reasonsOf(exported("huggingface", input)).join(" ")).toContain(reason);
});
