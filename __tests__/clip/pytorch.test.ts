import type { ClipArchitecture } from "@/lib/catalogue/architecture";
import { trainingStep } from "@/lib/clip/training-step";
import { interpret } from "@/lib/graph/interpreter";
import { type Tensor, tensor } from "@/lib/graph/interpreter/tensor";
import type { Value } from "@/lib/graph/ir";
import { concreteShape } from "@/lib/graph/shape";
import type { Implementation } from "@/lib/plan/plan";
import { drawn, farApart, PYTORCH, tensorOf } from "../graph/support/pytorch-fixture";
import { FULL_PLAN, TINY_AVERAGED_VIT, TINY_RESNET, TINY_SIGLIP, TINY_VIT } from "./support/tiny-models";

/** Both sides compute in float64 and add up in another order. */
const TOLERANCE = 1e-9;

/** How a library names what we name: each pattern is replaced in turn. */
type Naming = readonly (readonly [RegExp, string])[];

const OPEN_CLIP_BLOCK: Naming = [
  [/attention\.in_proj\./, "attn.in_proj_"],
  [/attention\./, "attn."],
  [/mlp\.fc1/, "mlp.c_fc"],
  [/mlp\.fc2/, "mlp.c_proj"],
];
const OPEN_CLIP_TEXT: Naming = [
  [/^text\.block/, "transformer.resblocks"],
  [/^text\.embeddings\.token_embedding/, "token_embedding.weight"],
  [/^text\.(embeddings\.)?/, ""],
];
const OPEN_CLIP_VIT: Naming = [
  ...OPEN_CLIP_BLOCK,
  ...OPEN_CLIP_TEXT,
  [/^visual\.block/, "visual.transformer.resblocks"],
  [/embeddings\.patch_embedding/, "conv1.weight"],
  [/embeddings\./, ""],
];
const OPEN_CLIP_RESNET: Naming = [
  ...OPEN_CLIP_BLOCK,
  ...OPEN_CLIP_TEXT,
  [/stem\.(.)\.bn/, "bn$1"],
  [/stem\.(.)/, "conv$1"],
  [/^visual\.block\.0/, "visual.layer1.0"],
  [/^visual\.block\.1/, "visual.layer2.0"],
  [/^visual\.block\.2/, "visual.layer3.0"],
  [/^visual\.block\.3/, "visual.layer3.1"],
  [/^visual\.block\.4/, "visual.layer4.0"],
  [/downsample\.conv\.bn/, "downsample.1"],
  [/downsample\.conv/, "downsample.0"],
  [/conv(.)\.bn/, "bn$1"],
];
const TIMM_SIGLIP: Naming = [
  [/^(visual.*)attention\.in_proj/, "$1attn.qkv"],
  [/^(visual.*)attention\.out_proj/, "$1attn.proj"],
  [/^visual\.block\./, "visual.blocks."],
  [/^(visual\.blocks.*)ln_/, "$1norm"],
  [/^visual\.embeddings\.patch_embedding/, "visual.patch_embed.proj.weight"],
  [/^visual\.embeddings\.patch_bias/, "visual.patch_embed.proj.bias"],
  [/^visual\.embeddings\.positional_embedding/, "visual.pos_embed"],
  [/^text\.block/, "text.transformer.resblocks"],
  [/^text\.embeddings\.token_embedding/, "text.token_embedding.weight"],
  [/^text\.embeddings\./, "text."],
  ...OPEN_CLIP_BLOCK.map(([pattern, name]) => [new RegExp(`^(text.*)${pattern.source}`), `$1${name}`] as const),
];
const TRANSFORMERS: Naming = [
  [/^visual\.proj/, "visual_projection"],
  [/^text\.text_projection/, "text_projection"],
  [/^visual\./, "vision_model."],
  [/^text\./, "text_model."],
  [/\.block\./, ".encoder.layers."],
  [/attention/, "self_attn"],
  [/\.ln_(\d)/, ".layer_norm$1"],
  [/ln_pre/, "pre_layrnorm"],
  [/ln_post/, "post_layernorm"],
  [/ln_final/, "final_layer_norm"],
  [/positional_embedding/, "position_embedding"],
  [/(token|patch|position)_embedding$/, "$1_embedding.weight"],
];

