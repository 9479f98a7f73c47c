/**
 * What transformers' CLIPModel can be. Its towers are fixed but for their sizes: a vision transformer with class token
 * and a norm before the first block, a causal text transformer read at its end token, and matrix projections.
 *
 * @source transformers-code
 */

import type { ClipArchitecture } from "./architecture";

/**
 * open_clip names for which the weights people load through transformers are OpenAI's. Those configurations use
 * QuickGELU, which open_clip tells by a name of its own.
 */
const OPENAI_WEIGHTS: ReadonlySet<string> = new Set(["ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-L-14-336"]);

export type TransformersReading =
  | { readonly ok: true; readonly architecture: ClipArchitecture; readonly usesQuickGelu: boolean }
  | { readonly ok: false; readonly missing: string };

/**
 * @param canonicalName  as `resolveModel` gave it
 * @returns the architecture that CLIPModel builds under this name, or the first thing CLIPModel does not have
 */
export function readAsTransformersClip(architecture: ClipArchitecture, canonicalName: string): TransformersReading {
  const missing = whatClipModelLacks(architecture);
  if (missing !== null) return { ok: false, missing };
  const { vision, text } = architecture;
  if (!OPENAI_WEIGHTS.has(canonicalName) || vision.kind !== "vit") {
    return { ok: true, architecture, usesQuickGelu: false };
  }
  return {
    ok: true,
    usesQuickGelu: true,
    architecture: {
      ...architecture,
      vision: { ...vision, activation: "quick_gelu" },
      text: { ...text, activation: "quick_gelu" },
    },
  };
}

function whatClipModelLacks({ vision, text, loss }: ClipArchitecture): string | null {
  if (vision.kind === "resnet") return "a ModifiedResNet image tower";
  if (loss === "sigmoid") return "SigLIP's loss and towers, which transformers has in another class";
  if (!vision.classToken || vision.pool !== "token") return "pooling other than the class token";
  if (!vision.preNorm) return "an image tower without a norm before its first block";
  if (vision.layerScale) return "layer scale";
  if (vision.patchBias) return "a bias in the patch embedding";
  if (!vision.projection || text.projection !== "matrix") return "projections other than plain matrices";
  if (!text.causalMask) return "a text tower without a causal mask";
  if (text.pool !== "eot") return "text pooling other than the end token";
  return null;
}
