/**
 * The models answered by name, as open_clip configurations: hyper-parameters of the models that open_clip ships, and
 * nothing else. Names are open_clip's.
 *
 * @source open-clip-configs
 */

import type { OpenClipConfig } from "./architecture";

/** What a model expects when nothing else is asked for: pixels along one side of the image, tokens of a text. */
export interface OwnSizes {
  readonly imageSize: number;
  readonly contextLength: number;
}

/** @returns the sizes a catalogued model was published with, or undefined for another name */
export function ownSizes(name: string): OwnSizes | undefined {
  const config = MODEL_CONFIGS.get(name);
  return config === undefined
    ? undefined
    : { imageSize: config.vision_cfg.image_size, contextLength: config.text_cfg.context_length };
}

interface TableConfig extends OpenClipConfig {
  readonly vision_cfg: Readonly<Record<string, unknown>> & { readonly image_size: number };
  readonly text_cfg: Readonly<Record<string, unknown>> & { readonly context_length: number };
}

interface TextTower {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlp_ratio?: number;
  readonly context_length?: number;
  readonly vocab_size?: number;
  readonly pool_type?: string;
  readonly act_kwargs?: { readonly approximate: string };
}

const CLIP_VOCABULARY = 49_408;
const CLIP_CONTEXT = 77;

// Image towers by the letter in the model's name.
const S = { width: 384, layers: 12 };
const M = { width: 512, layers: 12 };
const B = { width: 768, layers: 12 };
const B_PLUS = { width: 896, layers: 12 };
const L = { width: 1024, layers: 24 };
const H = { width: 1280, layers: 32, head_width: 80 };
const G = { width: 1408, layers: 40, head_width: 88, mlp_ratio: 4.3637 };
const BIG_G = { width: 1664, layers: 48, head_width: 104, mlp_ratio: 4.9231 };
const E = { width: 1792, layers: 56, head_width: 112, mlp_ratio: 8.5715 };

const TEXT_256 = textSize(256, 10);
const TEXT_384 = textSize(384, 12);
const TEXT_512 = textSize(512, 12);
const TEXT_640 = textSize(640, 12);
const TEXT_768 = textSize(768, 12);
const TEXT_1024 = textSize(1024, 24);
const TEXT_1024_SHALLOW = textSize(1024, 12);
const TEXT_1280 = textSize(1280, 32);
const TEXT_1280_DEEP = textSize(1280, 36);
const TEXT_SO400M = { width: 1152, layers: 27, heads: 16, mlp_ratio: 3.7362 };

const QUICK_GELU = { quick_gelu: true };
const LAYER_SCALE = { ls_init_value: 1e-4 };

/** Which tokenizer's vocabulary a multilingual text tower embeds. */
const XLM_V = { vocab_size: 901_629, pool_type: "eos" };
const MT5 = { vocab_size: 250_100, pool_type: "eos" };

const SIGLIP_VOCABULARY = 32_000;
const SIGLIP_I18N_VOCABULARY = 250_000;
const SIGLIP2_VOCABULARY = 256_000;
const TANH_GELU = { act_kwargs: { approximate: "tanh" } };

