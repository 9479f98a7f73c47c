import fc from "fast-check";
import { GPUS } from "../../lib/catalogue/gpus";
import { MODELS } from "../../lib/catalogue/models";
import { PLAN_DEFAULTS } from "../../lib/plan/defaults";
import { type ParsedPlan, parsePlan } from "../../lib/plan/parse-plan";
import type { Issue } from "../../lib/plan/plan";
import { planInputs } from "../support/plan-inputs";

function accepted(input: unknown): ParsedPlan {
  const parsed = parsePlan(input);
  if (!parsed.ok) throw new Error(parsed.issues.map((issue) => issue.message).join("; "));
  return parsed;
}

function issuesOf(input: unknown): readonly Issue[] {
  const parsed = parsePlan(input);
  if (parsed.ok) throw new Error("accepted");
  return parsed.issues;
}

function onlyIssue(input: unknown): Issue {
  const issues = issuesOf(input);
  expect(issues).toHaveLength(1);
  const [issue] = issues;
  if (issue === undefined) throw new Error("no issue");
  return issue;
}

describe("a plan that names only its model", () => {
  const { plan, assumptions } = accepted({ model: "ViT-B-32" });

  test("gets every default", () => {
    expect(plan).toEqual({
      schemaVersion: 1,
      model: "ViT-B-32",
      ...PLAN_DEFAULTS,
      imageSize: 224,
      contextLength: 77,
    });
  });

  test("is told every default that was filled in", () => {
    const listed = assumptions.filter((assumption) => assumption.status === "default").map(({ field }) => field);
    expect(listed.sort()).toEqual([...Object.keys(PLAN_DEFAULTS), "imageSize", "contextLength"].sort());
    for (const { field, value } of assumptions) {
      if (field !== "strategy") expect(plan).toHaveProperty(field, value);
    }
  });
});

test("a price is only there when it was given, and may be nothing", () => {
  expect(accepted({ model: "ViT-B-32" }).plan).not.toHaveProperty("pricePerGpuHour");
  expect(accepted({ model: "ViT-B-32", pricePerGpuHour: 0 }).plan.pricePerGpuHour).toBe(0);
  const { assumptions } = accepted({ model: "ViT-B-32" });
  expect(assumptions.map(({ field }) => field)).not.toContain("pricePerGpuHour");
});

describe("what is filled in and translated is listed", () => {
  test("a value that was given is not", () => {
    const { assumptions } = accepted({ model: "ViT-B-32", perDeviceBatchSize: 32, gpu: "a100-sxm4-80gb" });
    const fields = assumptions.map(({ field }) => field);
    expect(fields).not.toContain("perDeviceBatchSize");
    expect(fields).not.toContain("gpu");
    expect(fields).not.toContain("model");
  });

  test("an alias of a model or GPU is", () => {
    const { plan, assumptions } = accepted({ model: "ViT-L/14@336px", gpu: "RTX 4090" });
    expect(plan).toMatchObject({ model: "ViT-L-14-336", gpu: "rtx-4090", imageSize: 336 });
    expect(assumptions).toContainEqual(
      expect.objectContaining({ field: "model", value: "ViT-L-14-336", status: "derived" }),
    );
    expect(assumptions).toContainEqual(expect.objectContaining({ field: "gpu", value: "rtx-4090", status: "derived" }));
  });

  test("the figures of a strategy that was only named are", () => {
    const { plan, assumptions } = accepted({ model: "ViT-B-32", strategy: { kind: "lora", rank: 8 } });
    expect(plan.strategy).toEqual({ kind: "lora", rank: 8, targets: ["q_proj", "v_proj"] });
    expect(assumptions).toContainEqual({ field: "strategy.targets", value: "q_proj,v_proj", status: "default" });
    expect(assumptions.map(({ field }) => field)).not.toContain("strategy.rank");
  });

  test("null stands for the model's own sizes", () => {
    const { plan } = accepted({ model: "ViT-B-16-SigLIP-384", imageSize: null, contextLength: null });
    expect(plan).toMatchObject({ imageSize: 384, contextLength: 64 });
  });

  test("equal sets of LoRA targets are equal plans", () => {
    const one = accepted({ model: "ViT-B-32", strategy: { kind: "lora", targets: ["fc2", "q_proj"] } });
    const other = accepted({ model: "ViT-B-32", strategy: { kind: "lora", targets: ["q_proj", "fc2"] } });
    expect(one.plan).toEqual(other.plan);
  });
});

