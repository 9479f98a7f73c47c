"""The training step of a plan: the model with its strategy, inputs, autocast, optimizer."""

import contextlib

import torch
from torch import nn
from torch.nn import functional as F

from towers import TOWERS

AUTOCAST = {"amp": torch.float16, "amp_bf16": torch.bfloat16}
BLOCKWISE_SIZE = 256
SMALLEST_BLOCKWISE = 4096


class AdamWith8BitState(torch.optim.Optimizer):
    """Holds what bitsandbytes' 8-bit Adam holds, without its arithmetic: memory is all that is asked of it."""

    def __init__(self, parameters):
        super().__init__(parameters, {})

    @torch.no_grad()
    def step(self):
        for parameter in (p for group in self.param_groups for p in group["params"]):
            state = self.state[parameter]
            if parameter.grad is None or state:
                continue
            count, device = parameter.numel(), parameter.device
            for moment in ("first", "second"):
                if count < SMALLEST_BLOCKWISE:
                    state[moment] = torch.empty(count, device=device)
                    continue
                state[moment] = torch.empty(count, dtype=torch.uint8, device=device)
                state[f"{moment}_scale"] = torch.empty(-(-count // BLOCKWISE_SIZE), device=device)


OPTIMIZERS = {
    "adamw": lambda parameters: torch.optim.AdamW(parameters, lr=1e-5),
    "adamw_fused": lambda parameters: torch.optim.AdamW(parameters, lr=1e-5, fused=True),
    "adamw_8bit": AdamWith8BitState,
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=1e-3, momentum=0.9),
}


class Learner(nn.Module):
    """A CLIP model under one strategy; calling it gives the loss."""

    def __init__(self, plan, device):
        super().__init__()
        strategy = plan["strategy"]
        self.kind = strategy["kind"]
        self.towers = TOWERS[plan["implementation"]](plan, device)
        self.module = self.towers.module.train()
        if self.kind != "full":
            self.module.requires_grad_(False)
        if self.kind == "lora":
            self.towers.add_lora(strategy["rank"])
        elif self.kind == "partial":
            self._unlock(strategy["unlockedBlocks"])
        elif self.kind == "linear_probe":
            self.module.eval()
            self.head = nn.Linear(self.towers.embed_dim, plan["classCount"], device=device)
        elif self.kind == "prompt":
            self.module.eval()
            self._make_prompt(strategy["contextTokens"], plan["classCount"], device)
        if plan["gradCheckpointing"]:
            self.towers.checkpoint()
            # Both libraries recompute in training mode only.
            self.module.train()

    def _unlock(self, block_count):
        self.module.eval()
        modules, parameters = self.towers.unlocked(block_count)
        for module in modules:
            module.train().requires_grad_(True)
        for parameter in parameters:
            parameter.requires_grad_(True)

    def _make_prompt(self, token_count, class_count, device):
        width, length = self.towers.text_width, self.towers.context_length
        self.context = nn.Parameter(torch.zeros(token_count, width, device=device))
        self.register_buffer("start", torch.zeros(class_count, 1, width, device=device))
        self.register_buffer("rest", torch.zeros(class_count, length - 1 - token_count, width, device=device))
        self.register_buffer("end", torch.zeros(class_count, dtype=torch.long, device=device))

    def forward(self, images, texts, labels):
        if self.kind not in ("linear_probe", "prompt"):
            return self.towers.loss(images, texts)
        with torch.no_grad():
            features = self.towers.image_features(images)
        if self.kind == "linear_probe":
            return F.cross_entropy(self.head(features), labels)
        shared = self.context.unsqueeze(0).expand(len(self.start), -1, -1)
        classes = self.towers.encode_embeddings(torch.cat([self.start, shared, self.rest], dim=1), self.end)
        return F.cross_entropy(self.towers.logit_scale.exp() * features @ classes.T, labels)


class TrainingStep:
    def __init__(self, plan, device):
        self.plan, self.device = plan, device
        self.learner = Learner(plan, device)
        if plan["precision"] == "bf16":
            self.learner.to(torch.bfloat16)
        self.trained = [p for p in self.learner.parameters() if p.requires_grad]
        self.optimizer = OPTIMIZERS[plan["optimizer"]](self.trained)
        self.scaler = torch.amp.GradScaler(device) if plan["precision"] == "amp" else None

    def inputs(self):
        batch, towers = self.plan["perDeviceBatchSize"], self.learner.towers
        dtype = torch.bfloat16 if self.plan["precision"] == "bf16" else torch.float32
        size = towers.image_size
        images = torch.zeros(batch, 3, size, size, device=self.device, dtype=dtype)
        if self.learner.kind in ("linear_probe", "prompt"):
            return images, None, torch.zeros(batch, dtype=torch.long, device=self.device)
        return images, torch.zeros(batch, towers.context_length, dtype=torch.long, device=self.device), None

    def attention(self):
        if self.plan["attention"] != "math":
            return contextlib.nullcontext()
        return torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)

    def forward(self, inputs):
        dtype = AUTOCAST.get(self.plan["precision"])
        cast = contextlib.nullcontext() if dtype is None else torch.autocast(self.device, dtype)
        with cast:
            return self.learner(*inputs)

    def backward(self, loss):
        (loss if self.scaler is None else self.scaler.scale(loss)).backward()

    def update(self):
        if self.scaler is None:
            self.optimizer.step()
        else:
            self.scaler.step(self.optimizer)
            self.scaler.update()
