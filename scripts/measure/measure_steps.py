"""Seconds and memory of real training steps on a CUDA card, a JSON object a line.

    python scripts/measure/measure_steps.py [--seconds 400] [--profile DIRECTORY] < plans.jsonl > steps.jsonl

Reads a plan a line (only `model` is needed; `"profile": true` adds a table of its operations to DIRECTORY), takes three
steps for the memory, then as many as fit into a second for the time. The first line tells what it ran on. A plan that
fails is a line with its error, one that runs out of memory says so; when the seconds are used up the rest is marked as
not measured. What the fields mean is in truth/README.md.
"""

import argparse
import datetime
import gc
import json
import os
import statistics
import sys
import time
import warnings

import torch

from measure_memory import DEFAULTS, DEVICE, ForwardObserver, measure_steps, storage_address
from training import TrainingStep

FEWEST_TIMED, MOST_TIMED, TIMED_SECONDS = 5, 24, 0.3
# Token ids that every text tower knows.
SMALLEST_VOCABULARY = 30_000


def process_bytes():
    """What the driver counts for this process, or None where it does not say."""
    try:
        import pynvml

        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(0)
        for process in pynvml.nvmlDeviceGetComputeRunningProcesses(handle):
            if process.pid == os.getpid():
                return process.usedGpuMemory
    except Exception as error:
        print(f"no figure for this process: {error}", file=sys.stderr)
    return None


def device_used_bytes():
    free, total = torch.cuda.mem_get_info()
    return total - free


def describe_machine():
    properties = torch.cuda.get_device_properties(0)
    # Touches what every step touches, so that the context is whole when it is weighed.
    torch.zeros(1, device=DEVICE)
    torch.cuda.synchronize()
    after_context = device_used_bytes()
    x = torch.randn(256, 256, device=DEVICE)
    (x @ x).sum().item()
    try:
        import pynvml

        pynvml.nvmlInit()
        driver = pynvml.nvmlSystemGetDriverVersion()
    except Exception:
        driver = None
    versions = {}
    for name in ("open_clip", "transformers", "timm"):
        try:
            versions[name] = __import__(name).__version__
        except ImportError:
            versions[name] = None
    return {
        "machine": properties.name,
        "computeCapability": f"{properties.major}.{properties.minor}",
        "multiprocessors": properties.multi_processor_count,
        "totalBytes": properties.total_memory,
        "driver": driver,
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        **versions,
        "date": datetime.date.today().isoformat(),
        "cpuCount": os.cpu_count(),
        "deviceBytesAfterContext": after_context,
        "deviceBytesAfterMatmul": device_used_bytes(),
        "reservedBytesAfterMatmul": torch.cuda.memory_reserved(),
    }


class RandomInputs:
    """Inputs made once, so that their making is not in the time; random, since zeros are multiplied faster."""

    def __init__(self, step):
        images, texts, labels = step.inputs()
        self.images = torch.randn_like(images)
        self.texts = None if texts is None else torch.randint(1, SMALLEST_VOCABULARY, texts.shape, device=DEVICE)
        self.labels = None if labels is None else torch.randint(0, step.plan["classCount"], labels.shape, device=DEVICE)

    def __call__(self):
        return self.images, self.texts, self.labels


def randomize(step):
    """Trained pairs of zeros would make their gradients zero, and sums of zeros are not typical work."""
    with torch.no_grad():
        for parameter in step.trained:
            if not parameter.any():
                parameter.normal_(std=0.01)


def one_step(step, inputs, events=None):
    mark = (lambda i: events[i].record()) if events else (lambda i: None)
    step.optimizer.zero_grad(set_to_none=True)
    mark(0)
    loss = step.forward(inputs)
    mark(1)
    step.backward(loss)
    mark(2)
    step.update()
    mark(3)


def time_steps(step, inputs):
    """Seconds of forward, backward, optimizer and whole steps; host seconds until all work was handed to the card."""
    parts, host, began = [], [], time.perf_counter()
    while len(parts) < FEWEST_TIMED or (len(parts) < MOST_TIMED and time.perf_counter() - began < TIMED_SECONDS):
        events = [torch.cuda.Event(enable_timing=True) for _ in range(4)]
        torch.cuda.synchronize()
        start = time.perf_counter()
        one_step(step, inputs, events)
        host.append(time.perf_counter() - start)
        torch.cuda.synchronize()
        parts.append([events[i].elapsed_time(events[i + 1]) / 1e3 for i in range(3)])
    totals = [sum(part) for part in parts]
    # A loop that never waits for the card, as training does: the host may run ahead.
    repeats = max(3, min(20, int(0.25 / max(statistics.median(totals), 1e-4))))
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(repeats):
        one_step(step, inputs)
    torch.cuda.synchronize()
    return {
        "stepSeconds": (time.perf_counter() - start) / repeats,
        "isolatedStepSeconds": statistics.median(totals),
        "isolatedStepSecondsLeast": min(totals),
        "isolatedStepSecondsMost": max(totals),
        "forwardSeconds": statistics.median(part[0] for part in parts),
        "backwardSeconds": statistics.median(part[1] for part in parts),
        "optimizerSeconds": statistics.median(part[2] for part in parts),
        "hostSeconds": statistics.median(host),
        "timedSteps": len(parts),
        "loopSteps": repeats,
    }


