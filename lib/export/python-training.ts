/** The parts of the exported script that spread work over devices and train. Lines of Python. */

import type { Plan } from "../plan/plan";
import { comparesWithClasses } from "./python-model";

export function distributedLines(plan: Plan): string[] {
  return [
    'RANK = int(os.environ.get("RANK", 0))',
    'WORLD_SIZE = int(os.environ.get("WORLD_SIZE", 1))',
    "",
    "",
    "def start():",
    plan.deviceCount > 1
      ? '    """Joins the other processes and returns the device of this one."""'
      : '    """Returns the device to train on."""',
    '    device = torch.device("cpu")',
    "    if torch.cuda.is_available():",
    '        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))',
    "        torch.cuda.set_device(device)",
    ...joiningLines(plan),
    "    return device",
    "",
    "",
    ...forwardContextLines(plan),
  ];
}

function joiningLines({ deviceCount }: Plan): string[] {
  if (deviceCount === 1) {
    return [
      "    if WORLD_SIZE > 1:",
      '        raise SystemExit("This script is for one device; export the plan again for more.")',
    ];
  }
  return [
    "    if WORLD_SIZE > 1:",
    '        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")',
    "    if WORLD_SIZE != DEVICE_COUNT and RANK == 0:",
    '        print(f"The plan is for {DEVICE_COUNT} devices, this run has {WORLD_SIZE}.")',
  ];
}

function forwardContextLines({ precision, attention }: Plan): string[] {
  const autocast =
    precision === "amp" || precision === "amp_bf16"
      ? `torch.autocast(device.type, dtype=torch.${precision === "amp" ? "float16" : "bfloat16"})`
      : null;
  const summary = '    """What a forward pass runs under."""';
  if (attention !== "math") {
    return ["def forward_context(device):", summary, `    return ${autocast ?? "nullcontext()"}`];
  }
  return [
    "@contextmanager",
    "def forward_context(device):",
    summary,
    `    with ${autocast ?? "nullcontext()"}, sdpa_kernel(SDPBackend.MATH):`,
    "        yield",
  ];
}

export function wrappingLines({ deviceCount, sharding }: Plan): string[] {
  if (deviceCount === 1) return [];
  if (sharding === "zero2" || sharding === "zero3") {
    return [
      "def wrapped(step, device):",
      `    """Divides ${sharding === "zero3" ? "parameters, gradients and optimizer state" : "gradients and optimizer state"} among the processes."""`,
      "    if WORLD_SIZE == 1:",
      "        return step",
      `    options = {"reshard_after_forward": ${sharding === "zero3" ? "True" : "False"}, "ignored_params": scalars_of(step)}`,
      "    for tower in (step.clip.vision_model, step.clip.text_model):",
      "        for block in tower.encoder.layers:",
      "            fully_shard(block, **options)",
      "    return fully_shard(step, **options)",
      "",
      "",
      "def scalars_of(step):",
      '    """The scale has no axis to divide: every process keeps it whole."""',
      "    return {parameter for parameter in step.parameters() if parameter.ndim == 0}",
    ];
  }
  return [
    "def wrapped(step, device):",
    '    """Averages the gradients over the processes."""',
    "    if WORLD_SIZE == 1:",
    "        return step",
    '    return nn.parallel.DistributedDataParallel(step, device_ids=[device] if device.type == "cuda" else None)',
  ];
}

export function optimizerLines(plan: Plan): string[] {
  return [
    "def make_optimizer(step):",
    "    trained = [parameter for parameter in step.parameters() if parameter.requires_grad]",
    "    matrices = [parameter for parameter in trained if parameter.ndim >= 2]",
    "    vectors = [parameter for parameter in trained if parameter.ndim < 2]",
    '    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]',
    '    groups = [group for group in groups if group["params"]]',
    ...updaterLines(plan),
    "",
    "",
    "def learning_rate(step, step_count):",
    '    """Rises over the warm-up, then falls along a cosine."""',
    "    if step < WARMUP_STEPS:",
    "        return LEARNING_RATE * (step + 1) / WARMUP_STEPS",
    "    progress = (step - WARMUP_STEPS) / max(1, step_count - WARMUP_STEPS)",
    "    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * progress))",
  ];
}

function updaterLines({ optimizer, sharding, deviceCount }: Plan): string[] {
  const call = OPTIMIZERS[optimizer];
  if (deviceCount === 1 || sharding !== "zero1")
    return [`    return ${call.name}(groups, lr=LEARNING_RATE${call.more})`];
  return [
    "    if WORLD_SIZE > 1:",
    `        return ZeroRedundancyOptimizer(groups, ${call.name}, lr=LEARNING_RATE${call.more})`,
    `    return ${call.name}(groups, lr=LEARNING_RATE${call.more})`,
  ];
}

