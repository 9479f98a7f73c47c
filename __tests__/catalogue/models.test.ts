import type {
  ClipArchitecture,
  ModifiedResNet,
  TextTransformer,
  VisionTransformer,
} from "../../lib/catalogue/architecture";
import { readModelConfig } from "../../lib/catalogue/model-config";
import { ownSizes } from "../../lib/catalogue/model-table";
import { findModel, MODELS, resolveModel } from "../../lib/catalogue/models";
import { REFUSED_MODELS } from "../../lib/catalogue/refused-models";
import parameters from "../fixtures/open-clip-parameters.json";
import profile from "../fixtures/open-clip-profile.json";

function architectureOf(name: string): ClipArchitecture {
  const resolution = resolveModel(name, {});
  if (!resolution.ok) throw new Error(resolution.issue.message);
  return resolution.architecture;
}

describe("against open_clip", () => {
  test.each(parameters.models)("$name has the towers that open_clip builds", (built) => {
    const architecture = architectureOf(built.name);
    const { vision, text } = architecture;
    expect({
      image: imageParameters(architecture),
      text: textParameters(text, architecture.embedDim),
      other: architecture.loss === "sigmoid" ? 2 : 1,
      imageHeads: vision.heads,
      tokens: imageTokens(vision),
      imageActivation: vision.kind === "vit" ? vision.activation : null,
      textActivation: text.activation,
    }).toEqual({
      image: built.image,
      text: built.text,
      other: built.other,
      imageHeads: built.imageHeads,
      tokens: built.tokens,
      imageActivation: built.imageActivation,
      textActivation: built.textActivation,
    });
  });

  // The profile prints two decimals, so a count may differ by half of the last one.
  test.each(profile.models)("$name has the parameters of open_clip's published profile", (published) => {
    const architecture = architectureOf(published.name);
    const image = imageParameters(architecture);
    const text = textParameters(architecture.text, architecture.embedDim);
    const other = architecture.loss === "sigmoid" ? 2 : 1;
    expect(Math.abs((image + text + other) / 1e6 - published.parametersM)).toBeLessThanOrEqual(0.00501);
    expect(Math.abs(image / 1e6 - published.imageParametersM)).toBeLessThanOrEqual(0.00501);
    expect(Math.abs(text / 1e6 - published.textParametersM)).toBeLessThanOrEqual(0.00501);
    expect(architecture.vision.imageSize).toBe(published.imageSize);
  });

  test("every answered model is among those that open_clip was asked to build", () => {
    expect(MODELS.map((model) => model.name).sort()).toEqual(parameters.models.map((built) => built.name).sort());
  });

  test("CLIPA averages patches and reads its text without a mask", () => {
    expect(architectureOf("ViT-H-14-CLIPA-336")).toMatchObject({
      vision: { pool: "average", preNorm: false, finalNormAfterPool: true, classToken: true, imageSize: 336 },
      text: { causalMask: false, pool: "last", contextLength: 32 },
      loss: "contrastive",
      customText: false,
    });
  });

  test("SigLIP pools by attention and trains with the sigmoid loss", () => {
    expect(architectureOf("ViT-B-16-SigLIP2-256")).toMatchObject({
      vision: { pool: "map", classToken: false, preNorm: false, patchBias: true, projection: false },
      text: { causalMask: false, pool: "last", projection: "linear_bias", activation: "gelu_tanh" },
      loss: "sigmoid",
      customText: true,
    });
    expect(architectureOf("ViT-SO400M-16-SigLIP-i18n-256").text.projection).toBe("none");
  });

  test("layer scale is read from the configuration", () => {
    expect(architectureOf("ViT-M-16-alt").vision).toMatchObject({ layerScale: true });
    expect(architectureOf("ViT-M-16").vision).toMatchObject({ layerScale: false });
  });
});

