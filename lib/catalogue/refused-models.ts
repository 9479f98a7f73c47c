/**
 * Models that open_clip knows and no graph is written for yet: what is missing for each, and the answered model that
 * comes nearest in size and resolution.
 *
 * @source open-clip-configs
 */

const MISSING = {
  audio: "an audio tower (CLAP)",
  naflexAudio: "an audio tower of variable length (NaFlex CLAP)",
  generative: "a generative decoder over image patches (GenLIP, GenLAP)",
  eva01: "the image tower timm/eva_giant, a vision transformer of EVA's design",
  eva02: "the image tower timm/eva02 with rotary position embeddings",
  mobileClip: "the image tower timm/vit_mci or fastvit, which mix convolutions and attention (MobileCLIP)",
  mobileClipVit: "the image tower timm/vit_large_patch14_clip, whose last layer is a projection with bias",
  perceptionEncoder: "the image tower timm/vit_pe_core with rotary position embeddings (Perception Encoder)",
  naflex: "an image tower that takes images of any shape (timm/naflexvit)",
  vitamin: "the image tower timm/vitamin, which mixes convolutions and attention",
  coca: "attentional pooling and a multimodal decoder (CoCa)",
  convNext: "the image tower timm/convnext",
  modernText: "a text tower with rotary positions, RMS norms and gated layers",
  modernTextNaflex:
    "a text tower with rotary positions and an image tower that takes images of any shape (timm/naflexvit)",
  huggingFaceText: "a text tower from transformers (RoBERTa, mT5, NLLB or ModernBERT)",
  swin: "the image tower timm/swin, which attends within windows",
  gap: "the image tower timm/vit_medium_gap without attention biases",
  relativePositions: "the image tower timm/vit_relpos with relative positions",
} as const;

type Refusal = readonly [missing: keyof typeof MISSING, nearest: string | null];