const TABLE: readonly (readonly [name: string, config: TableConfig])[] = [
  ["RN50", resNet(1024, 64, [3, 4, 6, 3], 224, TEXT_512)],
  ["RN50-quickgelu", resNet(1024, 64, [3, 4, 6, 3], 224, TEXT_512, QUICK_GELU)],
  ["RN101", resNet(512, 64, [3, 4, 23, 3], 224, TEXT_512)],
  ["RN101-quickgelu", resNet(512, 64, [3, 4, 23, 3], 224, TEXT_512, QUICK_GELU)],
  ["RN50x4", resNet(640, 80, [4, 6, 10, 6], 288, TEXT_640)],
  ["RN50x4-quickgelu", resNet(640, 80, [4, 6, 10, 6], 288, TEXT_640, QUICK_GELU)],
  ["RN50x16", resNet(768, 96, [6, 8, 18, 8], 384, TEXT_768)],
  ["RN50x16-quickgelu", resNet(768, 96, [6, 8, 18, 8], 384, TEXT_768, QUICK_GELU)],
  ["RN50x64", resNet(1024, 128, [3, 15, 36, 10], 448, TEXT_1024_SHALLOW)],
  ["RN50x64-quickgelu", resNet(1024, 128, [3, 15, 36, 10], 448, TEXT_1024_SHALLOW, QUICK_GELU)],

  ["ViT-S-32", vit(384, S, 32, 224, TEXT_384)],
  ["ViT-S-32-alt", vit(256, S, 32, 224, TEXT_256)],
  ["ViT-S-16", vit(384, S, 16, 224, TEXT_384)],
  ["ViT-S-16-alt", vit(256, S, 16, 224, TEXT_256)],
  ["ViT-M-32", vit(512, M, 32, 224, TEXT_512)],
  ["ViT-M-32-alt", vit(384, M, 32, 224, TEXT_384)],
  ["ViT-M-16", vit(512, M, 16, 224, TEXT_512)],
  ["ViT-M-16-alt", vit(384, { ...M, ...LAYER_SCALE }, 16, 224, TEXT_384)],
  ["ViT-B-32", vit(512, B, 32, 224, TEXT_512)],
  ["ViT-B-32-quickgelu", vit(512, B, 32, 224, TEXT_512, QUICK_GELU)],
  ["ViT-B-32-256", vit(512, B, 32, 256, TEXT_512)],
  ["ViT-B-32-plus-256", vit(640, B_PLUS, 32, 256, TEXT_640)],
  ["ViT-B-16", vit(512, B, 16, 224, TEXT_512)],
  ["ViT-B-16-quickgelu", vit(512, B, 16, 224, TEXT_512, QUICK_GELU)],
  ["ViT-B-16-plus", vit(640, B_PLUS, 16, 224, TEXT_640)],
  ["ViT-B-16-plus-240", vit(640, B_PLUS, 16, 240, TEXT_640)],
  ["ViT-L-16", vit(768, L, 16, 224, TEXT_768)],
  ["ViT-L-16-320", vit(768, L, 16, 320, TEXT_768)],
  ["ViT-L-14", vit(768, L, 14, 224, TEXT_768)],
  ["ViT-L-14-quickgelu", vit(768, L, 14, 224, TEXT_768, QUICK_GELU)],
  ["ViT-L-14-280", vit(768, L, 14, 280, TEXT_768)],
  ["ViT-L-14-336", vit(768, L, 14, 336, TEXT_768)],
  ["ViT-L-14-336-quickgelu", vit(768, L, 14, 336, TEXT_768, QUICK_GELU)],
  ["ViT-L-14-worldwide", vit(768, L, 14, 224, { ...TEXT_768, ...MT5 })],
  ["ViT-L-14-worldwide-quickgelu", vit(768, L, 14, 224, { ...TEXT_768, ...MT5 }, QUICK_GELU)],
  ["ViT-H-16", vit(1024, H, 16, 224, TEXT_1024)],
  ["ViT-H-14", vit(1024, H, 14, 224, TEXT_1024)],
  ["ViT-H-14-quickgelu", vit(1024, H, 14, 224, TEXT_1024, QUICK_GELU)],
  ["ViT-H-14-378", vit(1024, H, 14, 378, TEXT_1024)],
  ["ViT-H-14-378-quickgelu", vit(1024, H, 14, 378, TEXT_1024, QUICK_GELU)],
  ["ViT-H-14-worldwide", vit(1024, H, 14, 224, { ...TEXT_1024, ...XLM_V })],
  ["ViT-H-14-worldwide-quickgelu", vit(1024, H, 14, 224, { ...TEXT_1024, ...XLM_V }, QUICK_GELU)],
  ["ViT-H-14-worldwide-378", vit(1024, H, 14, 378, { ...TEXT_1024, ...XLM_V })],
  ["ViT-g-14", vit(1024, G, 14, 224, TEXT_1024)],
  ["ViT-bigG-14", vit(1280, BIG_G, 14, 224, TEXT_1280)],
  ["ViT-bigG-14-quickgelu", vit(1280, BIG_G, 14, 224, TEXT_1280, QUICK_GELU)],
  ["ViT-bigG-14-worldwide", vit(1280, BIG_G, 14, 224, { ...TEXT_1280, ...XLM_V })],
  ["ViT-bigG-14-worldwide-378", vit(1280, BIG_G, 14, 378, { ...TEXT_1280, ...XLM_V })],
  ["ViT-e-14", vit(1280, E, 14, 224, TEXT_1280_DEEP)],

  ["ViT-L-14-CLIPA", clipa(768, L, 224, TEXT_768)],
  ["ViT-L-14-CLIPA-336", clipa(768, L, 336, TEXT_768)],
  ["ViT-H-14-CLIPA", clipa(1024, H, 224, TEXT_1024)],
  ["ViT-H-14-CLIPA-336", clipa(1024, H, 336, TEXT_1024)],
  ["ViT-bigG-14-CLIPA", clipa(1280, BIG_G, 224, TEXT_1280)],
  ["ViT-bigG-14-CLIPA-336", clipa(1280, BIG_G, 336, TEXT_1280)],

  ["ViT-B-16-SigLIP", siglip(768, "base_patch16", 224, TEXT_768)],
  ["ViT-B-16-SigLIP-256", siglip(768, "base_patch16", 256, TEXT_768)],
  ["ViT-B-16-SigLIP-384", siglip(768, "base_patch16", 384, TEXT_768)],
  ["ViT-B-16-SigLIP-512", siglip(768, "base_patch16", 512, TEXT_768)],
  ["ViT-B-16-SigLIP-i18n-256", siglip(768, "base_patch16", 256, { ...TEXT_768, vocab_size: SIGLIP_I18N_VOCABULARY })],
  ["ViT-L-16-SigLIP-256", siglip(1024, "large_patch16", 256, TEXT_1024)],
  ["ViT-L-16-SigLIP-384", siglip(1024, "large_patch16", 384, TEXT_1024)],
  ["ViT-SO400M-14-SigLIP", siglip(1152, "so400m_patch14", 224, { ...TEXT_SO400M, context_length: 16 })],
  ["ViT-SO400M-14-SigLIP-378", siglip(1152, "so400m_patch14", 378, TEXT_SO400M)],
  ["ViT-SO400M-14-SigLIP-384", siglip(1152, "so400m_patch14", 384, TEXT_SO400M)],
  ["ViT-SO400M-16-SigLIP-i18n-256", siglipWithoutTextProjection(1152, "so400m_patch16", 256, TEXT_SO400M)],

  ["ViT-B-32-SigLIP2-256", siglip2(768, "base_patch32", 256, TEXT_768)],
  ["ViT-B-16-SigLIP2", siglip2(768, "base_patch16", 224, TEXT_768)],
  ["ViT-B-16-SigLIP2-256", siglip2(768, "base_patch16", 256, TEXT_768)],
  ["ViT-B-16-SigLIP2-384", siglip2(768, "base_patch16", 384, TEXT_768)],
  ["ViT-B-16-SigLIP2-512", siglip2(768, "base_patch16", 512, TEXT_768)],
  ["ViT-L-16-SigLIP2-256", siglip2(1024, "large_patch16", 256, TEXT_1024)],
  ["ViT-L-16-SigLIP2-384", siglip2(1024, "large_patch16", 384, TEXT_1024)],
  ["ViT-L-16-SigLIP2-512", siglip2(1024, "large_patch16", 512, TEXT_1024)],
  ["ViT-SO400M-14-SigLIP2", siglip2(1152, "so400m_patch14", 224, TEXT_SO400M)],
  ["ViT-SO400M-14-SigLIP2-378", siglip2(1152, "so400m_patch14", 378, TEXT_SO400M)],
  ["ViT-SO400M-16-SigLIP2-256", siglip2(1152, "so400m_patch16", 256, TEXT_SO400M)],
  ["ViT-SO400M-16-SigLIP2-384", siglip2(1152, "so400m_patch16", 384, TEXT_SO400M)],
  ["ViT-SO400M-16-SigLIP2-512", siglip2(1152, "so400m_patch16", 512, TEXT_SO400M)],
  ["ViT-gopt-16-SigLIP2-256", siglip2(1536, "giantopt_patch16", 256, TEXT_SO400M)],
  ["ViT-gopt-16-SigLIP2-384", siglip2(1536, "giantopt_patch16", 384, TEXT_SO400M)],
];

