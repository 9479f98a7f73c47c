/**
 * Published weights that a fine-tune starts from, one for each model that has some: trained with the activation that the
 * model's name stands for.
 *
 * @source open-clip-code: pretrained.py of open_clip 3.3.0, `open_clip.list_pretrained()`; Hugging Face ids from its
 * `hf_hub` entries and from OpenAI's, LAION's and Meta's model cards
 */

interface PublishedWeights {
  /** For open_clip's `--pretrained`. */
  readonly openClipTag: string;
  /** Where the same architecture can be loaded as transformers' CLIPModel. */
  readonly huggingFaceId?: string;
}

const OPENAI_TAG = "openai";

const WEIGHTS: Readonly<Record<string, PublishedWeights>> = {
  "RN50-quickgelu": { openClipTag: OPENAI_TAG },
  "RN101-quickgelu": { openClipTag: OPENAI_TAG },
  "RN50x4-quickgelu": { openClipTag: OPENAI_TAG },
  "RN50x16-quickgelu": { openClipTag: OPENAI_TAG },
  "RN50x64-quickgelu": { openClipTag: OPENAI_TAG },
  "ViT-B-32": { openClipTag: "laion2b_s34b_b79k", huggingFaceId: "laion/CLIP-ViT-B-32-laion2B-s34B-b79K" },
  "ViT-B-32-quickgelu": { openClipTag: OPENAI_TAG, huggingFaceId: "openai/clip-vit-base-patch32" },
  "ViT-B-32-256": {
    openClipTag: "datacomp_s34b_b86k",
    huggingFaceId: "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K",
  },
  "ViT-B-16": { openClipTag: "laion2b_s34b_b88k", huggingFaceId: "laion/CLIP-ViT-B-16-laion2B-s34B-b88K" },
  "ViT-B-16-quickgelu": { openClipTag: OPENAI_TAG, huggingFaceId: "openai/clip-vit-base-patch16" },
  "ViT-B-16-plus-240": { openClipTag: "laion400m_e32" },
  "ViT-L-14": { openClipTag: "laion2b_s32b_b82k", huggingFaceId: "laion/CLIP-ViT-L-14-laion2B-s32B-b82K" },
  "ViT-L-14-quickgelu": { openClipTag: OPENAI_TAG, huggingFaceId: "openai/clip-vit-large-patch14" },
  "ViT-L-14-336-quickgelu": { openClipTag: OPENAI_TAG, huggingFaceId: "openai/clip-vit-large-patch14-336" },
  "ViT-H-14": { openClipTag: "laion2b_s32b_b79k", huggingFaceId: "laion/CLIP-ViT-H-14-laion2B-s32B-b79K" },
  "ViT-H-14-quickgelu": { openClipTag: "metaclip_fullcc", huggingFaceId: "facebook/metaclip-h14-fullcc2.5b" },
  "ViT-H-14-378-quickgelu": { openClipTag: "dfn5b" },
  "ViT-H-14-worldwide-quickgelu": { openClipTag: "metaclip2_worldwide" },
  "ViT-H-14-worldwide-378": { openClipTag: "metaclip2_worldwide" },
  "ViT-g-14": { openClipTag: "laion2b_s34b_b88k", huggingFaceId: "laion/CLIP-ViT-g-14-laion2B-s34B-b88K" },
  "ViT-bigG-14": { openClipTag: "laion2b_s39b_b160k", huggingFaceId: "laion/CLIP-ViT-bigG-14-laion2B-39B-b160k" },
  "ViT-bigG-14-quickgelu": { openClipTag: "metaclip_fullcc" },
  "ViT-bigG-14-worldwide": { openClipTag: "metaclip2_worldwide" },
  "ViT-bigG-14-worldwide-378": { openClipTag: "metaclip2_worldwide" },
};

/** @returns null where open_clip publishes no weights of the model */
export function openClipTag(model: string): string | null {
  const known = WEIGHTS[model];
  if (known !== undefined) return known.openClipTag;
  if (model.includes("-CLIPA")) return "datacomp1b";
  return model.includes("-SigLIP") ? "webli" : null;
}

/**
 * @param usesOpenAiWeights  a plan for transformers means OpenAI's weights by the plain name, as people do
 * @returns null where no id is known; the script then asks for one
 */
export function huggingFaceId(model: string, usesOpenAiWeights: boolean): string | null {
  const name = usesOpenAiWeights && WEIGHTS[`${model}-quickgelu`] !== undefined ? `${model}-quickgelu` : model;
  return WEIGHTS[name]?.huggingFaceId ?? null;
}
