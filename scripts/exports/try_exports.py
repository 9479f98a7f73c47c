"""Runs exported training scripts for a few steps, on a tiny CLIP with random weights and twelve small images.

    python scripts/exports/try_exports.py            # every case
    python scripts/exports/try_exports.py lora zero3

Needs Node, and in Python torch, torchvision, transformers, open_clip_torch (for the vocabulary), and peft for LoRA. Runs
on the CPU where there is no GPU. Prints a line for every case: the losses and which parameters changed.
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

REPOSITORY = Path(__file__).resolve().parents[2]

COMMON = (
    "--model ViT-B-32 --implementation transformers --batch 2 --epochs 2 --workers 0 --train-samples 12 --precision fp32"
)
CASES = {
    "full": "--precision amp_bf16 --grad-checkpointing",
    "accumulation": "--accumulation 2 --optimizer sgd --attention math",
    "samples_seen": "--samples-seen 20 --accumulation 3",
    "fp16": "--precision amp --attention eager",
    "bf16": "--precision bf16 --optimizer adamw_fused",
    "partial": "--strategy partial --unlocked-blocks 1",
    "linear_probe": "--strategy linear_probe --classes 3",
    "prompt": "--strategy prompt --context-tokens 4 --classes 3 --grad-checkpointing",
    "lora": "--strategy lora --rank 2 --targets q_proj,v_proj,fc1 --grad-checkpointing",
    "local_loss": "--devices 2 --local-loss --gather-with-grad --accumulation 2",
    "global_loss": "--devices 2",
    "zero1": "--devices 2 --sharding zero1",
    "zero2": "--devices 2 --sharding zero2 --accumulation 2",
    "zero3": "--devices 2 --sharding zero3",
    "zero3_lora": "--devices 2 --sharding zero3 --strategy lora --rank 2 --precision amp_bf16",
    "zero3_probe": "--devices 2 --sharding zero3 --strategy linear_probe --classes 3",
}


def main(names):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_model(root / "tiny")
        write_data(root)
        failed = [name for name in names or CASES if not run_case(name, root)]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def run_case(name, root):
    flags = merged(COMMON, CASES[name])
    export = ["npm", "run", "-s", "headroom", "--", "export", "--format", "huggingface", *flags]
    text = subprocess.run(export, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    # Larger steps, so that what trains is seen to change in three.
    text = re.sub(r"^LEARNING_RATE = .*$", "LEARNING_RATE = 0.01", text, flags=re.M)
    script = root / f"{name}.py"
    script.write_text(text)
    devices = flags[flags.index("--devices") + 1] if "--devices" in flags else "1"
    launch = [sys.executable]
    if devices != "1":
        launch += ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", devices]
    output = root / f"{name}-out"
    data = root / "pairs.csv"
    run = [*launch, script, "--train-data", data, "--validation-data", data, "--model", root / "tiny"]
    run += ["--output", output, "--max-steps", "3"]
    result = subprocess.run([str(word) for word in run], capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    if result.returncode != 0:
        print(f"{name}: exit code {result.returncode}\n{result.stderr[-2000:]}")
        return False
    losses = re.findall(r"loss (\d+\.\d+)", result.stdout)
    print(f"{name}: losses {' '.join(losses)}; {changes(root / 'tiny', output)}", flush=True)
    return True


def merged(common, more):
    """Flags of which later ones replace earlier ones."""
    flags = {}
    for flag in re.findall(r"--[a-z-]+(?: [^- ]\S*)?", f"{common} {more}"):
        key, _, value = flag.partition(" ")
        flags[key] = [key, value] if value else [key]
    return [word for words in flags.values() for word in words]


def changes(before, output):
    epoch = sorted(output.iterdir())[-1]
    if (epoch / "trained.pt").exists():
        trained = torch.load(epoch / "trained.pt")["trained"]
        return f"saved {', '.join(f'{name} {tuple(value.shape)}' for name, value in trained.items())}"
    if (epoch / "adapter_model.safetensors").exists():
        adapters = load_file(epoch / "adapter_model.safetensors")
        moved = sum(bool(value.abs().sum() > 0) for name, value in adapters.items() if "lora_B" in name)
        return f"{moved} of {sum('lora_B' in name for name in adapters)} adapters moved"
    old, new = load_file(before / "model.safetensors"), load_file(epoch / "model.safetensors")
    assert old.keys() == new.keys()
    moved = [name for name in old if not torch.equal(old[name].to(new[name].dtype), new[name])]
    return f"{len(moved)} of {len(old)} parameters changed"


def write_model(folder):
    """A CLIP with towers of three narrow layers for images of 64 pixels, with CLIP's own vocabulary."""
    folder.mkdir()
    tokenizer = SimpleTokenizer()
    names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
    vocabulary = {names.get(token, token): index for token, index in tokenizer.encoder.items()}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    merges = sorted(tokenizer.bpe_ranks, key=tokenizer.bpe_ranks.get)
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *(" ".join(merge) for merge in merges)]))
    CLIPTokenizer.from_pretrained(folder).save_pretrained(folder)
    torch.manual_seed(1)
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 3, "num_attention_heads": 4}
    tokens = {"vocab_size": 49408, "bos_token_id": 49406, "eos_token_id": 49407, "pad_token_id": 49407}
    config = CLIPConfig(
        text_config={**sizes, **tokens},
        vision_config={**sizes, "image_size": 64, "patch_size": 32},
        projection_dim=32,
    )
    CLIPModel(config).save_pretrained(folder)


def write_data(root):
    classes = ["cat", "dog", "bird"]
    with open(root / "pairs.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["filepath", "title", "label"])
        for index in range(12):
            path = root / f"{index}.png"
            color = [40 + 17 * ((index * 5 + channel) % 4) + 120 * (channel == index % 3) for channel in range(3)]
            Image.new("RGB", (80, 70), tuple(color)).save(path)
            table.writerow([path, f"a photo of a {classes[index % 3]}, number {index}", classes[index % 3]])


if __name__ == "__main__":
    main(sys.argv[1:])
