import type { GraphBuilder } from "../graph/builder";
import type { Dtype, Value } from "../graph/ir";
import type { Shape } from "../graph/shape";
import type { Implementation, LoraTarget } from "../plan/plan";

/** A part of a tower, as strategies tell them apart. */
export type Part = "embedding" | { readonly block: number; readonly of: number } | "head";

/** How one tower of the model is to be written: which library's form, what trains, in which mode. */
export interface ModelWriter {
  readonly g: GraphBuilder;
  readonly implementation: Implementation;
  /** What weights are stored as. */
  readonly dtype: Dtype;
  readonly trains: (part: Part) => boolean;
  readonly lora: LoraAdapters | null;
  readonly gradCheckpointing: boolean;
  /** Blocks that are alike and follow each other are written once, for all of them. */
  readonly isFolded: boolean;
  /** Whether a part is in train mode: batch statistics are computed, not looked up. */
  readonly inTrainMode: (part: Part) => boolean;
}

export interface LoraAdapters {
  readonly rank: number;
  readonly targets: ReadonlySet<LoraTarget>;
}

export const LAYER_NORM_EPSILON = 1e-5;

/** LoRA's α: the update is scaled by α / rank. Source: arXiv:2106.09685 §4.1; 16 is the default of common CLIP recipes. */
const LORA_ALPHA = 16;

export function parameter(writer: ModelWriter, name: string, shape: Shape, part: Part): Value {
  return writer.g.parameter(name, shape, { trainable: writer.trains(part), dtype: writer.dtype });
}

/**
 * The first values computed from the inputs. transformers makes them want gradients when it checkpoints, so that
 * frozen first blocks take part in recomputation: then a gradient runs through the whole tower, trained or not.
 *
 * @source transformers `PreTrainedModel.enable_input_require_grads`
 */
export function embedded(writer: ModelWriter, write: () => Value): Value {
  const { g, implementation, gradCheckpointing } = writer;
  return implementation === "transformers" && gradCheckpointing ? g.wantGradients(write) : write();
}

export function layerNorm(writer: ModelWriter, name: string, x: Value, part: Part): Value {
  const width = x.shape.at(-1) ?? 1;
  return writer.g.within(name, () =>
    writer.g.layerNorm(
      x,
      parameter(writer, "weight", [width], part),
      parameter(writer, "bias", [width], part),
      LAYER_NORM_EPSILON,
    ),
  );
}

export interface LinearOptions {
  readonly part: Part;
  readonly bias: boolean;
  /** The adapter that is put beside this layer when LoRA targets it. */
  readonly adapter?: LoraTarget | null;
}

/** A linear layer; where LoRA targets it, W·x + (α/r)·B·(A·x) with the base frozen. Source: arXiv:2106.09685 eq. 3. */
export function linear(writer: ModelWriter, name: string, x: Value, outWidth: number, options: LinearOptions): Value {
  const { g, lora } = writer;
  const inWidth = x.shape.at(-1) ?? 1;
  const base = () => {
    const weight = parameter(writer, "weight", [outWidth, inWidth], options.part);
    const bias = options.bias ? parameter(writer, "bias", [outWidth], options.part) : null;
    return g.linear(x, weight, bias);
  };
  const { adapter } = options;
  if (lora === null || adapter === null || adapter === undefined || !lora.targets.has(adapter))
    return g.within(name, base);
  return g.within(
    name,
    () => {
      const y = g.within("base", base);
      const down = g.parameter("lora_A", [lora.rank, inWidth], { trainable: true, dtype: writer.dtype });
      const up = g.parameter("lora_B", [outWidth, lora.rank], { trainable: true, dtype: writer.dtype });
      return g.add(y, g.scale(g.linear(g.linear(x, down, null), up, null), LORA_ALPHA / lora.rank));
    },
    { module: "LoraLinear" },
  );
}
