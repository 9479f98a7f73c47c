/**
 * Reads an open_clip-style model configuration into the numbers a graph is written from. A configuration that open_clip
 * would refuse, and one whose parts cannot be expressed yet, is answered with everything that is wrong with it.
 *
 * @source open-clip-code: defaults and rules of CLIPVisionCfg, CLIPTextCfg and the towers built from them
 * @source timm-code: the image towers of SigLIP
 */

import type { Issue } from "../plan/plan";
import type {
  Activation,
  ClipArchitecture,
  ModifiedResNet,
  OpenClipConfig,
  TextTransformer,
  VisionTransformer,
} from "./architecture";
import { ConfigReader } from "./config-reader";
import { nearestNames } from "./nearest-names";

/** The stages of a ModifiedResNet halve the image five times. */
export const RESNET_STRIDE = 32;

export type ConfigReading =
  | {
      readonly ok: true;
      readonly architecture: ClipArchitecture;
      /** The configuration with only the fields that were given and that shape the model. */
      readonly config: OpenClipConfig;
    }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Bounds that no CLIP comes near; beyond them an answer would mean nothing and take long to compute. */
export const CONFIG_LIMITS = {
  width: 16_384,
  layers: 256,
  heads: 256,
  mlpRatio: 64,
  embedDim: 16_384,
  vocabSize: 4_000_000,
  contextLength: 4096,
  imageSize: 2048,
  patchSize: 512,
  /** Patches of one image: 2048 pixels in patches of 14. */
  patchCount: 21_316,
} as const;

/**
 * @param value  what was given; anything at all
 * @param name   what the model is called in answers; a description of its towers when absent
 */
export function readModelConfig(value: unknown, name?: string): ConfigReading {
  const issues: Issue[] = [];
  const root = ConfigReader.open(value, "model", issues);
  if (root === null) return { ok: false, issues };

  const embedDim = root.integer("embed_dim", { min: 1, max: CONFIG_LIMITS.embedDim });
  const quickGelu = root.boolean("quick_gelu", false);
  const customText = root.boolean("custom_text", false);
  const hasLogitBias = root.optionalNumber("init_logit_bias", { min: -1000, max: 1000 }) !== undefined;
  root.ignored(["init_logit_scale", "nonscalar_logit_scale", "output_dict"]);
  for (const part of ["multimodal_cfg", "audio_cfg"]) root.mustBeAbsent(part, MISSING_PARTS[part] ?? part);
  const visionReader = root.section("vision_cfg");
  const textReader = root.section("text_cfg");
  const vision = readVision(visionReader, embedDim, quickGelu);
  const text = readText(textReader, embedDim, quickGelu);
  root.refuseUnknown();

  if (issues.length > 0 || vision === null || text === null) return { ok: false, issues };
  const architecture: ClipArchitecture = {
    name: name ?? describe(vision),
    embedDim,
    vision,
    text,
    loss: hasLogitBias ? "sigmoid" : "contrastive",
    customText,
  };
  const config: OpenClipConfig = {
    ...root.given(),
    embed_dim: embedDim,
    vision_cfg: visionReader?.given() ?? {},
    text_cfg: textReader?.given() ?? {},
  };
  return { ok: true, architecture, config };
}

const MISSING_PARTS: Readonly<Record<string, string>> = {
  multimodal_cfg: "a multimodal decoder (CoCa)",
  audio_cfg: "an audio tower (CLAP)",
};

/** Variants of the attention block that open_clip offers and no graph is written for yet. */
const CUSTOM_BLOCK_FIELDS = {
  qk_norm: "a norm on queries and keys",
  scaled_cosine_attn: "scaled cosine attention",
  scale_heads: "a learned scale per head",
  scale_attn_inner: "a norm on the attention context",
  scale_attn: "a norm after attention",
  scale_fc: "a norm inside the MLP",
} as const;

type Vision = VisionTransformer | ModifiedResNet;

function readVision(reader: ConfigReader | null, embedDim: number, quickGelu: boolean): Vision | null {
  if (reader === null) return null;
  const imageSize = reader.squareSize("image_size", 224, CONFIG_LIMITS.imageSize);
  reader.ignored(["timm_model_pretrained", "timm_drop", "norm_kwargs"]);
  reader.neutral("patch_dropout", [0], "patch dropout");
  reader.neutral("output_tokens", [false], "token outputs beside the pooled features");
  const vision = reader.has("timm_model_name")
    ? readSiglipTower(reader, imageSize, embedDim)
    : reader.isList("layers")
      ? readResNet(reader, imageSize)
      : readVisionTransformer(reader, imageSize, quickGelu);
  reader.refuseUnknown();
  return vision;
}

