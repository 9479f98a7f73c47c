import type { Implementation } from "@/lib/plan/plan";

interface FieldText {
  readonly label: string;
  readonly help: string;
  /** The flag of open_clip's training script or the argument of transformers' and PEFT's configuration. */
  readonly flag: string | Readonly<Record<Implementation, string>>;
}

/** The user's words for every field of a plan, with the name it has in the tools that train. */
export const FIELD_TEXTS = {
  model: {
    label: "Model",
    help: "Any CLIP or SigLIP by its open_clip name, the paper's name or its Hugging Face id.",
    flag: { open_clip: "--model", transformers: "from_pretrained" },
  },
  implementation: {
    label: "Implementation",
    help: "The two libraries keep different tensors for the backward pass.",
    flag: "implementation",
  },
  "strategy.kind": { label: "What trains", help: "", flag: "strategy" },
  "strategy.unlockedBlocks": {
    label: "Unlocked blocks",
    help: "The last blocks of each tower; final norms and projections train with them.",
    flag: { open_clip: "--lock-image-unlocked-groups", transformers: "requires_grad_" },
  },
  "strategy.rank": { label: "Rank", help: "Width of the adapter beside each weight matrix.", flag: "LoraConfig.r" },
  "strategy.targets": {
    label: "Adapted matrices",
    help: "In every block of both towers.",
    flag: "target_modules",
  },
  "strategy.contextTokens": {
    label: "Context tokens",
    help: "Learned vectors in front of each class name.",
    flag: "N_CTX",
  },
  classCount: {
    label: "Classes",
    help: "Outputs of a linear probe; texts in a batch of prompt tuning.",
    flag: "classnames",
  },
  perDeviceBatchSize: {
    label: "Batch per GPU",
    help: "Image–text pairs in one forward pass on one GPU.",
    flag: { open_clip: "--batch-size", transformers: "per_device_train_batch_size" },
  },
  precision: {
    label: "Precision",
    help: "Mixed precision keeps fp32 weights; bf16 keeps everything in 16 bits.",
    flag: { open_clip: "--precision", transformers: "fp16 / bf16" },
  },
  gradCheckpointing: {
    label: "Gradient checkpointing",
    help: "Keeps only each block's input and computes the rest again: less memory, more time.",
    flag: { open_clip: "--grad-checkpointing", transformers: "gradient_checkpointing" },
  },
  optimizer: {
    label: "Optimizer",
    help: "AdamW keeps two more values per trained weight.",
    flag: { open_clip: "--opt", transformers: "optim" },
  },
  gpu: { label: "GPU", help: "The memory a process can really get is used, not the advertised figure.", flag: "gpu" },
  "gpu.name": { label: "Name of your card", help: "As you would like to see it in the answer.", flag: "gpu.name" },
  "gpu.memoryBytes": {
    label: "Memory",
    help: "In GiB, as advertised; what a process can get of it is derived from similar cards.",
    flag: "gpu.memoryBytes",
  },
  "gpu.computeCapability": {
    label: "Compute capability",
    help: "Such as 8.9; decides which attention kernels and workspaces apply.",
    flag: "gpu.computeCapability",
  },
  "gpu.memoryBandwidthBytesPerSecond": {
    label: "Memory bandwidth",
    help: "In GB/s, from the data sheet. Without it no time is given.",
    flag: "gpu.memoryBandwidthBytesPerSecond",
  },
  "gpu.peakFlopsPerSecond.fp32": {
    label: "Peak in fp32",
    help: "In TFLOP/s, dense, outside the matrix units. Without it no time is given.",
    flag: "gpu.peakFlopsPerSecond.fp32",
  },
  "gpu.peakFlopsPerSecond.fp16": {
    label: "Peak in fp16",
    help: "In TFLOP/s, dense; sheets often state the double, for sparse matrices.",
    flag: "gpu.peakFlopsPerSecond.fp16",
  },
  "gpu.peakFlopsPerSecond.bf16": {
    label: "Peak in bf16",
    help: "In TFLOP/s, dense; leave it empty for a card that has no bf16 units.",
    flag: "gpu.peakFlopsPerSecond.bf16",
  },
  deviceCount: {
    label: "GPUs",
    help: "Each holds the whole model and its own batch.",
    flag: { open_clip: "torchrun --nproc-per-node", transformers: "torchrun --nproc-per-node" },
  },
  gradAccumulationSteps: {
    label: "Accumulation steps",
    help: "Passes before one optimizer step. They do not enlarge the contrastive batch.",
    flag: { open_clip: "--accum-freq", transformers: "gradient_accumulation_steps" },
  },
  attention: {
    label: "Attention",
    help: "Fused kernels never store the attention matrix; math and eager do.",
    flag: "attn_implementation",
  },
  localLoss: {
    label: "Local loss",
    help: "Each GPU compares its own rows with the gathered ones only.",
    flag: "--local-loss",
  },
  gatherWithGrad: {
    label: "Gather with gradient",
    help: "Lets gradients flow through the gathered features of other GPUs.",
    flag: "--gather-with-grad",
  },
  sharding: {
    label: "Sharding",
    help: "What the GPUs divide among them: optimizer state, gradients too, or parameters too.",
    flag: { open_clip: "sharding", transformers: "fsdp / deepspeed" },
  },
  imageSize: {
    label: "Image size",
    help: "Pixels along one side; the model's own unless you change it.",
    flag: { open_clip: "--force-image-size", transformers: "image_size" },
  },
  contextLength: {
    label: "Context length",
    help: "Text tokens, padding included; the model's own unless you change it.",
    flag: { open_clip: "--force-context-length", transformers: "max_position_embeddings" },
  },
  trainSampleCount: {
    label: "Training pairs",
    help: "Seen once an epoch.",
    flag: { open_clip: "--train-num-samples", transformers: "train_dataset" },
  },
  validationSampleCount: {
    label: "Validation pairs",
    help: "Go forward after every epoch; 0 for no validation.",
    flag: { open_clip: "--val-num-samples", transformers: "eval_dataset" },
  },
  epochs: {
    label: "Epochs",
    help: "Time and cost grow with them.",
    flag: { open_clip: "--epochs", transformers: "num_train_epochs" },
  },
  samplesSeen: {
    label: "Samples seen",
    help: "Training stops after so many, in the middle of an epoch if need be; empty where epochs decide.",
    flag: { open_clip: "samplesSeen", transformers: "max_steps" },
  },
  checkpointEveryEpochs: {
    label: "Epochs between checkpoints",
    help: "Weights and optimizer state are written; after the last epoch in any case.",
    flag: { open_clip: "--save-frequency", transformers: "save_strategy" },
  },
  loaderWorkers: {
    label: "Loader workers",
    help: "Processes per GPU that decode images, a processor core for each.",
    flag: { open_clip: "--workers", transformers: "dataloader_num_workers" },
  },
  averageImageBytes: {
    label: "Average image file",
    help: "In kB, as stored on disk; larger files take longer to decode.",
    flag: "averageImageBytes",
  },
  storageBytesPerSecond: {
    label: "Storage",
    help: "In MB/s, what one machine reads of image files; a network disk gives less than a local one.",
    flag: "storageBytesPerSecond",
  },
  pricePerGpuHour: {
    label: "Your price",
    help: "In USD for one GPU and hour; without it, listed offers are used.",
    flag: "pricePerGpuHour",
  },
} as const satisfies Record<string, FieldText>;

export type FieldPath = keyof typeof FIELD_TEXTS;

/** The name of a field in the library that was chosen. */
export function flagOf(path: FieldPath, implementation: Implementation): string {
  const { flag } = FIELD_TEXTS[path];
  return typeof flag === "string" ? flag : flag[implementation];
}

/** The label a path of an issue or an assumption is known by, or the path itself. */
export function labelOf(path: string): string {
  const texts: Readonly<Record<string, FieldText>> = FIELD_TEXTS;
  if (path === "strategy") return FIELD_TEXTS["strategy.kind"].label;
  return texts[path]?.label ?? texts[path.split(".")[0] ?? ""]?.label ?? path;
}
