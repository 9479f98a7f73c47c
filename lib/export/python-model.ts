/** The parts of the exported script that hold the model: what trains, one forward pass, the loss. Lines of Python. */

import type { Plan } from "../plan/plan";

/** Whether images are compared with classes instead of with texts of their own. */
export function comparesWithClasses({ strategy }: Plan): boolean {
  return strategy.kind === "linear_probe" || strategy.kind === "prompt";
}

export function modelLines(plan: Plan): string[] {
  const { strategy, attention, precision, gradCheckpointing } = plan;
  const dtype = precision === "bf16" ? "torch.bfloat16" : "torch.float32";
  const implementation = attention === "eager" ? "eager" : "sdpa";
  return [
    "def load_clip(name):",
    `    """The model with its published weights, of which ${TRAINED[strategy.kind]}."""`,
    `    clip = CLIPModel.from_pretrained(name, dtype=${dtype}, attn_implementation="${implementation}")`,
    ...freezingLines(plan),
    ...(gradCheckpointing
      ? ['    clip.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})']
      : []),
    "    return clip",
  ];
}

const TRAINED = {
  full: "everything trains",
  partial: "the last blocks, final norms, projections and the scale train",
  lora: "only the adapters train",
  linear_probe: "nothing trains",
  prompt: "nothing trains",
} as const satisfies Record<Plan["strategy"]["kind"], string>;

function freezingLines({ strategy }: Plan): string[] {
  switch (strategy.kind) {
    case "full":
      return [];
    case "partial":
      return [
        "    clip.requires_grad_(False)",
        "    for tower in (clip.vision_model, clip.text_model):",
        "        for block in tower.encoder.layers[-UNLOCKED_BLOCKS:]:",
        "            block.requires_grad_(True)",
        "    heads = (clip.vision_model.post_layernorm, clip.text_model.final_layer_norm, clip.visual_projection, clip.text_projection)",
        "    for head in heads:",
        "        head.requires_grad_(True)",
        "    clip.logit_scale.requires_grad_(True)",
      ];
    case "lora":
      return [
        "    # The scale beside the adapters is alpha / rank: 1.",
        "    clip = get_peft_model(clip, LoraConfig(r=LORA_RANK, lora_alpha=LORA_RANK, target_modules=LORA_TARGETS))",
      ];
    case "linear_probe":
    case "prompt":
      return ["    clip.requires_grad_(False)"];
  }
}

export function stepLines(plan: Plan): string[] {
  switch (plan.strategy.kind) {
    case "linear_probe":
      return probeLines(plan);
    case "prompt":
      return promptLines(plan);
    default:
      return contrastiveLines();
  }
}

/** Position embeddings are resampled where the images are not of the size that the model was trained on. */
const RESIZES = "        self.resizes = IMAGE_SIZE != clip.config.vision_config.image_size";

function contrastiveLines(): string[] {
  return [
    "class Step(nn.Module):",
    '    """Features of one batch, of unit length, and the scale of their products."""',
    "",
    "    def __init__(self, clip):",
    "        super().__init__()",
    "        self.clip = clip",
    RESIZES,
    "",
    "    def forward(self, pixel_values, input_ids, attention_mask):",
    "        out = self.clip(",
    "            pixel_values=pixel_values,",
    "            input_ids=input_ids,",
    "            attention_mask=attention_mask,",
    "            interpolate_pos_encoding=self.resizes,",
    "        )",
    "        return out.image_embeds, out.text_embeds, self.clip.logit_scale.exp()",
  ];
}

const IMAGE_FEATURES = [
  "    @torch.no_grad()",
  "    def image_features(self, pixel_values):",
  "        pooled = self.clip.vision_model(pixel_values, interpolate_pos_encoding=self.resizes).pooler_output",
  "        return F.normalize(self.clip.visual_projection(pooled), dim=-1)",
];

/** A frozen tower stays in eval mode, but for checkpointing, which only works in train mode. */
function evalModeLines({ gradCheckpointing }: Plan): string[] {
  if (gradCheckpointing) return [];
  return [
    "",
    "    def train(self, mode=True):",
    "        super().train(mode)",
    "        self.clip.eval()",
    "        return self",
  ];
}

function probeLines(plan: Plan): string[] {
  const dtype = plan.precision === "bf16" ? ", dtype=torch.bfloat16" : "";
  return [
    "class Step(nn.Module):",
    '    """Scores of each image for each class, from a linear layer on frozen features."""',
    "",
    "    def __init__(self, clip):",
    "        super().__init__()",
    "        self.clip = clip",
    RESIZES,
    `        self.head = nn.Linear(clip.config.projection_dim, CLASS_COUNT${dtype})`,
    ...evalModeLines(plan),
    "",
    ...IMAGE_FEATURES,
    "",
    "    def forward(self, pixel_values):",
    "        return self.head(self.image_features(pixel_values))",
  ];
}

