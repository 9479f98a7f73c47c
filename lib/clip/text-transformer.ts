import type { TextTransformer } from "../catalogue/architecture";
import type { Value } from "../graph/ir";
import { BATCH } from "../graph/shape";
import { embedded, layerNorm, linear, type ModelWriter, parameter } from "./model-writer";
import { transformer } from "./transformer-block";

/**
 * The text tower on token ids.
 *
 * @param ids [batch, contextLength]
 * @returns features [batch, embedDim], not yet normalized
 * @source arXiv:2103.00020 §2.4
 */
export function textTransformer(writer: ModelWriter, config: TextTransformer, embedDim: number, ids: Value): Value {
  const { g } = writer;
  const x = g.within(
    "embeddings",
    () => {
      const table = tokenTable(writer, config);
      const tokens = embedded(writer, () => g.embedding(table, ids));
      return g.add(tokens, positions(writer, config));
    },
    { module: "TextEmbeddings" },
  );
  const encoded = encode(writer, config, x);
  const pooled =
    config.pool === "eot"
      ? g.selectToken(encoded, g.argMax(ids))
      : g.selectToken(encoded, config.pool === "first" ? 0 : config.contextLength - 1);
  return project(writer, config, embedDim, pooled);
}

/**
 * The text tower on prompts: learned context vectors between a class's start token and its name, for every class.
 *
 * @param prompts [classes, contextLength, width], the context already in place
 * @returns features [classes, embedDim]
 * @source arXiv:2109.01134 §3.2 (CoOp), unified context
 */
export function promptedTextTransformer(
  writer: ModelWriter,
  config: TextTransformer,
  embedDim: number,
  prompts: (width: number) => Value,
  endPositions: Value,
): Value {
  const { g } = writer;
  tokenTable(writer, config);
  const own = g.within("embeddings", () => positions(writer, config), { module: "PromptEmbeddings" });
  const encoded = encode(writer, config, g.add(prompts(config.width), own));
  return project(writer, config, embedDim, g.selectToken(encoded, endPositions));
}

function tokenTable(writer: ModelWriter, config: TextTransformer): Value {
  return parameter(writer, "token_embedding", [config.vocabSize, config.width], "embedding");
}

function positions(writer: ModelWriter, config: TextTransformer): Value {
  const { g } = writer;
  const table = parameter(writer, "positional_embedding", [config.contextLength, config.width], "embedding");
  if (writer.implementation !== "transformers") return table;
  return g.embedding(table, g.buffer("position_ids", [1, config.contextLength], "int64"));
}

function encode(writer: ModelWriter, config: TextTransformer, embedded: Value): Value {
  const { g } = writer;
  if (config.causalMask && writer.implementation === "open_clip") {
    g.buffer("attn_mask", [config.contextLength, config.contextLength], writer.dtype);
  }
  const style = writer.implementation;
  const block = { ...config, causal: config.causalMask, layerScale: false, style };
  return layerNorm(writer, "ln_final", transformer(writer, config.layers, embedded, block), "head");
}

function project(writer: ModelWriter, config: TextTransformer, embedDim: number, pooled: Value): Value {
  const { g } = writer;
  if (config.projection === "none") return pooled;
  if (config.projection === "linear_bias")
    return linear(writer, "text_projection", pooled, embedDim, { part: "head", bias: true });
  if (writer.implementation === "transformers")
    return linear(writer, "text_projection", pooled, embedDim, { part: "head", bias: false });
  return g.linear(pooled, parameter(writer, "text_projection", [config.width, embedDim], "head"), null, "in_out");
}

/** Token ids of one text per sample. */
export function tokenIds(writer: ModelWriter, config: TextTransformer): Value {
  return writer.g.input("tokens", [BATCH, config.contextLength], "int64");
}
