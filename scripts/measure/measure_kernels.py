"""Rates of single kernels on a CUDA card, a JSON object a line: what a roofline takes from the card.

    python scripts/measure/measure_kernels.py > kernels.jsonl

Products of matrices of the shapes and layouts that training CLIP has, in every precision; memory-bound kernels from a
kilobyte to a gigabyte; fused attention; the host's time to hand over small kernels; copies to the card; reading and
augmenting a JPEG on one core of the host. Random inputs, medians, several input sets so that no cache answers.
"""

import io
import json
import random
import statistics
import sys
import time

import torch
from torch.nn import functional as F

from measure_steps import describe_machine

DEVICE = "cuda"
SEED = 20261127
CACHE_BYTES = 128 << 20
MOST_SETS = 8


def seconds_of(run, sets, least=0.006):
    """Median device seconds of one call, over calls that take turns among the input sets."""
    for i in range(3):
        run(*sets[i % len(sets)])
    torch.cuda.synchronize()
    started = time.perf_counter()
    run(*sets[0])
    torch.cuda.synchronize()
    repeats = 4 if time.perf_counter() - started < 1e-3 else 1
    samples = []
    started = time.perf_counter()
    while len(samples) < 5 or (sum(samples) < least and len(samples) < 100):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        # A queue that is never empty keeps the host's time out of the interval.
        torch.cuda._sleep(400_000)
        begin.record()
        for i in range(repeats):
            run(*sets[(len(samples) * repeats + i) % len(sets)])
        end.record()
        torch.cuda.synchronize()
        samples.append(begin.elapsed_time(end) / 1e3 / repeats)
        if time.perf_counter() - started > 0.5:
            break
    return statistics.median(samples)


