/** The parts of the exported script that read samples, measure the loss on others, and save. Lines of Python. */

import type { Plan } from "../plan/plan";
import { comparesWithClasses } from "./python-model";

export function datasetLines(plan: Plan): string[] {
  const isClassified = comparesWithClasses(plan);
  const isDistributed = plan.deviceCount > 1;
  return [
    "class Samples(Dataset):",
    isClassified ? '    """Images and the numbers of their classes."""' : '    """Images and their texts."""',
    "",
    isClassified ? "    def __init__(self, rows, class_names, transform):" : "    def __init__(self, rows, transform):",
    "        self.rows = rows",
    ...(isClassified ? ["        self.labels = {name: index for index, name in enumerate(class_names)}"] : []),
    "        self.transform = transform",
    "",
    "    def __len__(self):",
    "        return len(self.rows)",
    "",
    "    def __getitem__(self, index):",
    "        row = self.rows[index]",
    '        with Image.open(row["filepath"]) as image:',
    '            pixels = self.transform(image.convert("RGB"))',
    isClassified ? '        return pixels, self.labels[row["label"]]' : '        return pixels, row["title"]',
    "",
    "",
    "def read_rows(path):",
    '    with open(path, newline="", encoding="utf-8") as file:',
    "        return list(csv.DictReader(file))",
    "",
    "",
    "def image_transform(is_training):",
    "    bicubic = transforms.InterpolationMode.BICUBIC",
    "    if is_training:",
    "        crop = [transforms.RandomResizedCrop(IMAGE_SIZE, scale=(0.9, 1.0), interpolation=bicubic)]",
    "    else:",
    "        crop = [transforms.Resize(IMAGE_SIZE, interpolation=bicubic), transforms.CenterCrop(IMAGE_SIZE)]",
    "    return transforms.Compose(crop + [transforms.ToTensor(), transforms.Normalize(OPENAI_CLIP_MEAN, OPENAI_CLIP_STD)])",
    "",
    "",
    "def batches_of(samples, is_training):",
    ...(isDistributed
      ? ["    sampler = DistributedSampler(samples, shuffle=is_training) if WORLD_SIZE > 1 else None"]
      : []),
    "    return DataLoader(",
    "        samples,",
    "        batch_size=PER_DEVICE_BATCH_SIZE,",
    ...(isDistributed
      ? ["        sampler=sampler,", "        shuffle=is_training and sampler is None,"]
      : ["        shuffle=is_training,"]),
    "        num_workers=LOADER_WORKERS,",
    "        pin_memory=torch.cuda.is_available(),",
    "        drop_last=is_training,",
    "    )",
  ];
}

export function evaluationLines(plan: Plan): string[] {
  return [
    "@torch.no_grad()",
    "def validation_loss(model, batches, tokenizer, device):",
    '    """Mean loss over the batches of all devices."""',
    "    model.eval()",
    "    total = torch.zeros(2, device=device)",
    "    for batch in batches:",
    "        with forward_context(device):",
    "            total += torch.stack([loss_of(model, batch, tokenizer, device).float(), torch.ones((), device=device)])",
    ...(plan.deviceCount > 1 ? ["    if WORLD_SIZE > 1:", "        dist.all_reduce(total)"] : []),
    "    return (total[0] / total[1]).item()",
  ];
}

export function savingLines(plan: Plan): string[] {
  const { sharding, deviceCount, strategy } = plan;
  const isSharded = deviceCount > 1 && (sharding === "zero2" || sharding === "zero3");
  const whole = isSharded
    ? [
        "    # Every process takes part in putting the shards together.",
        "    options = StateDictOptions(full_state_dict=True, cpu_offload=True)",
        "    state = get_model_state_dict(step, options=options) if WORLD_SIZE > 1 else step.state_dict()",
      ]
    : ["    state = step.state_dict()"];
  const write = comparesWithClasses(plan)
    ? [
        `    trained = {name: value.cpu() for name, value in state.items() if name.startswith("${strategy.kind === "prompt" ? "context" : "head"}")}`,
        '    torch.save({"trained": trained, "class_names": class_names}, os.path.join(directory, "trained.pt"))',
      ]
    : [
        '    state = {name.removeprefix("clip."): value for name, value in state.items()}',
        "    step.clip.save_pretrained(directory, state_dict=state)",
        "    tokenizer.save_pretrained(directory)",
      ];
  return [
    `def save(step, tokenizer, ${comparesWithClasses(plan) ? "class_names, " : ""}directory):`,
    ...whole,
    "    if RANK != 0:",
    "        return",
    "    os.makedirs(directory, exist_ok=True)",
    ...write,
  ];
}