const OPTIMIZERS = {
  adamw: { name: "torch.optim.AdamW", more: "" },
  adamw_fused: { name: "torch.optim.AdamW", more: ", fused=True" },
  adamw_8bit: { name: "bitsandbytes.optim.AdamW8bit", more: "" },
  sgd: { name: "torch.optim.SGD", more: ", momentum=0.9" },
} as const satisfies Record<Plan["optimizer"], { readonly name: string; readonly more: string }>;

export function loopLines(plan: Plan): string[] {
  return [...argumentLines(plan), "", "", ...mainLines(plan), "", "", 'if __name__ == "__main__":', "    main()"];
}

function argumentLines(plan: Plan): string[] {
  return [
    "def arguments():",
    "    parser = argparse.ArgumentParser()",
    '    parser.add_argument("--train-data", required=True)',
    '    parser.add_argument("--validation-data")',
    '    parser.add_argument("--model", default=MODEL, required=MODEL is None)',
    '    parser.add_argument("--output", default="checkpoints")',
    '    parser.add_argument("--max-steps", type=int, help="stop early, to try the script out")',
    "    return parser.parse_args()",
    ...(comparesWithClasses(plan) ? ["", "", ...classLines(plan)] : []),
  ];
}

function classLines({ strategy }: Plan): string[] {
  const names = [
    "def class_names_of(rows):",
    '    names = sorted({row["label"] for row in rows})',
    "    if len(names) != CLASS_COUNT:",
    '        raise SystemExit(f"The plan is for {CLASS_COUNT} classes, the data has {len(names)}.")',
    "    return names",
  ];
  if (strategy.kind !== "prompt") return names;
  return [
    ...names,
    "",
    "",
    "def class_tokens(class_names, tokenizer):",
    '    """Token ids of every class name behind room for the context, and which of them are no padding."""',
    "    longest = CONTEXT_LENGTH - CONTEXT_TOKENS",
    '    texts = tokenizer([f"{name}." for name in class_names], truncation=True, max_length=longest)["input_ids"]',
    "    # The start token also fills the context's places; its vectors are replaced.",
    "    rows = [ids[:1] * (1 + CONTEXT_TOKENS) + ids[1:] for ids in texts]",
    "    input_ids = torch.full((len(rows), CONTEXT_LENGTH), tokenizer.pad_token_id)",
    "    attention_mask = torch.zeros_like(input_ids)",
    "    for index, ids in enumerate(rows):",
    "        input_ids[index, : len(ids)] = torch.tensor(ids)",
    "        attention_mask[index, : len(ids)] = 1",
    "    return input_ids, attention_mask",
  ];
}