def input_sets(make, bytes_each):
    count = max(1, min(MOST_SETS, -(-CACHE_BYTES // max(bytes_each, 1))))
    return [make() for _ in range(count)]


def report(kind, **fields):
    print(json.dumps({"kind": kind, **fields}), flush=True)


def matrix_products():
    chance = random.Random(SEED)
    widths = (512, 640, 768, 1024, 1280, 1664)
    shapes = set()
    for rows in (77, 400, 1600, 2464, 6304, 8224, 9856, 12608, 25216, 50432, 100864):
        for width in widths:
            for inner, outer in ((width, 3 * width), (width, width), (width, 4 * width), (4 * width, width)):
                for layout in ("forward", "inputGrad", "weightGrad"):
                    shapes.add((rows, inner, outer, layout))
    for rows, inner, outer, layout in chance.sample(sorted(shapes), 110) + [
        (b, e, b, "forward") for b in (8, 32, 128, 512, 2048, 8192) for e in (512, 1024)
    ]:
        for precision, dtype, tf32 in (
            ("fp16", torch.float16, False),
            ("bf16", torch.bfloat16, False),
            ("fp32", torch.float32, False),
            ("tf32", torch.float32, True),
        ):
            if precision in ("fp32", "tf32") and chance.random() < 0.5:
                continue
            torch.backends.cuda.matmul.allow_tf32 = tf32
            x = lambda: torch.randn(rows, inner, device=DEVICE, dtype=dtype)
            w = lambda: torch.randn(outer, inner, device=DEVICE, dtype=dtype)
            dy = lambda: torch.randn(rows, outer, device=DEVICE, dtype=dtype)
            size = dtype.itemsize * (rows * inner + inner * outer + rows * outer)
            run, make = {
                "forward": (lambda a, b: a @ b.T, lambda: (x(), w())),
                "inputGrad": (lambda a, b: a @ b, lambda: (dy(), w())),
                "weightGrad": (lambda a, b: a.T @ b, lambda: (dy(), x())),
            }[layout]
            seconds = seconds_of(run, input_sets(make, size))
            report("product", rows=rows, inner=inner, outer=outer, layout=layout, precision=precision, seconds=seconds)
    torch.backends.cuda.matmul.allow_tf32 = False


def memory_bound():
    for exponent in range(10, 30, 2):
        for dtype in (torch.float32, torch.float16):
            count = (1 << exponent) // dtype.itemsize
            x = lambda: torch.randn(count, device=DEVICE, dtype=dtype)
            size = count * dtype.itemsize
            ones = input_sets(lambda: (x(),), size)
            twos = input_sets(lambda: (x(), x()), 2 * size)
            for name, run, sets, tensors in (
                ("copy", lambda a: a.clone(), ones, 2),
                ("add", lambda a, b: a + b, twos, 3),
                ("gelu", lambda a: F.gelu(a), ones, 2),
                ("geluGrad", lambda a, b: torch.ops.aten.gelu_backward(a, b), twos, 3),
                ("cast", lambda a: a.to(torch.float16 if a.dtype == torch.float32 else torch.float32), ones, 0),
                ("sigmoid", lambda a: torch.sigmoid(a), ones, 2),
                ("sum", lambda a: a.sum(), ones, 1),
            ):
                moved = 6 * count if tensors == 0 else tensors * size
                report("memory", name=name, dtype=str(dtype)[6:], bytesMoved=moved, seconds=seconds_of(run, sets, 0.003))
            if count >= 1 << 16:
                for width in (768, 1024):
                    rows = count // width
                    row_sets = [(a[: rows * width].view(rows, width),) for (a,) in ones]
                    gamma = torch.ones(width, device=DEVICE)
                    beta = torch.zeros(width, device=DEVICE)
                    if dtype == torch.float32:
                        norm = lambda a: torch.native_layer_norm(a, [width], gamma, beta, 1e-5)
                        mean, rstd = torch.native_layer_norm(row_sets[0][0], [width], gamma, beta, 1e-5)[1:]
                        grad = lambda a: torch.ops.aten.native_layer_norm_backward(
                            a, a, [width], mean, rstd, gamma, beta, [True, True, True]
                        )
                        report("memory", name="layerNorm", dtype="float32", width=width, bytesMoved=2 * rows * width * 4, seconds=seconds_of(norm, row_sets, 0.003))
                        report("memory", name="layerNormGrad", dtype="float32", width=width, bytesMoved=3 * rows * width * 4, seconds=seconds_of(grad, row_sets, 0.003))
                    report("memory", name="biasGrad", dtype=str(dtype)[6:], width=width, bytesMoved=rows * width * dtype.itemsize, seconds=seconds_of(lambda a: a.sum(0), row_sets, 0.003))
                    report("memory", name="softmax", dtype=str(dtype)[6:], width=width, bytesMoved=2 * rows * width * dtype.itemsize, seconds=seconds_of(lambda a: torch.softmax(a, -1), row_sets, 0.003))


def attention():
    for batch, heads, tokens, width, causal in (
        (32, 12, 50, 64, False),
        (256, 12, 50, 64, False),
        (32, 12, 197, 64, False),
        (32, 8, 77, 64, True),
        (256, 8, 77, 64, True),
        (32, 16, 257, 64, False),
        (128, 16, 257, 64, False),
        (32, 16, 577, 64, False),
        (32, 16, 257, 80, False),
        (32, 16, 257, 104, False),
    ):
        for dtype in (torch.float16, torch.bfloat16, torch.float32):
            q, k, v = (torch.randn(batch, heads, tokens, width, device=DEVICE, dtype=dtype, requires_grad=True) for _ in range(3))
            run = lambda a, b, c: F.scaled_dot_product_attention(a, b, c, is_causal=causal)
            forward = seconds_of(lambda a, b, c: run(a.detach(), b.detach(), c.detach()), [(q, k, v)])
            y = run(q, k, v)
            dy = torch.randn_like(y)
            backward = seconds_of(lambda: torch.autograd.grad(y, (q, k, v), dy, retain_graph=True), [()])
            report(
                "attention", batch=batch, heads=heads, tokens=tokens, headWidth=width, causal=causal, dtype=str(dtype)[6:],
                forwardSeconds=forward, backwardSeconds=backward,
            )


def host_costs():
    x = torch.randn(64, 64, device=DEVICE, requires_grad=True)
    w = torch.randn(64, 64, device=DEVICE, requires_grad=True)
    g = torch.ones(64, device=DEVICE, requires_grad=True)

    def per_call(name, run, count=2000):
        for _ in range(200):
            run()
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(count):
            run()
        host = time.perf_counter() - start
        torch.cuda.synchronize()
        report("host", name=name, hostSeconds=host / count, seconds=(time.perf_counter() - start) / count)

    with torch.no_grad():
        per_call("add", lambda: x + w)
        per_call("linear", lambda: F.linear(x, w))
        per_call("layerNorm", lambda: F.layer_norm(x, (64,), g, g))
    per_call("add with gradient", lambda: x + w)
    per_call("linear with gradient", lambda: F.linear(x, w))
    with torch.autocast(DEVICE, torch.float16):
        per_call("linear with gradient under autocast", lambda: F.linear(x, w))


def copies_to_card():
    for megabytes in (1, 16, 64, 256):
        for pinned in (True, False):
            host = torch.empty(megabytes << 20, dtype=torch.uint8, pin_memory=pinned).random_()
            seconds = []
            for _ in range(6):
                torch.cuda.synchronize()
                start = time.perf_counter()
                host.to(DEVICE, non_blocking=True)
                torch.cuda.synchronize()
                seconds.append(time.perf_counter() - start)
            report("hostToDevice", bytes=megabytes << 20, pinned=pinned, seconds=statistics.median(seconds))


def image_loading():
    from PIL import Image
    from torchvision import transforms

    torch.set_num_threads(1)
    try:
        model = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    except StopIteration:
        model = "unknown"
    chance = torch.Generator().manual_seed(SEED)
    for width, height in ((256, 256), (500, 375), (640, 480), (1024, 768), (2048, 1536)):
        coarse = torch.rand(1, 3, height // 8, width // 8, generator=chance)
        pixels = F.interpolate(coarse, size=(height, width), mode="bicubic").clamp(0, 1)[0]
        pixels = (pixels + 0.05 * torch.randn(3, height, width, generator=chance)).clamp(0, 1)
        image = transforms.functional.to_pil_image(pixels)
        for quality in (75, 90):
            stream = io.BytesIO()
            image.save(stream, "JPEG", quality=quality)
            data = stream.getvalue()
            for crop in (224, 336):
                augment = transforms.Compose(
                    [
                        transforms.RandomResizedCrop(crop, scale=(0.9, 1.0), interpolation=transforms.InterpolationMode.BICUBIC),
                        transforms.ToTensor(),
                        transforms.Normalize((0.48, 0.46, 0.41), (0.27, 0.26, 0.28)),
                    ]
                )
                parts, began = [], time.perf_counter()
                while len(parts) < 8 or (time.perf_counter() - began < 0.15 and len(parts) < 200):
                    start = time.perf_counter()
                    decoded = Image.open(io.BytesIO(data)).convert("RGB")
                    middle = time.perf_counter()
                    augment(decoded)
                    parts.append((middle - start, time.perf_counter() - middle))
                report(
                    "imageLoading", cpu=model, width=width, height=height, bytes=len(data), imageSize=crop,
                    decodeSeconds=statistics.median(p[0] for p in parts), augmentSeconds=statistics.median(p[1] for p in parts),
                )


def main():
    print(json.dumps(describe_machine()), flush=True)
    failed = False
    for part in (matrix_products, memory_bound, attention, host_costs, copies_to_card, image_loading):
        began = time.monotonic()
        try:
            part()
        except Exception as error:
            failed = True
            print(f"{part.__name__}: {type(error).__name__}: {error}", file=sys.stderr)
        print(f"{part.__name__}: {time.monotonic() - began:.1f} s", file=sys.stderr)
        torch.cuda.empty_cache()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