describe("names", () => {
  test.each([
    ["ViT-B/32", "ViT-B-32"],
    ["ViT-B/16", "ViT-B-16"],
    ["ViT-L/14", "ViT-L-14"],
    ["ViT-L/14@336px", "ViT-L-14-336"],
    ["RN50", "RN50"],
    ["vit-b-32", "ViT-B-32"],
    ["openai/clip-vit-base-patch32", "ViT-B-32-quickgelu"],
    ["openai/clip-vit-large-patch14-336", "ViT-L-14-336-quickgelu"],
    ["laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "ViT-B-32"],
    ["laion/CLIP-ViT-bigG-14-laion2B-39B-b160k", "ViT-bigG-14"],
    ["google/siglip-so400m-patch14-384", "ViT-SO400M-14-SigLIP-384"],
    ["google/siglip2-base-patch16-224", "ViT-B-16-SigLIP2"],
    ["timm/ViT-B-16-SigLIP-512", "ViT-B-16-SigLIP-512"],
    ["hf-hub:timm/ViT-B-16-SigLIP2-256", "ViT-B-16-SigLIP2-256"],
    ["ViT-G/14", "ViT-bigG-14"],
    ["ViT-g-14", "ViT-g-14"],
  ])("%s is %s", (given, canonical) => {
    expect(resolveModel(given, {})).toMatchObject({ ok: true, canonicalName: canonical });
  });

  test("every name and alias leads to its own model", () => {
    for (const model of MODELS) {
      for (const name of [model.name, ...model.aliases]) expect(findModel(name)?.name).toBe(model.name);
    }
  });

  test("the chapter's six model names are marked", () => {
    const named = MODELS.filter((model) => model.inChapter).map((model) => model.chapterName);
    expect(named.sort()).toEqual(["RN101", "RN50", "ViT-B/16", "ViT-B/32", "ViT-L/14", "ViT-L/14@336px"]);
  });

  test("an unknown name is met with the nearest ones", () => {
    const resolution = resolveModel("ViT-B-33", {});
    expect(resolution).toMatchObject({ ok: false, issue: { path: "model", code: "unknown_name" } });
    if (!resolution.ok) expect(resolution.issue.suggestions).toContain("ViT-B-32");
  });

  test("a name that resembles nothing gets no suggestions", () => {
    const resolution = resolveModel("zzzzzzzzzzzzzzzz", {});
    expect(resolution).toMatchObject({ ok: false, issue: { code: "unknown_name" } });
    if (!resolution.ok) expect(resolution.issue.suggestions).toBeUndefined();
  });
});

describe("models that cannot be expressed yet", () => {
  test("open_clip's 181 names are answered or refused by name", () => {
    expect(MODELS.length + REFUSED_MODELS.length).toBe(181);
  });

  test.each(REFUSED_MODELS)("$name is refused with what is missing", ({ name, missing, nearest }) => {
    const resolution = resolveModel(name, {});
    expect(resolution).toMatchObject({ ok: false, issue: { path: "model", code: "not_expressible" } });
    if (resolution.ok) return;
    expect(resolution.issue.message).toContain(missing);
    if (nearest !== null) expect(resolveModel(nearest, {})).toMatchObject({ ok: true, canonicalName: nearest });
  });

  test.each([
    "laion/CLIP-convnext_base_w-laion2B-s13B-b82K",
    "timm/eva02_base_patch16_clip_224.merged2b_s8b_b131k",
    "google/siglip2-base-patch16-naflex",
    "laion/CLIP-ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k",
    "timm/MobileCLIP2-L-14-OpenCLIP",
  ])("the weights %s are refused, not taken for another model", (id) => {
    expect(resolveModel(id, {})).toMatchObject({ ok: false, issue: { code: "not_expressible" } });
  });
});

describe("sizes", () => {
  test("a model keeps its own sizes unless others are asked for", () => {
    expect(architectureOf("ViT-L-14-336").vision.imageSize).toBe(336);
    expect(ownSizes("ViT-L-14-336")).toEqual({ imageSize: 336, contextLength: 77 });
    const wider = resolveModel("ViT-L-14", { imageSize: 336, contextLength: 40 });
    expect(wider).toMatchObject({
      ok: true,
      architecture: { vision: { imageSize: 336 }, text: { contextLength: 40 } },
      canonicalName: "ViT-L-14",
    });
  });

  test("a size that the patch does not divide is refused with the nearest that work", () => {
    expect(resolveModel("ViT-L-14", { imageSize: 225 })).toMatchObject({
      ok: false,
      issue: { path: "imageSize", code: "not_divisible", received: "225", suggestions: ["224", "238"] },
    });
    expect(resolveModel("RN50", { imageSize: 230 })).toMatchObject({
      ok: false,
      issue: { path: "imageSize", suggestions: ["224", "256"] },
    });
  });

  test("a model whose own size leaves a rest drops it, as timm does", () => {
    // 384 = 27 · 14 + 6
    expect(resolveModel("ViT-SO400M-14-SigLIP-384", { imageSize: 384 })).toMatchObject({ ok: true });
    expect(imageTokens(architectureOf("ViT-SO400M-14-SigLIP-384").vision)).toBe(27 * 27);
  });

  test.each([0, -224, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12])("image size %p is refused", (imageSize) => {
    expect(resolveModel("ViT-B-32", { imageSize })).toMatchObject({ ok: false, issue: { path: "imageSize" } });
  });

  test("an image of too many patches is refused", () => {
    const tiny = {
      embed_dim: 64,
      vision_cfg: { patch_size: 8, width: 64, layers: 2 },
      text_cfg: { width: 64, heads: 1 },
    };
    expect(resolveModel(tiny, { imageSize: 2048 })).toMatchObject({ ok: false, issue: { code: "out_of_range" } });
  });
});

describe("a configuration object", () => {
  test("of a catalogued model reads as that model does by name", () => {
    for (const model of MODELS) {
      const reading = readModelConfig(model.config, model.name);
      expect(reading).toMatchObject({ ok: true, architecture: model.architecture, config: model.config });
    }
  });

  test("takes open_clip's defaults for what it leaves out", () => {
    const reading = readModelConfig({ embed_dim: 512, vision_cfg: {}, text_cfg: {} });
    expect(reading).toMatchObject({
      ok: true,
      architecture: {
        vision: { kind: "vit", imageSize: 224, patchSize: 16, width: 768, layers: 12, heads: 12, mlpWidth: 3072 },
        text: { contextLength: 77, vocabSize: 49408, width: 512, heads: 8, layers: 12, mlpWidth: 2048, pool: "eot" },
      },
    });
  });

  test("rounds the MLP's width down, as open_clip does", () => {
    // 1664 · 4.9231 = 8192.04
    const vision_cfg = { width: 1664, head_width: 104, mlp_ratio: 4.9231, patch_size: 14 };
    const reading = readModelConfig({ embed_dim: 1280, vision_cfg, text_cfg: {} });
    expect(reading).toMatchObject({ ok: true, architecture: { vision: { heads: 16, mlpWidth: 8192 } } });
  });

  test("drops fields that only tokenizers and weight loaders read", () => {
    const text_cfg = { hf_tokenizer_name: "x", tokenizer_kwargs: { clean: "y" }, width: 512, heads: 8 };
    const reading = readModelConfig({ embed_dim: 512, vision_cfg: { timm_drop: 0 }, text_cfg });
    expect(reading).toMatchObject({ ok: true, config: { vision_cfg: {}, text_cfg: { width: 512, heads: 8 } } });
    if (reading.ok) expect(Object.keys(reading.config.text_cfg)).toEqual(["width", "heads"]);
  });

  test("is told everything that is wrong with it at once", () => {
    const reading = readModelConfig({
      embed_dim: 0,
      vision_cfg: { image_size: 224, patch_size: 15, width: 768, qk_norm: true, patch_sise: 16 },
      text_cfg: { width: 512, heads: 7, pool_type: "mean", hf_model_name: "roberta-base" },
    });
    if (reading.ok) throw new Error("accepted");
    expect(reading.issues.map((issue) => issue.path).sort()).toEqual([
      "model.embed_dim",
      "model.text_cfg.heads",
      "model.text_cfg.hf_model_name",
      "model.text_cfg.pool_type",
      "model.vision_cfg.patch_sise",
      "model.vision_cfg.patch_size",
      "model.vision_cfg.qk_norm",
    ]);
    const patch = reading.issues.find((issue) => issue.path === "model.vision_cfg.patch_size");
    expect(patch).toMatchObject({ received: "15", suggestions: ["14", "16"] });
  });

  test.each([
    ["attentional_pool", { attentional_pool: true }],
    ["patch_dropout", { patch_dropout: 0.5 }],
    ["pos_embed_type", { pos_embed_type: "sin_cos_2d" }],
    ["block_type", { block_type: "custom" }],
    ["timm_model_name", { timm_model_name: "convnext_base" }],
  ])("with %s is refused as not expressible", (field, vision_cfg) => {
    const reading = readModelConfig({ embed_dim: 512, vision_cfg, text_cfg: {} });
    if (reading.ok) throw new Error("accepted");
    expect(reading.issues.map((issue) => issue.path)).toContain(`model.vision_cfg.${field}`);
  });

  test.each([null, 7, "x", [], {}, { embed_dim: "512" }])("that is %p is refused without throwing", (value) => {
    expect(readModelConfig(value)).toMatchObject({ ok: false });
  });
});

// Closed forms: a second way to the same numbers, kept apart from the graphs.

function imageTokens(vision: VisionTransformer | ModifiedResNet): number {
  const grid = Math.floor(vision.imageSize / (vision.kind === "vit" ? vision.patchSize : 32));
  return grid * grid + (vision.kind === "resnet" || vision.classToken ? 1 : 0);
}

/** Four attention projections, two MLP layers and two norms, all with biases. */
function blockParameters(width: number, mlpWidth: number): number {
  return 4 * (width * width + width) + 2 * width * mlpWidth + mlpWidth + width + 4 * width;
}

function imageParameters({ vision, embedDim }: ClipArchitecture): number {
  return vision.kind === "vit" ? visionTransformerParameters(vision, embedDim) : resNetParameters(vision, embedDim);
}

function visionTransformerParameters(vision: VisionTransformer, embedDim: number): number {
  const { width, mlpWidth } = vision;
  const patches = 3 * vision.patchSize ** 2 * width + (vision.patchBias ? width : 0);
  const embeddings = (vision.classToken ? width : 0) + imageTokens(vision) * width;
  const norms = (vision.preNorm ? 2 : 0) * width + 2 * width;
  const blocks = vision.layers * (blockParameters(width, mlpWidth) + (vision.layerScale ? 2 * width : 0));
  // SigLIP's pooling has a query, one attention, a norm and an MLP: a block with one norm less.
  const pooling = vision.pool === "map" ? width + blockParameters(width, mlpWidth) - 2 * width : 0;
  return patches + embeddings + norms + blocks + pooling + (vision.projection ? width * embedDim : 0);
}

function resNetParameters({ width, layers, imageSize }: ModifiedResNet, embedDim: number): number {
  const convolution = (from: number, to: number, kernel: number) => from * to * kernel * kernel + 2 * to;
  let count = convolution(3, width / 2, 3) + convolution(width / 2, width / 2, 3) + convolution(width / 2, width, 3);
  let from = width;
  layers.forEach((blocks, stage) => {
    const planes = width * 2 ** stage;
    for (let block = 0; block < blocks; block++) {
      count += convolution(from, planes, 1) + convolution(planes, planes, 3) + convolution(planes, 4 * planes, 1);
      if (block === 0) count += convolution(from, 4 * planes, 1);
      from = 4 * planes;
    }
  });
  const positions = ((imageSize / 32) ** 2 + 1) * from;
  return count + positions + 3 * (from * from + from) + from * embedDim + embedDim;
}

function textParameters(text: TextTransformer, embedDim: number): number {
  const projection = { matrix: text.width * embedDim, linear_bias: (text.width + 1) * embedDim, none: 0 };
  return (
    (text.vocabSize + text.contextLength) * text.width +
    text.layers * blockParameters(text.width, text.mlpWidth) +
    2 * text.width +
    projection[text.projection]
  );
}