const TABLE: Readonly<Record<string, Refusal>> = {
  "CLAP-HTSAT-tiny": ["audio", null],
  "CLAP-HTSAT-tiny-Roberta-base": ["audio", null],
  "CLAP-HTSAT-tiny-Roberta-base-fused": ["audio", null],
  "CLAP-HTSAT-base": ["audio", null],
  "CLAP-HTSAT-base-Roberta-base": ["audio", null],
  "CLAP-HTSAT-large": ["audio", null],
  "CLAP-Whisper-tiny-Roberta-base": ["audio", null],
  "CLAP-Whisper-small-Roberta-base": ["audio", null],
  "CLAP-Whisper-base-Roberta-base": ["audio", null],
  naflexclap_base_pf4_pt20_moderntextp: ["naflexAudio", null],
  naflexclap_base_pf8_pt16_moderntext: ["naflexAudio", null],
  naflexclap_base_pf8_pt16_moderntextp: ["naflexAudio", null],
  naflexclap_base_pf8_pt20_moderntextp: ["naflexAudio", null],
  naflexclap_little: ["naflexAudio", null],
  naflexclap_little_roberta: ["naflexAudio", null],
  naflexclap_mediumd: ["naflexAudio", null],
  naflexclap_mediumd_pf4_pt20_moderntextp: ["naflexAudio", null],
  naflexclap_mediumd_roberta: ["naflexAudio", null],
  naflexclap_test: ["naflexAudio", null],
  naflexgenlap_betwixt: ["generative", null],
  naflexgenlap_so150m2: ["generative", null],
  naflexgenlap_test_1d: ["generative", null],
  naflexgenlap_test_2d: ["generative", null],
  naflexgenlip_b16: ["generative", "ViT-B-16"],
  naflexgenlip_so150m2: ["generative", "ViT-L-16"],
  naflexgenlip_so16: ["generative", "ViT-SO400M-16-SigLIP2-256"],
  naflexgenlip_test: ["generative", "ViT-S-16"],

  "EVA01-g-14": ["eva01", "ViT-g-14"],
  "EVA01-g-14-plus": ["eva01", "ViT-g-14"],
  "EVA02-B-16": ["eva02", "ViT-B-16"],
  "EVA02-L-14": ["eva02", "ViT-L-14"],
  "EVA02-L-14-336": ["eva02", "ViT-L-14-336"],
  "EVA02-E-14": ["eva02", "ViT-e-14"],
  "EVA02-E-14-plus": ["eva02", "ViT-e-14"],
  "MobileCLIP-S1": ["mobileClip", "ViT-S-16"],
  "MobileCLIP-S2": ["mobileClip", "ViT-M-16"],
  "MobileCLIP-B": ["mobileClip", "ViT-B-16"],
  "MobileCLIP2-S0": ["mobileClip", "ViT-S-16"],
  "MobileCLIP2-S2": ["mobileClip", "ViT-M-16"],
  "MobileCLIP2-S3": ["mobileClip", "ViT-B-16"],
  "MobileCLIP2-S4": ["mobileClip", "ViT-L-16"],
  "MobileCLIP2-B": ["mobileClip", "ViT-B-16"],
  "MobileCLIP2-L-14": ["mobileClipVit", "ViT-L-14"],
  "PE-Core-T-16-384": ["perceptionEncoder", "ViT-S-16"],
  "PE-Core-S-16-384": ["perceptionEncoder", "ViT-S-16"],
  "PE-Core-B-16": ["perceptionEncoder", "ViT-B-16"],
  "PE-Core-L-14-336": ["perceptionEncoder", "ViT-L-14-336"],
  "PE-Core-bigG-14-448": ["perceptionEncoder", "ViT-bigG-14"],
  "ViT-B-16-SigLIP2-naflex": ["naflex", "ViT-B-16-SigLIP2-384"],
  "ViT-SO400M-16-SigLIP2-naflex": ["naflex", "ViT-SO400M-16-SigLIP2-384"],
  "naflex_ViT-B-16": ["naflex", "ViT-B-16"],
  "naflex_ViT-B-32": ["naflex", "ViT-B-32"],
  "ViTamin-S": ["vitamin", "ViT-S-16"],
  "ViTamin-S-LTT": ["vitamin", "ViT-S-16"],
  "ViTamin-B": ["vitamin", "ViT-B-16"],
  "ViTamin-B-LTT": ["vitamin", "ViT-B-16"],
  "ViTamin-L": ["vitamin", "ViT-L-14"],
  "ViTamin-L-256": ["vitamin", "ViT-L-14"],
  "ViTamin-L-336": ["vitamin", "ViT-L-14-336"],
  "ViTamin-L-384": ["vitamin", "ViT-L-14-336"],
  "ViTamin-L2": ["vitamin", "ViT-L-14"],
  "ViTamin-L2-256": ["vitamin", "ViT-L-14"],
  "ViTamin-L2-336": ["vitamin", "ViT-L-14-336"],
  "ViTamin-L2-384": ["vitamin", "ViT-L-14-336"],
  "ViTamin-XL-256": ["vitamin", "ViT-H-14"],
  "ViTamin-XL-336": ["vitamin", "ViT-H-14-378"],
  "ViTamin-XL-384": ["vitamin", "ViT-H-14-378"],
  "coca_ViT-B-32": ["coca", "ViT-B-32"],
  "coca_ViT-L-14": ["coca", "ViT-L-14"],
  coca_base: ["coca", "ViT-B-16"],
  "coca_roberta-ViT-B-32": ["coca", "ViT-B-32"],
  convnext_tiny: ["convNext", "RN50"],
  convnext_small: ["convNext", "RN50"],
  convnext_base: ["convNext", "RN101"],
  convnext_base_w: ["convNext", "RN101"],
  convnext_base_w_320: ["convNext", "RN50x4"],
  convnext_large: ["convNext", "RN50x16"],
  convnext_large_d: ["convNext", "RN50x16"],
  convnext_large_d_320: ["convNext", "RN50x16"],
  convnext_xlarge: ["convNext", "RN50x64"],
  convnext_xxlarge: ["convNext", "ViT-H-14"],
  convnext_xxlarge_320: ["convNext", "ViT-H-14"],
  "gte-modernbert-base-ViT-B-32-256": ["huggingFaceText", "ViT-B-32-256"],
  "moderntext-ViT-B-32-256": ["modernText", "ViT-B-32-256"],
  "moderntext-naflex_ViT-B-16": ["modernTextNaflex", "ViT-B-16"],
  "moderntext-naflex_ViT-B-32": ["modernTextNaflex", "ViT-B-32-256"],
  "moderntext-naflex_ViT-B-deep-16": ["modernTextNaflex", "ViT-B-16"],
  "moderntext-naflex_ViT-SO150M2-16": ["modernTextNaflex", "ViT-L-16"],
  "roberta-ViT-B-32": ["huggingFaceText", "ViT-B-32-quickgelu"],
  "xlm-roberta-base-ViT-B-32": ["huggingFaceText", "ViT-B-32"],
  "xlm-roberta-large-ViT-H-14": ["huggingFaceText", "ViT-H-14"],
  "mt5-base-ViT-B-32": ["huggingFaceText", "ViT-B-32"],
  "mt5-xl-ViT-H-14": ["huggingFaceText", "ViT-H-14"],
  "nllb-clip-base": ["huggingFaceText", "ViT-B-32"],
  "nllb-clip-base-siglip": ["huggingFaceText", "ViT-B-16-SigLIP-384"],
  "nllb-clip-large": ["huggingFaceText", "ViT-H-14"],
  "nllb-clip-large-siglip": ["huggingFaceText", "ViT-SO400M-14-SigLIP-384"],
  swin_base_patch4_window7_224: ["swin", "ViT-B-16"],
  vit_medium_patch16_gap_256: ["gap", "ViT-M-16"],
  vit_relpos_medium_patch16_cls_224: ["relativePositions", "ViT-M-16"],
};