/** In the order they are shown: by family, then by size. */
export const MODEL_CONFIGS: ReadonlyMap<string, TableConfig> = new Map(TABLE);

/** Text heads are 64 wide throughout open_clip, but for SO400M. */
function textSize(width: number, layers: number): TextTower {
  return { width, layers, heads: width / 64 };
}

function vit(
  embedDim: number,
  tower: Readonly<Record<string, unknown>>,
  patchSize: number,
  imageSize: number,
  text: TextTower,
  more: Partial<OpenClipConfig> = {},
): TableConfig {
  return {
    embed_dim: embedDim,
    ...more,
    vision_cfg: { image_size: imageSize, patch_size: patchSize, ...tower },
    text_cfg: { context_length: CLIP_CONTEXT, vocab_size: CLIP_VOCABULARY, ...text },
  };
}

function resNet(
  embedDim: number,
  width: number,
  layers: readonly [number, number, number, number],
  imageSize: number,
  text: TextTower,
  more: Partial<OpenClipConfig> = {},
): TableConfig {
  return {
    embed_dim: embedDim,
    ...more,
    vision_cfg: { image_size: imageSize, layers, width },
    text_cfg: { context_length: CLIP_CONTEXT, vocab_size: CLIP_VOCABULARY, ...text },
  };
}

