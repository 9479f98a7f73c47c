"""Memory and FLOPs of real training steps, in the form of truth/memory-pytorch.csv.

    python scripts/measure/measure_memory.py < plans.jsonl > rows.csv

Reads a plan a line (only `model` is needed), takes three training steps of each on the CUDA device and writes a row.
A plan that fails is named on standard error and left out; the exit status is then 1. What the columns mean is in
truth/README.md.
"""

import csv
import gc
import json
import sys
import warnings

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from training import TrainingStep

DEVICE = "cuda"
STEP_COUNT = 3
ALLOCATION_UNIT = 512

DEFAULTS = {
    "implementation": "open_clip",
    "strategy": {"kind": "full"},
    "classCount": 100,
    "perDeviceBatchSize": 32,
    "precision": "amp",
    "optimizer": "adamw",
    "gradCheckpointing": False,
    "gradAccumulationSteps": 1,
    "attention": "sdpa",
    # The model's own.
    "imageSize": None,
    "contextLength": None,
}

COLUMNS = """implementation model strategy rank unlockedBlocks contextTokens classCount perDeviceBatchSize precision
optimizer gradCheckpointing gradAccumulationSteps attention imageSize contextLength computeCapability parameterCount trainableCount parameterBytes bufferBytes
gradientBytes optimizerStateBytes inputBytes workspaceBytes allocatedPeakBytes allocatedPeakFirstStepBytes
reservedPeakBytes peakPhase forwardPeakBytes backwardPeakBytes optimizerPeakBytes retainedAfterForwardBytes
allocatedAfterStepBytes savedActivationBytes savedFp32Bytes savedHalfBytes savedOtherBytes savedWeightCastBytes
attentionKernels forwardFlops forwardBackwardFlops role deviceUsedBytes""".split()

ATTENTION_KERNELS = {
    "_scaled_dot_product_flash_attention": "flash",
    "_scaled_dot_product_efficient_attention": "efficient",
    "_scaled_dot_product_cudnn_attention": "cudnn",
    "_native_multi_head_attention": "native",
    "_softmax": "softmax",
    "_safe_softmax": "safe_softmax",
}