function readVisionTransformer(reader: ConfigReader, imageSize: number, quickGelu: boolean): VisionTransformer {
  const width = reader.integer("width", { default: 768, min: 1, max: CONFIG_LIMITS.width });
  const layers = reader.integer("layers", { default: 12, min: 1, max: CONFIG_LIMITS.layers });
  const headWidth = reader.integer("head_width", { default: 64, min: 1, max: CONFIG_LIMITS.width });
  const patchSize = reader.integer("patch_size", { default: 16, min: 1, max: CONFIG_LIMITS.patchSize });
  const mlpWidth = readMlpWidth(reader, width);
  const heads = Math.floor(width / headWidth);
  if (heads < 1 || width % heads !== 0) {
    reader.refuse(
      "head_width",
      headWidth,
      `gives ${heads} heads, which do not divide width ${width}; try ${nearestDivisors(width, headWidth).join(" or ")}`,
      nearestDivisors(width, headWidth),
    );
  }
  if (heads > CONFIG_LIMITS.heads) {
    reader.refuse("head_width", headWidth, `gives ${heads} heads; at most ${CONFIG_LIMITS.heads} are answered`);
  }
  if (imageSize % patchSize !== 0) {
    const near = nearestDivisors(imageSize, patchSize);
    reader.refuse("patch_size", patchSize, `does not divide image_size ${imageSize}; try ${near.join(" or ")}`, near);
  } else if ((imageSize / patchSize) ** 2 > CONFIG_LIMITS.patchCount) {
    reader.refuse("patch_size", patchSize, `gives more than ${CONFIG_LIMITS.patchCount} patches; try a larger one`);
  }
  refuseCustomBlocks(reader);
  reader.neutral("attentional_pool", [false], "attentional pooling");
  reader.ignored(["attn_pooler_queries", "attn_pooler_heads", "timm_pool", "timm_proj", "timm_proj_bias"]);
  reader.ignored(["timm_drop_path"]);
  reader.neutral("pos_embed_type", ["learnable"], "fixed sine and cosine positions");
  return {
    kind: "vit",
    imageSize,
    patchSize,
    width,
    layers,
    heads,
    mlpWidth,
    activation: readActivation(reader, quickGelu),
    patchBias: false,
    classToken: true,
    preNorm: !reader.boolean("no_ln_pre", false),
    layerScale: reader.optionalNumber("ls_init_value", { min: -1000, max: 1000 }) !== undefined,
    pool: reader.choice("pool_type", { tok: "token", avg: "average" }, "tok"),
    finalNormAfterPool: reader.boolean("final_ln_after_pool", false),
    projection: true,
  };
}

function readResNet(reader: ConfigReader, imageSize: number): ModifiedResNet {
  const width = reader.integer("width", { default: 768, min: 2, max: CONFIG_LIMITS.width });
  const headWidth = reader.integer("head_width", { default: 64, min: 1, max: CONFIG_LIMITS.width });
  const layers = reader.fourIntegers("layers", { min: 1, max: CONFIG_LIMITS.layers });
  // The stem halves the width; the last stage is 32 times as wide as the stem's output.
  const features = width * 32;
  const heads = Math.floor(features / headWidth);
  if (width % 2 !== 0) reader.refuse("width", width, "is odd; the stem of a ModifiedResNet halves it");
  if (heads < 1 || features % heads !== 0) {
    reader.refuse("head_width", headWidth, `gives ${heads} pooling heads, which do not divide ${features}; try 64`);
  }
  if (imageSize % RESNET_STRIDE !== 0) {
    const near = nearestImageSizes(imageSize, RESNET_STRIDE);
    reader.refuse("image_size", imageSize, `is not a multiple of ${RESNET_STRIDE}; try ${near.join(" or ")}`, near);
  }
  refuseCustomBlocks(reader);
  // open_clip's ResNet reads none of these.
  reader.ignored(["patch_size", "mlp_ratio", "pool_type", "act_kwargs", "ls_init_value", "no_ln_pre"]);
  reader.ignored(["final_ln_after_pool", "pos_embed_type", "attentional_pool"]);
  return { kind: "resnet", imageSize, width, layers, heads };
}

