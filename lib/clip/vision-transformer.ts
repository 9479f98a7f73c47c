import type { VisionTransformer } from "../catalogue/architecture";
import type { Value } from "../graph/ir";
import { BATCH } from "../graph/shape";
import { embedded, layerNorm, linear, type ModelWriter, parameter } from "./model-writer";
import { type BlockStyle, mlp, transformer } from "./transformer-block";

/**
 * The image tower of ViT models: patches, blocks, one vector per image.
 *
 * @param images [batch, 3, size, size]
 * @returns features [batch, embedDim], not yet normalized
 * @source arXiv:2103.00020 §2.4; SigLIP's attention pooling arXiv:2303.15343
 */
export function visionTransformer(
  writer: ModelWriter,
  config: VisionTransformer,
  embedDim: number,
  images: Value,
): Value {
  const { g } = writer;
  const style = styleOf(writer, config);
  let x = embedPatches(writer, config, style, images);
  if (config.preNorm) x = layerNorm(writer, "ln_pre", x, "embedding");
  const block = { ...config, causal: false, style };
  x = transformer(writer, config.layers, x, block);
  const pooled = pool(writer, config, style, x);
  if (!config.projection) return pooled;
  if (style === "transformers") return linear(writer, "proj", pooled, embedDim, { part: "head", bias: false });
  return g.linear(pooled, parameter(writer, "proj", [config.width, embedDim], "head"), null, "in_out");
}

function styleOf(writer: ModelWriter, config: VisionTransformer): BlockStyle {
  if (writer.implementation === "transformers") return "transformers";
  return config.pool === "map" ? "timm" : "open_clip";
}

/** Patches to tokens: a convolution as wide as its stride, a class token where there is one, learned positions. */
function embedPatches(writer: ModelWriter, config: VisionTransformer, style: BlockStyle, images: Value): Value {
  const { g } = writer;
  const { width, patchSize } = config;
  return g.within(
    "embeddings",
    () => {
      const weight = parameter(writer, "patch_embedding", [width, 3, patchSize, patchSize], "embedding");
      const bias = config.patchBias ? parameter(writer, "patch_bias", [width], "embedding") : null;
      const patches = embedded(writer, () => g.conv2d(images, weight, bias, patchSize, 0));
      const side = patches.shape[2] ?? 1;
      const count = side * side;
      let x = g.transpose(g.reshape(patches, [BATCH, width, count]), [0, 2, 1]);
      if (config.classToken) {
        const token = g.reshape(parameter(writer, "class_embedding", [width], "embedding"), [1, 1, width]);
        x = g.concat([g.expand(token, [BATCH, 1, width]), x], 1);
      }
      const tokens = x.shape[1] ?? count;
      const positions = parameter(writer, "positional_embedding", [tokens, width], "embedding");
      if (style !== "transformers") return g.add(x, positions);
      const ids = g.buffer("position_ids", [1, tokens], "int64");
      return g.add(x, g.embedding(positions, ids));
    },
    { module: "VisionEmbeddings" },
  );
}

/** Tokens to one vector. transformers norms the class token alone, open_clip all tokens unless told otherwise. */
function pool(writer: ModelWriter, config: VisionTransformer, style: BlockStyle, x: Value): Value {
  if (config.pool === "map") return attentionPool(writer, config, layerNorm(writer, "norm", x, "head"));
  const select = (tokens: Value) => selectPooled(writer, config, tokens);
  if (style === "transformers" || config.finalNormAfterPool) return layerNorm(writer, "ln_post", select(x), "head");
  return select(layerNorm(writer, "ln_post", x, "head"));
}

function selectPooled(writer: ModelWriter, config: VisionTransformer, tokens: Value): Value {
  const { g } = writer;
  if (config.pool === "token") return g.selectToken(tokens, 0);
  const first = config.classToken ? 1 : 0;
  return g.mean(g.slice(tokens, 1, first, (tokens.shape[1] ?? 1) - first), 1, false);
}

/** One learned query attends to all tokens, followed by an MLP of its own. */
function attentionPool(writer: ModelWriter, config: VisionTransformer, x: Value): Value {
  const { g } = writer;
  const { width, heads } = config;
  const options = { part: "head", bias: true } as const;
  return g.within(
    "attn_pool",
    () => {
      const latent = g.expand(parameter(writer, "latent", [1, 1, width], "head"), [BATCH, 1, width]);
      const q = g.splitHeads(linear(writer, "q", latent, width, options), heads);
      const [k, v] = g.unpackHeads(linear(writer, "kv", x, 2 * width, options), heads, 2);
      if (k === undefined || v === undefined) throw new RangeError("attention pooling needs keys and values");
      const pooled = linear(writer, "proj", g.mergeHeads(g.attention(q, k, v, false)), width, options);
      const mixed = g.add(pooled, mlp(writer, layerNorm(writer, "norm", pooled, "head"), "head", config));
      return g.selectToken(mixed, 0);
    },
    { module: "AttentionPoolLatent" },
  );
}
