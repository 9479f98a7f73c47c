/** A CLIP-family model as numbers: everything `lib/clip` needs to write its graph. */

export type Activation = "gelu" | "gelu_tanh" | "quick_gelu";

export interface VisionTransformer {
  readonly kind: "vit";
  readonly imageSize: number;
  readonly patchSize: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpWidth: number;
  readonly activation: Activation;
  readonly patchBias: boolean;
  readonly classToken: boolean;
  /** LayerNorm before the first block (`ln_pre`). */
  readonly preNorm: boolean;
  /** Learned per-channel scale after attention and MLP. */
  readonly layerScale: boolean;
  /** `map`: SigLIP's attention pooling with its own MLP. */
  readonly pool: "token" | "average" | "map";
  readonly finalNormAfterPool: boolean;
  /** A projection matrix to `embedDim`; without one, `width` is `embedDim`. */
  readonly projection: boolean;
}

export interface ModifiedResNet {
  readonly kind: "resnet";
  readonly imageSize: number;
  readonly width: number;
  /** Bottlenecks in each of the four stages. */
  readonly layers: readonly [number, number, number, number];
  /** Heads of the attention pooling. */
  readonly heads: number;
}

export interface TextTransformer {
  readonly contextLength: number;
  readonly vocabSize: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly mlpWidth: number;
  readonly activation: Activation;
  readonly causalMask: boolean;
  /** Which token stands for the text: the end token, the first or the last position. */
  readonly pool: "eot" | "first" | "last";
  readonly projection: "matrix" | "linear_bias" | "none";
}

export interface ClipArchitecture {
  readonly name: string;
  readonly embedDim: number;
  readonly vision: VisionTransformer | ModifiedResNet;
  readonly text: TextTransformer;
  /** SigLIP trains with a sigmoid loss and a learned bias; CLIP with the symmetric contrastive loss. */
  readonly loss: "contrastive" | "sigmoid";
  /** open_clip's CustomTextCLIP keeps the text tower as a module of its own. */
  readonly customText: boolean;
}

/** An open_clip-style model configuration, as in open_clip's `model_configs/*.json`. Checked by `lib/catalogue/model-config.ts`. */
export interface OpenClipConfig {
  readonly embed_dim: number;
  readonly vision_cfg: Readonly<Record<string, unknown>>;
  readonly text_cfg: Readonly<Record<string, unknown>>;
  readonly quick_gelu?: boolean;
  readonly custom_text?: boolean;
  readonly init_logit_bias?: number;
}