function mainLines(plan: Plan): string[] {
  const { strategy, deviceCount, precision, sharding, gradAccumulationSteps } = plan;
  const isClassified = comparesWithClasses(plan);
  const scales = precision === "amp";
  const isSharded = deviceCount > 1 && (sharding === "zero2" || sharding === "zero3");
  const names = isClassified ? "class_names, " : "";
  const accumulates = gradAccumulationSteps > 1;
  const trainsScale = strategy.kind === "full" || strategy.kind === "partial";
  const stopsWithin = plan.samplesSeen !== undefined;
  const epochCount = stopsWithin ? "epoch_count" : "EPOCHS";
  return [
    "def main():",
    "    args = arguments()",
    "    device = start()",
    ...(deviceCount > 1 ? ["    # The same on every process, so that what starts at random starts alike."] : []),
    "    torch.manual_seed(0)",
    "    tokenizer = AutoTokenizer.from_pretrained(args.model)",
    "    rows = read_rows(args.train_data)",
    ...(isClassified ? ["    class_names = class_names_of(rows)"] : []),
    `    batches = batches_of(Samples(rows, ${names}image_transform(True)), is_training=True)`,
    "    validation = None",
    "    if args.validation_data is not None:",
    "        validation_rows = read_rows(args.validation_data)",
    `        validation = batches_of(Samples(validation_rows, ${names}image_transform(False)), is_training=False)`,
    ...(strategy.kind === "prompt"
      ? ["    step = Step(load_clip(args.model), *class_tokens(class_names, tokenizer)).to(device)"]
      : ["    step = Step(load_clip(args.model)).to(device)"]),
    deviceCount > 1 ? "    model = wrapped(step, device)" : "    model = step",
    ...(deviceCount > 1 ? ["    # From here on each process draws its own crops.", "    torch.manual_seed(RANK)"] : []),
    "    optimizer = make_optimizer(step)",
    ...(scales ? ["    scaler = torch.amp.GradScaler(device.type)"] : []),
    "    steps_per_epoch = len(batches) // GRAD_ACCUMULATION_STEPS",
    "    if steps_per_epoch == 0:",
    '        raise SystemExit("The data does not fill one batch on every device.")',
    ...lengthLines(plan),
    "    done = 0",
    `    for epoch in range(${epochCount}):`,
    ...(deviceCount > 1 ? ["        if WORLD_SIZE > 1:", "            batches.sampler.set_epoch(epoch)"] : []),
    "        model.train()",
    "        optimizer.zero_grad()",
    "        for index, batch in enumerate(batches):",
    ...(accumulates
      ? [
          "            is_last_pass = (index + 1) % GRAD_ACCUMULATION_STEPS == 0",
          ...syncLines(plan),
          ...backwardLines(plan, "                "),
          "            if not is_last_pass:",
          "                continue",
        ]
      : backwardLines(plan, "            ")),
    "            for group in optimizer.param_groups:",
    '                group["lr"] = learning_rate(done, step_count)',
    ...(isSharded
      ? [
          "            for scalar in scalars_of(step):",
          "                if scalar.grad is not None and WORLD_SIZE > 1:",
          "                    dist.all_reduce(scalar.grad)",
          "                    scalar.grad /= WORLD_SIZE",
        ]
      : []),
    ...(scales
      ? ["            scaler.step(optimizer)", "            scaler.update()"]
      : ["            optimizer.step()"]),
    "            optimizer.zero_grad()",
    ...(trainsScale
      ? ["            with torch.no_grad():", "                step.clip.logit_scale.clamp_(0, math.log(100))"]
      : []),
    "            done += 1",
    "            if RANK == 0 and (done % 10 == 0 or done == 1):",
    '                print(f"epoch {epoch + 1}, step {done} of {step_count}: loss {loss.item():.4f}", flush=True)',
    stopsWithin ? "            if done in (step_count, args.max_steps):" : "            if done == args.max_steps:",
    "                break",
    "        if validation is not None:",
    "            measured = validation_loss(model, validation, tokenizer, device)",
    "            if RANK == 0:",
    '                print(f"epoch {epoch + 1}: validation loss {measured:.4f}", flush=True)',
    `        is_over = epoch + 1 == ${epochCount} or done == args.max_steps`,
    "        if is_over or (epoch + 1) % CHECKPOINT_EVERY_EPOCHS == 0:",
    `            save(step, tokenizer, ${names}os.path.join(args.output, f"epoch-{epoch + 1}"))`,
    "        if is_over:",
    "            break",
    ...(deviceCount > 1 ? ["    if WORLD_SIZE > 1:", "        dist.destroy_process_group()"] : []),
  ];
}

function lengthLines({ samplesSeen }: Plan): string[] {
  if (samplesSeen === undefined) return ["    step_count = EPOCHS * steps_per_epoch"];
  return [
    "    step_count = math.ceil(SAMPLES_SEEN / (PER_DEVICE_BATCH_SIZE * GRAD_ACCUMULATION_STEPS * WORLD_SIZE))",
    "    epoch_count = math.ceil(step_count / steps_per_epoch)",
  ];
}

/** Gradients are averaged over devices once a step, not once a pass. */
function syncLines({ deviceCount, sharding }: Plan): string[] {
  if (deviceCount === 1) return ["            with nullcontext():"];
  if (sharding === "zero2" || sharding === "zero3") {
    return [
      "            if WORLD_SIZE > 1:",
      "                model.set_requires_gradient_sync(is_last_pass)",
      "            with nullcontext():",
    ];
  }
  return ["            with nullcontext() if is_last_pass or WORLD_SIZE == 1 else model.no_sync():"];
}

function backwardLines({ precision, gradAccumulationSteps }: Plan, indent: string): string[] {
  const loss = gradAccumulationSteps > 1 ? "(loss / GRAD_ACCUMULATION_STEPS)" : "loss";
  return [
    "with forward_context(device):",
    "    loss = loss_of(model, batch, tokenizer, device)",
    precision === "amp" ? `scaler.scale(${loss.replace(/^\(|\)$/g, "")}).backward()` : `${loss}.backward()`,
  ].map((line) => indent + line);
}