/** CLIPA averages the patch tokens, has no norm before the first block, and short unmasked texts. */
function clipa(
  embedDim: number,
  tower: Readonly<Record<string, unknown>>,
  imageSize: number,
  text: TextTower,
): TableConfig {
  return {
    embed_dim: embedDim,
    vision_cfg: {
      image_size: imageSize,
      patch_size: 14,
      ...tower,
      no_ln_pre: true,
      pool_type: "avg",
      final_ln_after_pool: true,
    },
    text_cfg: { context_length: 32, vocab_size: 32_000, ...text, no_causal_mask: true, pool_type: "last" },
  };
}

function siglip(embedDim: number, timmSize: string, imageSize: number, text: TextTower): TableConfig {
  return {
    embed_dim: embedDim,
    custom_text: true,
    init_logit_bias: -10,
    vision_cfg: {
      image_size: imageSize,
      timm_model_name: `vit_${timmSize}_siglip_${imageSize}`,
      timm_pool: "map",
      timm_proj: "none",
    },
    text_cfg: {
      context_length: 64,
      vocab_size: SIGLIP_VOCABULARY,
      no_causal_mask: true,
      pool_type: "last",
      proj_bias: true,
      ...text,
    },
  };
}

function siglip2(embedDim: number, timmSize: string, imageSize: number, text: TextTower): TableConfig {
  return siglip(embedDim, timmSize, imageSize, { ...text, vocab_size: SIGLIP2_VOCABULARY, ...TANH_GELU });
}

function siglipWithoutTextProjection(
  embedDim: number,
  timmSize: string,
  imageSize: number,
  text: TextTower,
): TableConfig {
  const config = siglip(embedDim, timmSize, imageSize, { ...text, vocab_size: SIGLIP_I18N_VOCABULARY });
  return { ...config, text_cfg: { ...config.text_cfg, proj_bias: false, proj_type: "none" } };
}