/** Widths of timm's vision transformers by the size in their name. */
const TIMM_SIZES: Readonly<Record<string, { width: number; layers: number; heads: number; mlpWidth: number }>> = {
  base: { width: 768, layers: 12, heads: 12, mlpWidth: 3072 },
  large: { width: 1024, layers: 24, heads: 16, mlpWidth: 4096 },
  so400m: { width: 1152, layers: 27, heads: 16, mlpWidth: 4304 },
  giantopt: { width: 1536, layers: 40, heads: 16, mlpWidth: 6144 },
};

/** timm's registered SigLIP towers; the later ones use the tanh form of GELU. */
const TIMM_SIGLIP_TOWERS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ["vit_base_patch32_siglip_256", "gelu_tanh"],
  ["vit_base_patch16_siglip_224", "gelu"],
  ["vit_base_patch16_siglip_256", "gelu"],
  ["vit_base_patch16_siglip_384", "gelu"],
  ["vit_base_patch16_siglip_512", "gelu"],
  ["vit_large_patch16_siglip_256", "gelu"],
  ["vit_large_patch16_siglip_384", "gelu"],
  ["vit_large_patch16_siglip_512", "gelu_tanh"],
  ["vit_so400m_patch14_siglip_224", "gelu"],
  ["vit_so400m_patch14_siglip_378", "gelu"],
  ["vit_so400m_patch14_siglip_384", "gelu"],
  ["vit_so400m_patch16_siglip_256", "gelu_tanh"],
  ["vit_so400m_patch16_siglip_384", "gelu_tanh"],
  ["vit_so400m_patch16_siglip_512", "gelu_tanh"],
  ["vit_giantopt_patch16_siglip_256", "gelu_tanh"],
  ["vit_giantopt_patch16_siglip_384", "gelu_tanh"],
]);

function readSiglipTower(reader: ConfigReader, imageSize: number, embedDim: number): VisionTransformer | null {
  const name = reader.text("timm_model_name");
  const activation = name === null ? undefined : TIMM_SIGLIP_TOWERS.get(name);
  const match = /^vit_([a-z0-9]+)_patch(\d+)_siglip_(\d+)$/.exec(name ?? "");
  const size = match?.[1] === undefined ? undefined : TIMM_SIZES[match[1]];
  reader.neutral("timm_drop_path", [0, null], "stochastic depth");
  reader.neutral("timm_proj_bias", [false], "a projection with bias after a timm tower");
  // A timm tower brings its own sizes; open_clip reads none of these for it.
  reader.ignored(["width", "layers", "head_width", "mlp_ratio", "patch_size", "pool_type", "act_kwargs", "no_ln_pre"]);
  reader.ignored(["ls_init_value", "final_ln_after_pool", "pos_embed_type", "attentional_pool", "block_type"]);
  reader.ignored(Object.keys(CUSTOM_BLOCK_FIELDS));
  if (name === null) return null;
  if (activation === undefined || match === null || size === undefined) {
    const known = [...TIMM_SIGLIP_TOWERS.keys()];
    reader.refuse(
      "timm_model_name",
      name,
      "is an image tower that cannot be expressed yet; of timm's towers only SigLIP's vision transformers can",
      nearestNames(name, known),
    );
    return null;
  }
  reader.required("timm_pool", "map", "SigLIP's towers pool by attention");
  reader.required("timm_proj", "none", "SigLIP's towers have no projection");
  const ownSize = Number(match[3]);
  if (imageSize !== ownSize) {
    reader.refuse("image_size", imageSize, `is not the ${ownSize} of ${name}; set the plan's imageSize instead`);
  }
  if (embedDim !== size.width) {
    reader.refuse(
      "timm_model_name",
      name,
      `gives ${size.width} features and no projection, but embed_dim is ${embedDim}`,
    );
  }
  return {
    kind: "vit",
    imageSize,
    patchSize: Number(match[2]),
    ...size,
    activation,
    patchBias: true,
    classToken: false,
    preNorm: false,
    layerScale: false,
    pool: "map",
    finalNormAfterPool: false,
    projection: false,
  };
}

