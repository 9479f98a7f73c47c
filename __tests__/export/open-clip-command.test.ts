import fc from "fast-check";
import { MODELS } from "../../lib/catalogue/models";
import { exportPlan } from "../../lib/export/export-plan";
import { openClipTag } from "../../lib/export/pretrained-weights";
import { parsePlan } from "../../lib/plan/parse-plan";
import openClip from "../fixtures/open-clip-arguments.json";
import { planInputs } from "../support/plan-inputs";
import { argumentsOf, exported, reasonsOf, shellCommands, textOf } from "./support";

interface KnownArgument {
  readonly takesValue: boolean;
  readonly choices?: readonly string[];
}

const KNOWN: Readonly<Record<string, KnownArgument>> = openClip.arguments;

function flags(input: Record<string, unknown>): Map<string, string[]> {
  return argumentsOf(textOf(exported("open_clip", input)));
}

describe("the open_clip command", () => {
  test("has only arguments of open_clip's own parser, with values where it takes them", () => {
    fc.assert(
      fc.property(planInputs, (input) => {
        const parsed = parsePlan(input);
        if (!parsed.ok) throw new Error(parsed.issues.map(({ message }) => message).join("; "));
        const result = exportPlan("open_clip", parsed);
        if (!result.ok) {
          expect(result.reasons.length).toBeGreaterThan(0);
          return;
        }
        for (const [flag, values] of argumentsOf(result.text)) {
          const known = KNOWN[flag];
          if (known === undefined) throw new Error(`open_clip has no ${flag}`);
          expect([flag, values.length]).toEqual([flag, known.takesValue ? 1 : 0]);
          if (known.choices !== undefined) expect(known.choices).toContain(values[0]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("says what the plan says", () => {
    const given = flags({
      ...{ model: "ViT-L-14", perDeviceBatchSize: 48, gradAccumulationSteps: 2, deviceCount: 4, precision: "bf16" },
      ...{ gradCheckpointing: true, localLoss: true, gatherWithGrad: true, imageSize: 336, contextLength: 32 },
      ...{ epochs: 7, loaderWorkers: 6, checkpointEveryEpochs: 3, trainSampleCount: 100_000 },
    });
    const expected = {
      "--model": "ViT-L-14",
      "--batch-size": "48",
      "--accum-freq": "2",
      "--precision": "pure_bf16",
      "--force-image-size": "336",
      "--force-context-length": "32",
      "--epochs": "7",
      "--workers": "6",
      "--save-frequency": "3",
      // 100,000 / 4 / 48 = 520 batches, 260 steps, 1,820 in seven epochs; a tenth of them.
      "--warmup": "182",
    };
    for (const [flag, value] of Object.entries(expected)) expect([flag, given.get(flag)]).toEqual([flag, [value]]);
    for (const flag of ["--grad-checkpointing", "--local-loss", "--gather-with-grad"])
      expect(given.has(flag)).toBe(true);
  });

  test("runs whole epochs where a plan says samples, and tells how many they see", () => {
    const plan = { trainSampleCount: 1000, perDeviceBatchSize: 100, samplesSeen: 2450 };
    expect(flags(plan).get("--epochs")).toEqual(["3"]);
    const result = exported("open_clip", plan);
    expect(result.ok && result.notes.join("\n")).toContain("3 of them see 3,000 samples where the plan has 2,450.");
  });

  test("leaves out what is open_clip's or the model's own way", () => {
    const given = flags({});
    for (const flag of ["--accum-freq", "--force-image-size", "--force-context-length", "--siglip", "--lock-image"]) {
      expect(given.has(flag)).toBe(false);
    }
  });

  test("unlocks the projection, the final norm and the last blocks, which are one group more than the blocks", () => {
    const partial = (model: string, unlockedBlocks: number) => {
      const given = flags({ model, strategy: { kind: "partial", unlockedBlocks } });
      // Without this one open_clip 3.3.0 refuses to lock the text tower.
      expect(given.has("--lock-text-freeze-layer-norm")).toBe(true);
      return [given.get("--lock-image-unlocked-groups")?.[0], given.get("--lock-text-unlocked-layers")?.[0]];
    };
    expect(partial("ViT-B-32", 2)).toEqual(["3", "3"]);
    // 24 image and 12 text blocks: all of the text tower's, not more groups than it has.
    expect(partial("ViT-L-14", 20)).toEqual(["21", "13"]);
    // Its text tower has no projection.
    expect(partial("ViT-SO400M-16-SigLIP-i18n-256", 3)).toEqual(["4", "3"]);
  });

  test("trains SigLIP with its loss", () => {
    const given = flags({ model: "ViT-B-16-SigLIP", localLoss: true, deviceCount: 2 });
    expect(given.has("--siglip")).toBe(true);
    expect(given.has("--local-loss")).toBe(false);
  });

  test("starts one process for each device, on the fewest machines of eight", () => {
    const launch = (deviceCount: number) => shellCommands(textOf(exported("open_clip", { deviceCount }))).at(-1) ?? [];
    expect(launch(1).slice(0, 4)).toEqual(["torchrun", "--standalone", "--nproc-per-node", "1"]);
    expect(launch(8).slice(0, 4)).toEqual(["torchrun", "--standalone", "--nproc-per-node", "8"]);
    expect(launch(12).slice(0, 5)).toEqual(["torchrun", "--nnodes", "2", "--nproc-per-node", "6"]);
    expect(launch(64).slice(1, 5)).toEqual(["--nnodes", "8", "--nproc-per-node", "8"]);
  });

  test("writes a model of the user's own where open_clip finds it", () => {
    const model = {
      embed_dim: 64,
      vision_cfg: { width: 192, layers: 2 },
      text_cfg: { width: 128, heads: 2, layers: 2 },
    };
    const [make, write, train] = shellCommands(textOf(exported("open_clip", { model })));
    expect(make).toEqual(["mkdir", "-p", "headroom-model"]);
    expect(write?.slice(3)).toEqual([{ op: ">" }, "headroom-model/open_clip_config.json"]);
    expect(JSON.parse(String(write?.[2]))).toMatchObject({ model_cfg: model });
    expect(train).toContain("local-dir:headroom-model");
  });

  test("starts from weights that were trained with the model's activation, and says where there are none", () => {
    expect(flags({ model: "openai/clip-vit-base-patch32" }).get("--pretrained")).toEqual(["openai"]);
    expect(flags({ model: "ViT-B-32" }).get("--pretrained")).not.toEqual(["openai"]);
    const without = exported("open_clip", { model: "ViT-S-16" });
    expect(argumentsOf(textOf(without)).has("--pretrained")).toBe(false);
    expect(without.ok && without.notes.join(" ")).toContain("starts at random");
    expect(MODELS.filter(({ name }) => openClipTag(name) !== null).length).toBeGreaterThan(50);
  });

  test("says that open_clip accumulates in another way", () => {
    const result = exported("open_clip", { gradAccumulationSteps: 4 });
    expect(result.ok && result.notes.join(" ")).toContain("every forward pass twice");
  });
});

describe("a plan that open_clip's program cannot train", () => {
  test.each([
    [{ strategy: { kind: "lora" } }, "no LoRA"],
    [{ strategy: { kind: "prompt" } }, "no prompt tuning"],
    [{ strategy: { kind: "linear_probe" } }, "no linear probe"],
    [{ optimizer: "adamw_fused" }, "fused AdamW"],
    [{ optimizer: "adamw_8bit" }, "32-bit state"],
    [{ attention: "math" }, "fused attention"],
    [{ implementation: "transformers", attention: "eager" }, "eager attention"],
    [{ sharding: "zero2", deviceCount: 2 }, "every device"],
  ])("%j is refused with the reason, and the script is offered", (input, reason) => {
    const result = exported("open_clip", input);
    expect(reasonsOf(result).join(" ")).toContain(reason);
    expect(result).toMatchObject({ instead: "huggingface" });
  });

  test("is told every reason at once", () => {
    expect(reasonsOf(exported("open_clip", { strategy: { kind: "lora" }, optimizer: "adamw_8bit" }))).toHaveLength(2);
  });

  test("has no way out where there is none", () => {
    const result = exported("open_clip", { model: "RN50", strategy: { kind: "partial" } });
    expect(reasonsOf(result).join(" ")).toContain("ModifiedResNet");
    expect(result).toMatchObject({ instead: null });
  });
});