def kernels_of(profiler):
    """How often and for how many device microseconds each kernel, copy and fill ran, by name."""
    kernels = {}
    for event in profiler.events():
        if event.device_type == torch.autograd.DeviceType.CUDA:
            count, total = kernels.get(event.name, (0, 0.0))
            kernels[event.name] = (count + 1, total + event.self_device_time_total)
    return kernels


def count_kernels(step, inputs):
    """Kernels of one step and the seconds the card was at work on them, waits between them left out."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        one_step(step, inputs)
        torch.cuda.synchronize()
    kernels = kernels_of(profiler).values()
    return sum(count for count, _ in kernels), sum(total for _, total in kernels) / 1e6


def profile_step(step, inputs, path):
    """Writes device microseconds of one step by operation and input shapes, and by kernel name."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA], record_shapes=True) as profiler:
        one_step(step, inputs)
        torch.cuda.synchronize()
    operations = [
        [entry.key, entry.input_shapes, entry.count, round(entry.self_device_time_total, 3)]
        for entry in profiler.key_averages(group_by_input_shape=True)
        if entry.self_device_time_total > 0
    ]
    kernels = [[name, count, round(total, 3)] for name, (count, total) in kernels_of(profiler).items()]
    with open(path, "w") as file:
        json.dump({"plan": step.plan, "unit": "microseconds", "operations": operations, "kernels": kernels}, file)


def measure(plan, profile_directory):
    torch._C._cuda_clearCublasWorkspaces()
    torch.cuda.empty_cache()
    if torch.cuda.memory_allocated() != 0:
        raise RuntimeError(f"{torch.cuda.memory_allocated()} bytes are left over from the plan before")
    torch.manual_seed(0)
    torch.cuda.reset_peak_memory_stats()
    step = TrainingStep(plan, DEVICE)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    row = {"imageSize": step.learner.towers.image_size}
    with step.attention():
        steps = measure_steps(step)
        row["reservedPeakBytes"] = torch.cuda.max_memory_reserved()
        row["deviceUsedBytes"], row["processBytes"] = device_used_bytes(), process_bytes()
        row["parameterCount"] = sum(p.numel() for p in step.learner.parameters())
        row["trainableCount"] = sum(p.numel() for p in step.trained)
        phases = {name: max(figures[name] for figures in steps) for name in ("forward", "backward", "optimizer")}
        row.update({f"{name}PeakBytes": peak for name, peak in phases.items()})
        row["peakPhase"], row["allocatedPeakBytes"] = max(phases, key=phases.get), max(phases.values())
        row["retainedAfterForwardBytes"] = steps[-1]["retained"]
        randomize(step)
        inputs = RandomInputs(step)()
        one_step(step, inputs)
        row.update(time_steps(step, inputs))
        observer = ForwardObserver({storage_address(p) for p in step.learner.parameters()})
        with observer:
            step.forward(inputs)
        row["attentionKernels"] = ";".join(f"{name}:{count}" for name, count in sorted(observer.kernels.items()))
        row["kernelCount"], row["kernelSeconds"] = count_kernels(step, inputs)
        if plan.get("profile") and profile_directory:
            name = "-".join(
                str(part)
                for part in (plan["implementation"], plan["model"], plan["strategy"]["kind"], plan["precision"], plan["perDeviceBatchSize"])
            )
            path = os.path.join(profile_directory, f"{name}.json")
            profile_step(step, inputs, path)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--profile", metavar="DIRECTORY")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    began = time.monotonic()
    print(json.dumps(describe_machine()), flush=True)
    failed = False
    for line in sys.stdin:
        if not line.strip():
            continue
        plan = {**DEFAULTS, **json.loads(line)}
        row = {key: value for key, value in plan.items() if key != "profile"}
        at = time.monotonic()
        if at - began > arguments.seconds:
            row["status"] = "not measured"
        else:
            try:
                row.update(measure(plan, arguments.profile), status="measured")
            except torch.OutOfMemoryError:
                row.update(status="out of memory", allocatedPeakBytes=torch.cuda.max_memory_allocated())
            except Exception as error:
                failed = True
                row.update(status="failed", error=f"{type(error).__name__}: {error}"[:400])
        row["measuringSeconds"] = round(time.monotonic() - at, 2)
        print(json.dumps(row), flush=True)
        gc.collect()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
