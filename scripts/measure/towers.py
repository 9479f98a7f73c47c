"""open_clip's and transformers' CLIP behind one face: features, loss, what to unlock, where LoRA goes."""

import torch
from torch import nn
from torch.nn import functional as F

# OpenAI's checkpoints were trained with QuickGELU; transformers' configurations of these shapes say so.
QUICK_GELU_IN_TRANSFORMERS = ("RN", "ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-L-14-336")


class LowRankLinear(nn.Module):
    """A frozen linear layer with a trained low-rank pair beside it."""

    def __init__(self, base, rank, scale=16):
        super().__init__()
        place = {"device": base.weight.device, "dtype": base.weight.dtype}
        self.base, self.factor = base, scale / rank
        self.down = nn.Parameter(torch.zeros(rank, base.in_features, **place))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank, **place))

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.down), self.up) * self.factor


class SeparateAttention(nn.Module):
    """Takes the place of nn.MultiheadAttention where q, k and v must be layers of their own."""

    def __init__(self, fused):
        super().__init__()
        self.heads = fused.num_heads
        width = fused.embed_dim
        device = fused.in_proj_weight.device
        self.query, self.key, self.value, self.out = (nn.Linear(width, width, device=device) for _ in range(4))

    def forward(self, query, key, value, need_weights=False, attn_mask=None):
        batch, tokens, width = query.shape

        def split(x):
            return x.view(batch, tokens, self.heads, width // self.heads).transpose(1, 2)

        mixed = F.scaled_dot_product_attention(
            split(self.query(query)), split(self.key(key)), split(self.value(value)), attn_mask=attn_mask
        )
        return self.out(mixed.transpose(1, 2).reshape(batch, tokens, width)), None


class OpenClipTowers:
    def __init__(self, plan, device):
        import open_clip

        with torch.device(device):
            self.module = open_clip.create_model(
                plan["model"],
                device=device,
                force_image_size=plan["imageSize"],
                force_context_length=plan["contextLength"],
            )
        self.visual = self.module.visual
        self.text = getattr(self.module, "text", self.module)
        self.is_resnet = hasattr(self.visual, "layer4")
        self.is_timm = hasattr(self.visual, "trunk")
        self.has_sigmoid_loss = "SigLIP" in plan["model"]
        size = self.visual.image_size
        self.image_size = size[0] if isinstance(size, (tuple, list)) else size
        self.context_length, self.text_width = self.text.positional_embedding.shape
        projection = self.text.text_projection
        if projection is None:
            self.embed_dim = self.text_width
        else:
            self.embed_dim = projection.out_features if isinstance(projection, nn.Linear) else projection.shape[1]
        self.text_blocks = list(self.text.transformer.resblocks)
        if self.is_timm:
            self.image_blocks = list(self.visual.trunk.blocks)
        elif self.is_resnet:
            stages = (self.visual.layer1, self.visual.layer2, self.visual.layer3, self.visual.layer4)
            self.image_blocks = [block for stage in stages for block in stage]
        else:
            self.image_blocks = list(self.visual.transformer.resblocks)

    @property
    def logit_scale(self):
        return self.module.logit_scale

    def image_features(self, images):
        return self.module.encode_image(images, normalize=True)

    def loss(self, images, tokens):
        image = self.image_features(images)
        text = self.module.encode_text(tokens, normalize=True)
        scale = self.logit_scale.exp()
        if self.has_sigmoid_loss:
            logits = scale * image @ text.T + self.module.logit_bias
            signs = 2 * torch.eye(len(image), device=image.device, dtype=logits.dtype) - 1
            return -F.logsigmoid(signs * logits).sum() / len(image)
        by_image, by_text = scale * image @ text.T, scale * text @ image.T
        target = torch.arange(len(image), device=image.device)
        return (F.cross_entropy(by_image, target) + F.cross_entropy(by_text, target)) / 2

    def unlocked(self, block_count):
        modules = self.image_blocks[-block_count:] + self.text_blocks[-block_count:] + [self.text.ln_final]
        parameters = [self.logit_scale]
        if getattr(self.module, "logit_bias", None) is not None:
            parameters.append(self.module.logit_bias)
        if isinstance(self.text.text_projection, nn.Linear):
            modules.append(self.text.text_projection)
        elif self.text.text_projection is not None:
            parameters.append(self.text.text_projection)
        if self.is_resnet:
            modules.append(self.visual.attnpool)
        elif self.is_timm:
            modules += [self.visual.trunk.norm, self.visual.trunk.attn_pool]
        else:
            modules.append(self.visual.ln_post)
            parameters.append(self.visual.proj)
        return modules, parameters

    def add_lora(self, rank):
        for block in self.text_blocks + ([] if self.is_resnet else self.image_blocks):
            if hasattr(block.attn, "qkv"):
                block.attn.qkv = LowRankLinear(block.attn.qkv, rank)
                continue
            attention = SeparateAttention(block.attn).requires_grad_(False)
            attention.query = LowRankLinear(attention.query, rank)
            attention.value = LowRankLinear(attention.value, rank)
            block.attn = attention

    def checkpoint(self):
        self.module.set_grad_checkpointing(True)

    def encode_embeddings(self, embeddings, end):
        text = self.text
        x = embeddings + text.positional_embedding.to(embeddings.dtype)
        x = text.ln_final(text.transformer(x, attn_mask=text.attn_mask))
        x = x[torch.arange(len(x), device=x.device), end]
        projection = text.text_projection
        if projection is not None:
            x = projection(x) if isinstance(projection, nn.Linear) else x @ projection
        return F.normalize(x, dim=-1)


class TransformersTowers:
    has_sigmoid_loss = False

    def __init__(self, plan, device):
        import open_clip
        from transformers import CLIPConfig, CLIPModel

        if plan["imageSize"] is not None or plan["contextLength"] is not None:
            raise ValueError("other sizes than the model's own are measured in open_clip alone")
        name = plan["model"]
        shape = open_clip.get_model_config(name)
        if isinstance(shape["vision_cfg"]["layers"], list):
            raise ValueError(f"transformers has no CLIP with a ResNet image tower such as {name}")
        common = {
            "projection_dim": shape["embed_dim"],
            "hidden_act": "quick_gelu" if name in QUICK_GELU_IN_TRANSFORMERS or shape.get("quick_gelu") else "gelu",
        }
        vision, text = shape["vision_cfg"], shape["text_cfg"]
        config = CLIPConfig(
            projection_dim=shape["embed_dim"],
            vision_config={
                **common,
                "hidden_size": vision["width"],
                "num_hidden_layers": vision["layers"],
                "num_attention_heads": vision["width"] // vision.get("head_width", 64),
                "intermediate_size": int(vision["width"] * vision.get("mlp_ratio", 4)),
                "patch_size": vision["patch_size"],
                "image_size": vision["image_size"],
            },
            text_config={
                **common,
                "vocab_size": text["vocab_size"],
                "hidden_size": text["width"],
                "num_hidden_layers": text["layers"],
                "num_attention_heads": text["heads"],
                "intermediate_size": int(text["width"] * text.get("mlp_ratio", 4)),
                "eos_token_id": 49407,
            },
        )
        attention = "eager" if plan["attention"] == "eager" else "sdpa"
        with torch.device(device):
            self.module = CLIPModel._from_config(config, attn_implementation=attention)
        self.module.to(device)
        self.vision_model, self.text_model = self.module.vision_model, self.module.text_model
        self.image_blocks = list(self.vision_model.encoder.layers)
        self.text_blocks = list(self.text_model.encoder.layers)
        self.image_size, self.embed_dim = vision["image_size"], shape["embed_dim"]
        self.context_length, self.text_width = text["context_length"], text["width"]

    @property
    def logit_scale(self):
        return self.module.logit_scale

    def image_features(self, images):
        pooled = self.vision_model(pixel_values=images).pooler_output
        return F.normalize(self.module.visual_projection(pooled), dim=-1)

    def loss(self, images, tokens):
        return self.module(input_ids=tokens, pixel_values=images, return_loss=True).loss

    def unlocked(self, block_count):
        modules = self.image_blocks[-block_count:] + self.text_blocks[-block_count:]
        modules += [self.vision_model.post_layernorm, self.text_model.final_layer_norm]
        modules += [self.module.visual_projection, self.module.text_projection]
        return modules, [self.logit_scale]

    def add_lora(self, rank):
        for block in self.image_blocks + self.text_blocks:
            block.self_attn.q_proj = LowRankLinear(block.self_attn.q_proj, rank)
            block.self_attn.v_proj = LowRankLinear(block.self_attn.v_proj, rank)

    def checkpoint(self):
        self.module.gradient_checkpointing_enable()

    def encode_embeddings(self, embeddings, end):
        positions = self.text_model.embeddings.position_embedding.weight
        encoded = self.text_model.encoder(
            inputs_embeds=embeddings + positions.to(embeddings.dtype), attention_mask=None, is_causal=True
        ).last_hidden_state
        x = self.text_model.final_layer_norm(encoded)
        x = x[torch.arange(len(x), device=x.device), end]
        return F.normalize(self.module.text_projection(x), dim=-1)


TOWERS = {"open_clip": OpenClipTowers, "transformers": TransformersTowers}