function readText(reader: ConfigReader | null, embedDim: number, quickGelu: boolean): TextTransformer | null {
  if (reader === null) return null;
  reader.mustBeAbsent("hf_model_name", "a text tower from transformers");
  reader.mustBeAbsent("text_arch", "a text tower of another design");
  const contextLength = reader.integer("context_length", { default: 77, min: 1, max: CONFIG_LIMITS.contextLength });
  const vocabSize = reader.integer("vocab_size", { default: 49_408, min: 2, max: CONFIG_LIMITS.vocabSize });
  const width = reader.integer("width", { default: 512, min: 1, max: CONFIG_LIMITS.width });
  const heads = reader.integer("heads", { default: 8, min: 1, max: CONFIG_LIMITS.heads });
  const layers = reader.integer("layers", { default: 12, min: 1, max: CONFIG_LIMITS.layers });
  const mlpWidth = readMlpWidth(reader, width);
  if (width % heads !== 0) {
    reader.refuse(
      "heads",
      heads,
      `does not divide width ${width}; try ${nearestDivisors(width, heads).join(" or ")}`,
      nearestDivisors(width, heads),
    );
  }
  const projectionKind = reader.choice("proj_type", { linear: "linear", none: "none" }, "linear");
  const projectionBias = reader.boolean("proj_bias", false);
  if (projectionKind === "none" && width !== embedDim) {
    reader.refuse("proj_type", "none", `leaves ${width} features, but embed_dim is ${embedDim}`);
  }
  refuseCustomBlocks(reader);
  reader.neutral("ls_init_value", [null], "layer scale in the text tower");
  reader.neutral("embed_cls", [false], "a class embedding after the text (CoCa)");
  reader.neutral("output_tokens", [false], "token outputs beside the pooled features");
  reader.ignored(["hf_tokenizer_name", "tokenizer_mode", "tokenizer_kwargs", "tokenizer_type", "norm_kwargs"]);
  reader.ignored(["pad_id", "eos_id", "bos_id", "hf_model_pretrained", "hf_proj_type", "hf_pooler_type"]);
  // open_clip accepts this field and its text tower never reads it.
  reader.ignored(["final_ln_after_pool"]);
  const text: TextTransformer = {
    contextLength,
    vocabSize,
    width,
    heads,
    layers,
    mlpWidth,
    activation: readActivation(reader, quickGelu),
    causalMask: !reader.boolean("no_causal_mask", false),
    pool: reader.choice("pool_type", { argmax: "eot", eos: "eot", first: "first", last: "last" }, "argmax"),
    projection: projectionKind === "none" ? "none" : projectionBias ? "linear_bias" : "matrix",
  };
  reader.refuseUnknown();
  return text;
}

/** open_clip truncates the product towards zero. */
function readMlpWidth(reader: ConfigReader, width: number): number {
  const ratio = reader.number("mlp_ratio", { default: 4, min: 0, max: CONFIG_LIMITS.mlpRatio });
  const mlpWidth = Math.floor(width * ratio);
  if (mlpWidth < 1) reader.refuse("mlp_ratio", ratio, `leaves no neuron in the MLP of width ${width}; try 4`);
  return mlpWidth;
}

function readActivation(reader: ConfigReader, quickGelu: boolean): Activation {
  const options = reader.optionalSection("act_kwargs");
  if (options === null) return quickGelu ? "quick_gelu" : "gelu";
  const approximate = options.choice("approximate", { none: "gelu", tanh: "gelu_tanh" }, "none");
  options.refuseUnknown();
  if (quickGelu) reader.refuse("act_kwargs", "an object", "has no effect on quick_gelu; leave one of the two out");
  return approximate;
}

function refuseCustomBlocks(reader: ConfigReader): void {
  reader.neutral("block_type", [null, "default"], "custom attention blocks");
  for (const [field, meaning] of Object.entries(CUSTOM_BLOCK_FIELDS)) reader.neutral(field, [false], meaning);
}

/** Image sizes nearest to one that a patch does not divide. */
export function nearestImageSizes(imageSize: number, patchSize: number): string[] {
  return [Math.floor(imageSize / patchSize), Math.ceil(imageSize / patchSize)]
    .filter((grid) => grid >= 1)
    .map((grid) => String(grid * patchSize));
}

function nearestDivisors(value: number, wanted: number): string[] {
  const divisors = Array.from({ length: Math.min(value, CONFIG_LIMITS.width) }, (_, index) => index + 1).filter(
    (candidate) => value % candidate === 0,
  );
  return divisors
    .sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))
    .slice(0, 2)
    .map(String);
}

function describe(vision: Vision): string {
  return vision.kind === "resnet"
    ? `your ResNet (width ${vision.width}, stages ${vision.layers.join("-")})`
    : `your ViT (width ${vision.width}, ${vision.layers} blocks, patch ${vision.patchSize})`;
}
