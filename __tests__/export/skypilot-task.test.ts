import { parse } from "yaml";
import { GPUS } from "../../lib/catalogue/gpus";
import { skyPilotAccelerators } from "../../lib/export/skypilot-accelerators";
import { exported, hasPython, readScripts, reasonsOf, shellCommands, textOf } from "./support";

interface Task {
  readonly name: string;
  readonly resources: { readonly accelerators: string | readonly string[] };
  readonly num_nodes: number;
  readonly setup: string;
  readonly run: string;
}

function task(input: Record<string, unknown>): Task {
  return parse(textOf(exported("skypilot", input)));
}

describe("the SkyPilot task, read as YAML", () => {
  test("asks for the plan's GPUs on as many machines as hold them", () => {
    expect(task({ gpu: "l4" })).toMatchObject({ resources: { accelerators: "L4:1" }, num_nodes: 1 });
    expect(task({ gpu: "a100-sxm4-40gb", deviceCount: 8 }).resources.accelerators).toBe("A100:8");
    expect(task({ gpu: "a100-pcie-80gb", deviceCount: 16 })).toMatchObject({
      resources: { accelerators: "A100-80GB:8" },
      num_nodes: 2,
    });
    expect(task({ gpu: "rtx-a6000", deviceCount: 4 }).resources.accelerators).toEqual(["RTXA6000:4", "A6000:4"]);
  });

  test("runs open_clip's command where it can train the plan", () => {
    const { run, setup } = task({ gpu: "l4", deviceCount: 2, perDeviceBatchSize: 64 });
    const [words] = shellCommands(run);
    expect(words?.[0]).toBe("torchrun");
    expect(words).toEqual(expect.arrayContaining(["--module", "open_clip_train.main", "--batch-size", "64"]));
    expect(shellCommands(setup)[0]).toEqual(["pip", "install", "open_clip_torch[training]==3.3.0"]);
  });

  test("leaves the places of the processes to SkyPilot's variables", () => {
    expect(task({ gpu: "l4", deviceCount: 16 }).run).toContain('--nnodes "$SKYPILOT_NUM_NODES"');
    expect(task({ gpu: "l4", deviceCount: 16 }).run).toContain('--node-rank "$SKYPILOT_NODE_RANK"');
  });

  (hasPython ? test : test.skip)("carries the script where open_clip cannot, as it was written", () => {
    const input = { gpu: "l4", strategy: { kind: "lora", rank: 8 } };
    const { setup, run } = task(input);
    const [, script = ""] = /<<'END_OF_SCRIPT'\n(.*)END_OF_SCRIPT\n/s.exec(setup) ?? [];
    expect(script).toBe(textOf(exported("huggingface", input)));
    expect(readScripts([script])[0]?.settings).toMatchObject({ LORA_RANK: 8 });
    expect(setup).toContain("peft");
    expect(run).toContain("train.py --train-data train.csv");
  });

  test("is named by the model, in letters that clouds take", () => {
    expect(task({ gpu: "l4", model: "ViT-B-16-SigLIP-i18n-256" }).name).toBe("headroom-vit-b-16-siglip-i18n-256");
    const model = { embed_dim: 64, vision_cfg: { width: 192, layers: 2 }, text_cfg: { width: 128, heads: 2 } };
    expect(task({ gpu: "l4", model }).name).toMatch(/^[a-z][a-z0-9-]*[a-z0-9]$/);
  });

  test("says where a name may stand for another form of the card", () => {
    const result = exported("skypilot", { gpu: "h100-pcie-80gb" });
    expect(result.ok && result.notes.join(" ")).toContain("H100 may be another form");
  });
});

describe("a plan without a task", () => {
  test("on a card that SkyPilot cannot rent is refused, and the training alone is offered", () => {
    const apple = exported("skypilot", { gpu: "apple-m4-max" });
    expect(reasonsOf(apple)[0]).toContain("no accelerator name for");
    expect(apple).toMatchObject({ instead: "open_clip" });
    const own = exported("skypilot", { gpu: { name: "mine", memoryBytes: 24e9 }, strategy: { kind: "lora" } });
    expect(own).toMatchObject({ ok: false, instead: "huggingface" });
  });

  test("that nothing can train is refused with all reasons", () => {
    const result = exported("skypilot", { gpu: "mi210", model: "RN50", strategy: { kind: "lora" } });
    const reasons = reasonsOf(result).join(" ");
    for (const reason of ["accelerator", "LoRA", "ModifiedResNet"]) expect(reasons).toContain(reason);
    expect(result).toMatchObject({ instead: null });
  });
});

test("accelerator names belong to cards of the catalogue", () => {
  const named = GPUS.filter(({ id }) => skyPilotAccelerators(id) !== null);
  expect(named).toHaveLength(44);
  expect(named.filter(({ runtime }) => runtime !== "cuda").map(({ id }) => id)).toEqual(["mi300x"]);
});