describe("transformers", () => {
  test("reads the names of OpenAI's models with QuickGELU, and says so", () => {
    const { architecture, assumptions } = accepted({ model: "ViT-B-16", implementation: "transformers" });
    expect(architecture).toMatchObject({ vision: { activation: "quick_gelu" }, text: { activation: "quick_gelu" } });
    expect(assumptions).toContainEqual(expect.objectContaining({ field: "model.activation", value: "quick_gelu" }));
  });

  test("keeps the activation of every other model", () => {
    const { architecture } = accepted({ model: "ViT-H-14", implementation: "transformers" });
    expect(architecture).toMatchObject({ vision: { activation: "gelu" } });
  });

  test.each(["RN50", "ViT-B-16-SigLIP", "ViT-H-14-CLIPA", "ViT-M-16-alt"])(
    "cannot be %s, and open_clip can",
    (model) => {
      const issue = onlyIssue({ model, implementation: "transformers" });
      expect(issue).toMatchObject({ path: "implementation", code: "not_expressible", suggestions: ["open_clip"] });
      expect(parsePlan({ model, implementation: "open_clip" }).ok).toBe(true);
    },
  );
});

describe("what is wrong is said at once", () => {
  test("with the path, the value received and a way out", () => {
    const issues = issuesOf({
      model: "ViT-L-14",
      imageSize: 225,
      perDeviceBatchSize: 1e12,
      precision: "bf-16",
      epochs: Number.NaN,
      gradCheckpointing: "yes",
      attention: "eager",
      batchSize: 3,
      strategy: { kind: "partial", unlockedBlocks: 30 },
      gpu: "rtx 4099",
    });
    expect(new Map(issues.map((issue) => [issue.path, issue.received]))).toEqual(
      new Map([
        ["imageSize", "225"],
        ["perDeviceBatchSize", "1000000000000"],
        ["precision", '"bf-16"'],
        ["epochs", "NaN"],
        ["gradCheckpointing", '"yes"'],
        ["attention", '"eager"'],
        ["batchSize", "3"],
        ["strategy.unlockedBlocks", "30"],
        ["gpu", '"rtx 4099"'],
      ]),
    );
    expect(issues.find(({ path }) => path === "precision")?.suggestions).toContain("bf16");
    expect(issues.find(({ path }) => path === "batchSize")?.suggestions).toContain("perDeviceBatchSize");
    expect(issues.find(({ path }) => path === "gpu")?.suggestions).toContain("rtx-4090");
    for (const issue of issues) expect(issue.message.startsWith(issue.path)).toBe(true);
  });

  test.each([
    ["perDeviceBatchSize", 0],
    ["perDeviceBatchSize", -1],
    ["perDeviceBatchSize", 1.5],
    ["perDeviceBatchSize", "32"],
    ["perDeviceBatchSize", Number.POSITIVE_INFINITY],
    ["perDeviceBatchSize", null],
    ["deviceCount", 1025],
    ["classCount", 100_001],
    ["epochs", 0],
    ["loaderWorkers", -1],
    ["validationSampleCount", -1],
    ["averageImageBytes", 1e10],
    ["sharding", "zero"],
    ["checkpointEveryEpochs", 0],
    ["pricePerGpuHour", -1],
    ["samplesSeen", 0],
    ["samplesSeen", 1_000_000_000],
    ["storageBytesPerSecond", 0],
    ["pricePerGpuHour", 1001],
    ["pricePerGpuHour", "2 USD"],
    ["imageSize", 4096],
    ["contextLength", 0],
    ["implementation", "jax"],
    ["optimizer", "lion"],
    ["localLoss", 1],
    ["strategy", "lora"],
    ["strategy", null],
    ["gpu", 4090],
    ["model", 7],
    ["model", ""],
  ])("%s cannot be %p", (field, value) => {
    const issues = issuesOf({ model: "ViT-B-32", [field]: value });
    expect(issues.map(({ path }) => path)).toEqual([field]);
  });

  test.each([
    [{ kind: "linear_probe", targets: ["q_proj"] }, "strategy.targets"],
    [{ kind: "full", rank: 4 }, "strategy.rank"],
    [{ kind: "prompt", unlockedBlocks: 2 }, "strategy.unlockedBlocks"],
    [{ kind: "lora", rank: 0 }, "strategy.rank"],
    [{ kind: "lora", rank: 513 }, "strategy.rank"],
    [{ kind: "lora", targets: [] }, "strategy.targets"],
    [{ kind: "lora", targets: ["q_proj", "q_proj"] }, "strategy.targets"],
    [{ kind: "lora", targets: ["query"] }, "strategy.targets.0"],
    [{ kind: "partial", unlockedBlocks: 13 }, "strategy.unlockedBlocks"],
    [{ kind: "partial", unlockedBlocks: 0 }, "strategy.unlockedBlocks"],
    [{ kind: "prompt", contextTokens: 76 }, "strategy.contextTokens"],
    [{ kind: "adapter" }, "strategy.kind"],
    [{}, "strategy.kind"],
  ])("the strategy %j is refused at %s", (strategy, path) => {
    expect(issuesOf({ model: "ViT-B-32", strategy }).map((issue) => issue.path)).toEqual([path]);
  });

  test("prompts may fill a text but for its start and end", () => {
    expect(parsePlan({ model: "ViT-B-32", strategy: { kind: "prompt", contextTokens: 75 } }).ok).toBe(true);
  });

  test("a strategy that is not known is met with those that are", () => {
    expect(onlyIssue({ model: "ViT-B-32", strategy: { kind: "Lora" } })).toMatchObject({ suggestions: ["lora"] });
    const issue = onlyIssue({ model: "ViT-B-32", strategy: { kind: "xyz" } });
    expect(issue.suggestions).toEqual(["full", "linear_probe", "partial", "lora", "prompt"]);
  });

  test("a misplaced figure is led to its strategy", () => {
    const issue = onlyIssue({ model: "ViT-B-32", strategy: { kind: "linear_probe", targets: ["q_proj"] } });
    expect(issue).toMatchObject({ code: "contradiction", suggestions: ["lora"] });
    expect(issue.message).toContain("lora");
  });

  test("everything wrong with a configuration and a card is told together", () => {
    const issues = issuesOf({
      model: { embed_dim: 512, vision_cfg: { patch_size: 15 }, text_cfg: { heads: 7 } },
      gpu: { name: "", memoryBytes: 1, peakFlopsPerSecond: { fp64: 1 } },
    });
    expect(issues.map(({ path }) => path).sort()).toEqual([
      "gpu.memoryBytes",
      "gpu.name",
      "gpu.peakFlopsPerSecond.fp64",
      "model.text_cfg.heads",
      "model.vision_cfg.patch_size",
    ]);
  });

  test("a million wrong entries give a bounded answer", () => {
    const targets = Array.from({ length: 100_000 }, () => "nothing");
    expect(issuesOf({ model: "ViT-B-32", strategy: { kind: "lora", targets } }).length).toBeLessThanOrEqual(51);
  });
});

