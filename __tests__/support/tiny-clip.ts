/** A CLIP that runs in a moment, as an open_clip configuration. */
export const TINY_MODEL = {
  embed_dim: 16,
  vision_cfg: { image_size: 16, layers: 1, width: 16, patch_size: 8, head_width: 8 },
  text_cfg: { context_length: 8, vocab_size: 64, width: 16, heads: 2, layers: 1 },
};