def allocated_size(tensor):
    return -(-tensor.numel() * tensor.element_size() // ALLOCATION_UNIT) * ALLOCATION_UNIT


def storage_address(tensor):
    return tensor.untyped_storage().data_ptr()


class ForwardObserver(TorchDispatchMode):
    """Sees autocast's copies of weights and the attention kernels of one forward."""

    def __init__(self, weights):
        super().__init__()
        self.weights, self.kernels = weights, {}
        # Kept alive, so that no other tensor can be given their addresses.
        self.weight_casts = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        name = function.overloadpacket.__name__
        if name == "_to_copy" and storage_address(args[0]) in self.weights:
            self.weight_casts.append(result)
        if name in ATTENTION_KERNELS:
            kernel = ATTENTION_KERNELS[name]
            self.kernels[kernel] = self.kernels.get(kernel, 0) + 1
        return result


def measure_steps(step):
    """Allocator figures of each step, in order."""
    peak, now, reset = torch.cuda.max_memory_allocated, torch.cuda.memory_allocated, torch.cuda.reset_peak_memory_stats
    steps = []
    passes = step.plan["gradAccumulationSteps"]
    for _ in range(STEP_COUNT):
        figures = {"forward": 0, "backward": 0}
        for number in range(passes):
            reset()
            inputs = step.inputs()
            if number == 0:
                step.optimizer.zero_grad(set_to_none=True)
            before = now()
            loss = step.forward(inputs)
            figures["retained"] = now() - before
            figures["forward"] = max(figures["forward"], peak())
            reset()
            step.backward(loss)
            figures["backward"] = max(figures["backward"], peak())
            if number < passes - 1:
                del inputs, loss
        reset()
        step.update()
        steps.append({**figures, "optimizer": peak(), "after": now()})
        del inputs, loss
    return steps


def saved_tensors(step):
    """Bytes saved for backward by one forward, by kind, each storage once."""
    weights = {storage_address(p) for p in step.learner.parameters()}
    known = weights | {storage_address(b) for b in step.learner.buffers()}
    inputs = step.inputs()
    known |= {storage_address(tensor) for tensor in inputs if tensor is not None}
    saved = {}

    def pack(tensor):
        if tensor.is_cuda:
            size = -(-tensor.untyped_storage().nbytes() // ALLOCATION_UNIT) * ALLOCATION_UNIT
            saved.setdefault(storage_address(tensor), (size, tensor.dtype))
        return tensor.detach()

    observer = ForwardObserver(weights)
    step.optimizer.zero_grad(set_to_none=True)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor), observer:
        loss = step.forward(inputs)
    casts = {storage_address(cast) for cast in observer.weight_casts}
    sums = {"savedFp32Bytes": 0, "savedHalfBytes": 0, "savedOtherBytes": 0, "savedWeightCastBytes": 0}
    for address, (size, dtype) in saved.items():
        if address in known:
            continue
        if address in casts:
            sums["savedWeightCastBytes"] += size
        elif dtype == torch.float32:
            sums["savedFp32Bytes"] += size
        elif dtype in (torch.float16, torch.bfloat16):
            sums["savedHalfBytes"] += size
        else:
            sums["savedOtherBytes"] += size
    sums["savedActivationBytes"] = sums["savedFp32Bytes"] + sums["savedHalfBytes"] + sums["savedOtherBytes"]
    del loss
    # With checkpointing the stash of block inputs does not pass through these hooks.
    return ({} if step.plan["gradCheckpointing"] else sums), observer.kernels


def count_flops(step):
    inputs = step.inputs()
    with FlopCounterMode(display=False) as forward:
        loss = step.forward(inputs)
    with FlopCounterMode(display=False) as backward:
        loss.backward()
    step.optimizer.zero_grad(set_to_none=True)
    return forward.get_total_flops(), forward.get_total_flops() + backward.get_total_flops()


CELLS = ("implementation", "model", "perDeviceBatchSize", "precision", "optimizer", "gradAccumulationSteps", "attention")


def configuration_cells(plan, towers):
    strategy = plan["strategy"]
    major, minor = torch.cuda.get_device_capability()
    return {
        **{name: plan[name] for name in CELLS},
        "strategy": strategy["kind"],
        "rank": strategy.get("rank", ""),
        "unlockedBlocks": strategy.get("unlockedBlocks", ""),
        "contextTokens": strategy.get("contextTokens", ""),
        "classCount": plan["classCount"] if strategy["kind"] in ("linear_probe", "prompt") else "",
        "gradCheckpointing": str(plan["gradCheckpointing"]).lower(),
        "imageSize": towers.image_size,
        "contextLength": towers.context_length,
        "computeCapability": f"{major}.{minor}",
    }


def measure(plan):
    torch._C._cuda_clearCublasWorkspaces()
    torch.cuda.empty_cache()
    if torch.cuda.memory_allocated() != 0:
        raise RuntimeError(f"{torch.cuda.memory_allocated()} bytes are left over from the plan before")
    torch.manual_seed(0)
    step = TrainingStep(plan, DEVICE)
    torch.cuda.empty_cache()
    with step.attention():
        steps = measure_steps(step)
        reserved = torch.cuda.max_memory_reserved()
        free, total = torch.cuda.mem_get_info()
        parameters = list(step.learner.parameters())
        state = [v for s in step.optimizer.state.values() for v in s.values() if torch.is_tensor(v) and v.is_cuda]
        row = {
            **configuration_cells(plan, step.learner.towers),
            "parameterCount": sum(p.numel() for p in parameters),
            "trainableCount": sum(p.numel() for p in step.trained),
            "parameterBytes": sum(map(allocated_size, parameters)),
            "bufferBytes": sum(map(allocated_size, step.learner.buffers())),
            "gradientBytes": sum(allocated_size(p.grad) for p in step.trained if p.grad is not None),
            "optimizerStateBytes": sum(map(allocated_size, state)),
            "inputBytes": sum(allocated_size(tensor) for tensor in step.inputs() if tensor is not None),
            "reservedPeakBytes": reserved,
            "deviceUsedBytes": total - free,
            "role": "check",
        }
        with_workspaces = torch.cuda.memory_allocated()
        torch._C._cuda_clearCublasWorkspaces()
        row["workspaceBytes"] = with_workspaces - torch.cuda.memory_allocated()
        phases = {name: max(figures[name] for figures in steps) for name in ("forward", "backward", "optimizer")}
        row.update({f"{name}PeakBytes": peak for name, peak in phases.items()})
        row["peakPhase"] = max(phases, key=phases.get)
        row["allocatedPeakBytes"] = max(phases.values())
        row["allocatedPeakFirstStepBytes"] = max(steps[0][name] for name in phases)
        row["retainedAfterForwardBytes"] = steps[-1]["retained"]
        row["allocatedAfterStepBytes"] = steps[-1]["after"]
        saved, kernels = saved_tensors(step)
        row.update(saved)
        row["attentionKernels"] = ";".join(f"{name}:{count}" for name, count in sorted(kernels.items()))
        # The counter does not see inside the fused attention module of eval mode.
        if "native" not in kernels:
            row["forwardFlops"], row["forwardBackwardFlops"] = count_flops(step)
    return row


def main():
    warnings.filterwarnings("ignore")
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    failed = False
    for number, line in enumerate(sys.stdin, start=1):
        if not line.strip():
            continue
        try:
            writer.writerow(measure({**DEFAULTS, **json.loads(line)}))
            sys.stdout.flush()
        except Exception as error:
            failed = True
            print(f"line {number}: {type(error).__name__}: {error}", file=sys.stderr)
        # The next plan must find the allocator empty: optimizer and graph hold each other in cycles.
        gc.collect()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