describe("versions", () => {
  test("a newer schema is refused by its number", () => {
    expect(onlyIssue({ schemaVersion: 2, model: "ViT-B-32", anything: 1 })).toMatchObject({
      path: "schemaVersion",
      code: "newer_schema",
      received: "2",
    });
  });

  test.each([0, -1, 1.5, "1", null])("%p was never released", (schemaVersion) => {
    expect(onlyIssue({ schemaVersion, model: "ViT-B-32" })).toMatchObject({
      path: "schemaVersion",
      code: "unknown_schema",
    });
  });
});

describe("properties", () => {
  test("parsing a parsed plan changes nothing", () => {
    fc.assert(
      fc.property(planInputs, (input) => {
        const { plan } = accepted(input);
        expect(accepted(plan).plan).toEqual(plan);
      }),
    );
  });

  test("a plan survives JSON", () => {
    fc.assert(
      fc.property(planInputs, (input) => {
        const { plan } = accepted(input);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
    );
  });

  test("anything at all is answered without throwing", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withSparseArray: true }), (input) => {
        expect(typeof parsePlan(input).ok).toBe("boolean");
      }),
    );
  });

  test("a plan with any one field replaced by anything is answered without throwing", () => {
    const field = fc.constantFrom(
      "model",
      "strategy",
      "gpu",
      "imageSize",
      "perDeviceBatchSize",
      "schemaVersion",
      "__proto__",
    );
    fc.assert(
      fc.property(planInputs, field, fc.anything(), (input, name, value) => {
        const parsed = parsePlan({ ...input, [name]: value });
        if (parsed.ok) return;
        expect(parsed.issues.length).toBeGreaterThan(0);
        for (const issue of parsed.issues) expect(issue.message).not.toBe("");
      }),
    );
  });

  test("every catalogued model and GPU is a plan", () => {
    for (const { name } of MODELS) expect(accepted({ model: name }).plan.model).toBe(name);
    for (const { id } of GPUS) expect(accepted({ model: "ViT-B-32", gpu: id }).plan.gpu).toBe(id);
  });
});
