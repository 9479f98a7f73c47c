"""Training steps of an open_clip model on the CPU, one for each line on standard input; answers with its seconds.

    python pytorch_step.py ViT-B-32 8 2        # model, batch size, threads
"""

import json
import sys
import time

import open_clip
import torch


def main() -> None:
    name, batch_size, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = open_clip.create_model(name)
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.1)
    loss_of = open_clip.ClipLoss()
    size = model.visual.image_size
    height, width = size if isinstance(size, tuple) else (size, size)
    images = torch.randn(batch_size, 3, height, width)
    texts = torch.randint(1, model.vocab_size - 1, (batch_size, model.context_length))
    print(json.dumps({"torch": torch.__version__, "open_clip": open_clip.__version__}), flush=True)
    for _ in sys.stdin:
        before, cpu_before = time.perf_counter(), time.process_time()
        optimizer.zero_grad(set_to_none=True)
        image_features, text_features, scale = model(images, texts)
        loss = loss_of(image_features, text_features, scale)
        loss.backward()
        optimizer.step()
        seconds, cpu_seconds = time.perf_counter() - before, time.process_time() - cpu_before
        print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "loss": loss.item()}), flush=True)


main()