interface Case {
  readonly architecture: ClipArchitecture;
  readonly implementation: Implementation;
  readonly naming: Naming;
}

const CASES: Readonly<Record<string, Case>> = {
  "open_clip ViT": {
    architecture: { ...TINY_VIT, text: { ...TINY_VIT.text, activation: "gelu" } },
    implementation: "open_clip",
    naming: OPEN_CLIP_VIT,
  },
  "open_clip averaged ViT": {
    architecture: { ...TINY_AVERAGED_VIT, text: { ...TINY_AVERAGED_VIT.text, activation: "quick_gelu" } },
    implementation: "open_clip",
    naming: OPEN_CLIP_VIT,
  },
  "open_clip ModifiedResNet": { architecture: TINY_RESNET, implementation: "open_clip", naming: OPEN_CLIP_RESNET },
  "open_clip and timm SigLIP": { architecture: TINY_SIGLIP, implementation: "open_clip", naming: TIMM_SIGLIP },
  "transformers ViT": { architecture: TINY_VIT, implementation: "transformers", naming: TRANSFORMERS },
};

describe.each(PYTORCH.models)(
  `$title (${PYTORCH.origin})`,
  ({ title, loss, imageFeatures, textFeatures, gradients }) => {
    const { architecture, implementation, naming } = CASES[title];
    const step = trainingStep(architecture, { ...FULL_PLAN, implementation });
    const nameThere = (value: Value) =>
      naming.reduce((name, [pattern, other]) => name.replace(pattern, other), value.name);
    const batchSize = PYTORCH.tokens.length;
    const { parameters, buffers, inputs, nodes } = step.graph;
    const leaves = new Map<Value, Tensor>(
      [...parameters, ...buffers, ...inputs].map((leaf) => [leaf, numbersOf(leaf)]),
    );
    const read = interpret(
      nodes.filter((node) => node.phase !== "optimizer"),
      { batchSize, leaves },
    );

    function numbersOf(leaf: Value): Tensor {
      const shape = concreteShape(leaf.shape, batchSize);
      if (leaf === step.lossSeed) return tensor(shape, [1]);
      if (leaf.name.endsWith("tokens")) return tensor(shape, PYTORCH.tokens.flat());
      if (leaf.name.endsWith("position_ids"))
        return tensor(
          shape,
          Array.from({ length: shape[1] }, (_, i) => i),
        );
      return drawn(nameThere(leaf), shape, leaf.name.endsWith("running_var") ? "positive" : "real");
    }

    test("has the same parameters", () => {
      expect(parameters.map(nameThere).sort()).toEqual(Object.keys(gradients).sort());
    });

    test.each([
      ["visual", imageFeatures],
      ["text", textFeatures],
    ])("gives the same features of the %s tower", (tower, features) => {
      const normalized = nodes.filter(
        ({ op, phase, scope }) => op === "L2Normalize" && phase === "forward" && scope.path === tower,
      );
      expect(normalized.length).toBe(1);
      expect(farApart(read(normalized[0].outputs[0]), tensorOf(features), TOLERANCE)).toEqual([]);
    });

    test("gives the same loss", () => {
      expect(farApart(read(step.loss), tensor([], [loss]), TOLERANCE)).toEqual([]);
    });

    test("gives every parameter the same gradient", () => {
      const along = Array.from(step.gradients, ([parameter, gradient]) => {
        const direction = drawn(`${nameThere(parameter)}.direction`, parameter.shape).data;
        const computed = read(gradient).data.reduce((sum, value, i) => sum + value * direction[i], 0);
        return { name: nameThere(parameter), computed, byPyTorch: gradients[nameThere(parameter)] };
      });
      expect(along.length).toBe(Object.keys(gradients).length);
      const isFar = ({ computed, byPyTorch }: (typeof along)[number]) =>
        !(Math.abs(computed - byPyTorch) <= TOLERANCE * Math.max(1, Math.abs(byPyTorch)));
      expect(along.filter(isFar)).toEqual([]);
    });
  },
);