/** Ids of published weights whose models are refused, by the part of the id that tells. */
const WEIGHT_ID_PATTERNS: readonly (readonly [pattern: RegExp, refusal: Refusal])[] = [
  [/mobileclip2?-l-14/i, ["mobileClipVit", "ViT-L-14"]],
  [/mobileclip/i, ["mobileClip", "ViT-B-16"]],
  [/vitamin/i, ["vitamin", "ViT-L-14"]],
  [/coca/i, ["coca", "ViT-B-32"]],
  [/convnext/i, ["convNext", "RN50x16"]],
  [/eva02/i, ["eva02", "ViT-L-14"]],
  [/eva_giant|eva01/i, ["eva01", "ViT-g-14"]],
  [/siglip2.*naflex/i, ["naflex", "ViT-B-16-SigLIP2-384"]],
  [/\bpe-core/i, ["perceptionEncoder", "ViT-L-14-336"]],
  [/roberta|nllb|mt5/i, ["huggingFaceText", "ViT-B-32"]],
  [/clap/i, ["audio", null]],
];

export interface RefusedModel {
  readonly name: string;
  /** What no graph is written for. */
  readonly missing: string;
  /** The answered model that comes nearest; `null` where none is near. */
  readonly nearest: string | null;
}

export const REFUSED_MODELS: readonly RefusedModel[] = Object.entries(TABLE).map(([name, refusal]) =>
  refusedModel(name, refusal),
);

/** @returns undefined for a name that is not known to be out of reach */
export function findRefusedModel(name: string): RefusedModel | undefined {
  const folded = name.toLowerCase();
  const byName = REFUSED_MODELS.find((model) => model.name.toLowerCase() === folded);
  if (byName !== undefined || !name.includes("/")) return byName;
  const byPattern = WEIGHT_ID_PATTERNS.find(([pattern]) => pattern.test(name));
  return byPattern === undefined ? undefined : refusedModel(name, byPattern[1]);
}

function refusedModel(name: string, [missing, nearest]: Refusal): RefusedModel {
  return { name, missing: MISSING[missing], nearest };
}