function promptLines(plan: Plan): string[] {
  const dtype = plan.precision === "bf16" ? ", dtype=torch.bfloat16" : "";
  return [
    "class Step(nn.Module):",
    '    """Scores of each image for each class name, which follows learned context vectors."""',
    "",
    "    def __init__(self, clip, input_ids, attention_mask):",
    "        super().__init__()",
    "        self.clip = clip",
    RESIZES,
    `        self.context = nn.Parameter(0.02 * torch.randn(CONTEXT_TOKENS, clip.config.text_config.hidden_size${dtype}))`,
    '        self.register_buffer("input_ids", input_ids, persistent=False)',
    '        self.register_buffer("attention_mask", attention_mask, persistent=False)',
    "        clip.text_model.embeddings.token_embedding.register_forward_hook(self.insert_context)",
    ...evalModeLines(plan),
    "",
    "    def insert_context(self, module, inputs, embedded):",
    "        context = self.context.to(embedded.dtype).expand(len(embedded), -1, -1)",
    "        return torch.cat([embedded[:, :1], context, embedded[:, 1 + CONTEXT_TOKENS :]], dim=1)",
    "",
    ...IMAGE_FEATURES,
    "",
    "    def forward(self, pixel_values):",
    "        images = self.image_features(pixel_values)",
    "        pooled = self.clip.text_model(input_ids=self.input_ids, attention_mask=self.attention_mask).pooler_output",
    "        texts = F.normalize(self.clip.text_projection(pooled), dim=-1)",
    "        return self.clip.logit_scale.exp() * images @ texts.T",
  ];
}

export function lossLines(plan: Plan): string[] {
  const dtype = plan.precision === "bf16" ? ", torch.bfloat16" : "";
  if (comparesWithClasses(plan)) {
    return [
      "def loss_of(model, batch, tokenizer, device):",
      '    """Cross-entropy between the scores of a batch and its labels."""',
      "    pixel_values, labels = batch",
      `    scores = model(pixel_values.to(device${dtype}, non_blocking=True))`,
      "    return F.cross_entropy(scores.float(), labels.to(device, non_blocking=True))",
    ];
  }
  return [
    ...(plan.deviceCount > 1 ? [...gatherLines(plan), "", ""] : []),
    "def loss_of(model, batch, tokenizer, device):",
    '    """How badly images and texts of a batch find each other, both ways."""',
    "    pixel_values, texts = batch",
    "    tokens = tokenizer(",
    '        list(texts), padding="max_length", truncation=True, max_length=CONTEXT_LENGTH, return_tensors="pt"',
    "    ).to(device)",
    `    image, text, scale = model(pixel_values.to(device${dtype}, non_blocking=True), tokens.input_ids, tokens.attention_mask)`,
    ...similarityLines(plan),
    "    return (F.cross_entropy(by_image.float(), target) + F.cross_entropy(by_text.float(), target)) / 2",
  ];
}

/** Gathers as open_clip does: with `gatherWithGrad` gradients flow to every device's features, else to the own alone. */
function gatherLines({ gatherWithGrad, localLoss }: Plan): string[] {
  const head = [
    '    """The features of all devices, in the order of their ranks."""',
    "    if WORLD_SIZE == 1:",
    "        return features",
  ];
  const gather = [
    "parts = [torch.empty_like(features) for _ in range(WORLD_SIZE)]",
    "dist.all_gather(parts, features.detach().contiguous())",
  ];
  if (!gatherWithGrad) {
    return [
      "def gathered(features):",
      ...head,
      ...gather.map((line) => `    ${line}`),
      ...(localLoss ? [] : ["    parts[RANK] = features"]),
      "    return torch.cat(parts)",
    ];
  }
  return [
    "class Gather(torch.autograd.Function):",
    '    """Hands each device the gradients that all devices have for its features."""',
    "",
    "    @staticmethod",
    "    def forward(context, features):",
    ...gather.map((line) => `        ${line}`),
    "        return torch.cat(parts)",
    "",
    "    @staticmethod",
    "    def backward(context, gradient):",
    "        gradient = gradient.contiguous()",
    "        dist.all_reduce(gradient)",
    "        return gradient.chunk(WORLD_SIZE)[RANK]",
    "",
    "",
    "def gathered(features):",
    ...head,
    "    return Gather.apply(features)",
  ];
}

function similarityLines({ deviceCount, localLoss }: Plan): string[] {
  if (deviceCount === 1) {
    return [
      "    by_image = scale * image @ text.T",
      "    by_text = by_image.T",
      "    target = torch.arange(len(image), device=device)",
    ];
  }
  if (localLoss) {
    return [
      "    by_image = scale * image @ gathered(text).T",
      "    by_text = scale * text @ gathered(image).T",
      "    target = torch.arange(len(image), device=device) + len(image) * RANK",
    ];
  }
  return [
    "    by_image = scale * gathered(image) @ gathered(text).T",
    "    by_text = by_image.T",
    "    target = torch.arange(len(by_image), device=device)",
  ];
}
