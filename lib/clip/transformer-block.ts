import type { Activation } from "../catalogue/architecture";
import type { Value } from "../graph/ir";
import type { LoraTarget } from "../plan/plan";
import { type InRow, writeBlocks } from "./block-row";
import { layerNorm, linear, type ModelWriter, type Part, parameter } from "./model-writer";

/** Which library's block: they run the same mathematics with other projections and other copies. */
export type BlockStyle = "open_clip" | "transformers" | "timm";

export interface BlockShape {
  readonly heads: number;
  readonly mlpWidth: number;
  readonly activation: Activation;
  readonly causal: boolean;
  readonly layerScale: boolean;
  readonly style: BlockStyle;
}

/** All blocks of a tower, one after the other. @param x [batch, tokens, width] */
export function transformer(writer: ModelWriter, layers: number, x: Value, shape: BlockShape): Value {
  const run = { from: 0, to: layers, of: layers };
  const write = (inRow: InRow, y: Value) => transformerBlock(writer, inRow, layers, y, shape);
  // What a layer scale multiplies takes the type of its weights, which may be wider than the tower's input.
  const keepsType = !shape.layerScale;
  return writer.g.within("", () => writeBlocks(writer, run, x, write, { keepsType }), { module: "Transformer" });
}

/**
 * A pre-norm residual block: x + attention(norm(x)), then x + mlp(norm(x)).
 *
 * @param x [batch, tokens, width]
 */
function transformerBlock(writer: ModelWriter, inRow: InRow, layers: number, x: Value, shape: BlockShape): Value {
  const { g } = writer;
  const part = { block: inRow.index, of: layers };
  return g.within(
    `block.${inRow.index}`,
    () => {
      const attended = selfAttention(writer, layerNorm(writer, "ln_1", x, part), part, shape);
      const middle = g.add(x, shape.layerScale ? layerScale(writer, "ls_1", attended, part) : attended);
      const mixed = mlp(writer, layerNorm(writer, "ln_2", middle, part), part, shape);
      return g.add(middle, shape.layerScale ? layerScale(writer, "ls_2", mixed, part) : mixed);
    },
    { checkpointed: writer.gradCheckpointing, module: "Block", inRow },
  );
}

function layerScale(writer: ModelWriter, name: string, x: Value, part: Part): Value {
  return writer.g.within(name, () => writer.g.mul(x, parameter(writer, "gamma", [x.shape.at(-1) ?? 1], part)));
}

/** Multi-head self-attention with an output projection. */
function selfAttention(writer: ModelWriter, x: Value, part: Part, shape: BlockShape): Value {
  const { g } = writer;
  const width = x.shape.at(-1) ?? 1;
  const module = attentionModule(writer, shape.style);
  return g.within(
    "attention",
    () => {
      const [q, k, v] = queryKeyValue(writer, x, part, shape, module);
      const context = g.mergeHeads(g.attention(q, k, v, shape.causal));
      return linear(writer, "out_proj", context, width, { part, bias: true, adapter: "out_proj" });
    },
    { module },
  );
}

type AttentionModule = "MultiheadAttention" | "SeparateAttention" | "TransformersAttention" | "TimmAttention";

/** open_clip's fused attention takes raw weights, so LoRA replaces it by four linear layers around the same kernel. */
function attentionModule(writer: ModelWriter, style: BlockStyle): AttentionModule {
  if (style === "transformers") return "TransformersAttention";
  if (style === "timm") return "TimmAttention";
  const attentionTargets: readonly LoraTarget[] = ["q_proj", "k_proj", "v_proj", "out_proj"];
  const adapted = writer.lora !== null && attentionTargets.some((target) => writer.lora?.targets.has(target) === true);
  return adapted ? "SeparateAttention" : "MultiheadAttention";
}

function queryKeyValue(
  writer: ModelWriter,
  x: Value,
  part: Part,
  shape: BlockShape,
  module: AttentionModule,
): readonly [Value, Value, Value] {
  const { g } = writer;
  const width = x.shape.at(-1) ?? 1;
  if (module === "MultiheadAttention" || module === "TimmAttention") {
    const packed = linear(writer, "in_proj", x, 3 * width, { part, bias: true, adapter: packedAdapter(writer) });
    return triple(g.unpackHeads(packed, shape.heads, 3));
  }
  const project = (name: "q_proj" | "k_proj" | "v_proj") =>
    linear(writer, name, x, width, { part, bias: true, adapter: name });
  if (module === "TransformersAttention") {
    const [q, k, v] = [project("q_proj"), project("k_proj"), project("v_proj")];
    return [g.splitHeads(q, shape.heads), g.splitHeads(k, shape.heads), g.splitHeads(v, shape.heads)];
  }
  return [
    g.splitHeads(project("q_proj"), shape.heads),
    g.splitHeads(project("k_proj"), shape.heads),
    g.splitHeads(project("v_proj"), shape.heads),
  ];
}

/** Packed projections carry one adapter for all three parts when LoRA targets any of them. */
function packedAdapter(writer: ModelWriter): LoraTarget | null {
  const targets: readonly LoraTarget[] = ["q_proj", "k_proj", "v_proj"];
  return targets.find((target) => writer.lora?.targets.has(target) === true) ?? null;
}

function triple(values: readonly Value[]): readonly [Value, Value, Value] {
  const [q, k, v] = values;
  if (q === undefined || k === undefined || v === undefined) throw new RangeError("packed attention needs q, k and v");
  return [q, k, v];
}

interface MlpShape {
  readonly mlpWidth: number;
  readonly activation: Activation;
}

export function mlp(writer: ModelWriter, x: Value, part: Part, shape: MlpShape): Value {
  const { g } = writer;
  const width = x.shape.at(-1) ?? 1;
  return g.within(
    "mlp",
    () => {
      const hidden = linear(writer, "fc1", x, shape.mlpWidth, { part, bias: true, adapter: "fc1" });
      const activated = g.within("act", () => activate(writer, hidden, shape.activation));
      return linear(writer, "fc2", activated, width, { part, bias: true, adapter: "fc2" });
    },
    { module: "Mlp" },
  );
}

/** QuickGELU is x·σ(1.702·x). Source: arXiv:1606.08415 §2. */
const QUICK_GELU_SLOPE = 1.702;

function activate(writer: ModelWriter, x: Value, activation: Activation): Value {
  const { g } = writer;
  if (activation === "quick_gelu") return g.mul(x, g.sigmoid(g.scale(x, QUICK_GELU_SLOPE)));
  return g.gelu(x, activation === "gelu_tanh" ? "tanh" : "none");
}
