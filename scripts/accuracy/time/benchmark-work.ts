import type { GpuSpec } from "../../../lib/catalogue/gpus";
import { resolveGpu } from "../../../lib/catalogue/gpus";
import { KERNEL_EFFICIENCIES, TF32_PRODUCTS } from "../../../lib/catalogue/kernel-efficiencies";
import { lowerStep } from "../../../lib/engine/pytorch/lower-step";
import { bytesPerElement, type LoweredStep } from "../../../lib/engine/tape";
import { cardOf, planStep, type ResolvedPlan } from "../../../lib/estimate/lowering";
import { ratesOf } from "../../../lib/estimate/time/card-rates";
import { stepSeconds } from "../../../lib/estimate/time/step-seconds";
import { copiesOf, type Node } from "../../../lib/graph/ir";
import { coefficientOf, lengthAt } from "../../../lib/graph/shape";
import type { TrainingGraph } from "../../../lib/graph/training-graph";
import { parsePlan } from "../../../lib/plan/parse-plan";
import type { AttentionKernel, Optimizer, Precision } from "../../../lib/plan/plan";
import { flopsOf } from "../../../lib/readings/counts";
import { type Kernel, kernelsOf } from "../../../lib/readings/kernels";
import { type CardRates, deviceSeconds } from "../../../lib/readings/roofline";
import type { Era, TimePrecision, TimeRow } from "../time-rows";
import { bertStep, timmTower, towerStep } from "./benchmark-graphs";

/** What the model and the formulas it is compared with need of one row. */
export interface RowWork {
  readonly gpu: GpuSpec;
  /** Seconds of one step, or of one forward pass for inference, before an era's efficiency. */
  readonly seconds: number;
  /** Seconds of collectives that nothing hides; an era's attention does not change them. */
  readonly exposedSeconds: number;
  /** FLOPs without recomputation. */
  readonly flops: number;
  readonly parameterCount: number;
  readonly peakFlopsPerSecond: number;
}

/** @returns null for a row whose model or configuration has no graph here, or whose card has no rates */
export function workOfRow(row: TimeRow): RowWork | null {
  if (row.gpuId === null || row.perDeviceBatchSize === null || row.precision === null) return null;
  const resolved = resolveGpu(row.gpuId);
  if (!resolved.ok) throw new Error(`${row.id}: the catalogue lacks ${row.gpuId}`);
  if (row.task === "clip_train") return clipWork(row);
  const graph = benchmarkGraph(row);
  return graph === null ? null : benchmarkWork(row, graph, resolved.gpu, row.precision, row.perDeviceBatchSize);
}

interface Read {
  readonly kernels: readonly Kernel[];
  readonly update: LoweredStep["update"];
  readonly flops: number;
  readonly parameterCount: number;
  readonly tensorCount: number;
}

interface BenchmarkGraph {
  /** Rows with the same key share a graph. */
  readonly key: string;
  readonly build: () => TrainingGraph;
  readonly attention: AttentionKernel;
  readonly optimizer: Optimizer;
  readonly implementation: "open_clip" | "transformers";
  /** On attention weights and on what attention and MLP add. */
  readonly dropout: boolean;
}

/** BERT is trained with a fused Adam, timm's towers with SGD; both attend without a fused kernel before PyTorch 2. */
function benchmarkGraph(row: TimeRow): BenchmarkGraph | null {
  const dtype = row.precision === "bf16" ? "bfloat16" : "float32";
  if (row.task === "bert_squad_train" && row.contextLength !== null) {
    const [model, tokens] = [row.model === "bert_large" ? "bert_large" : "bert_base", row.contextLength] as const;
    const optimizer = "adamw_fused";
    const build = () => bertStep(model, tokens, dtype, optimizer);
    return {
      key: `${row.model} ${tokens}`,
      build,
      attention: "eager",
      optimizer,
      implementation: "transformers",
      dropout: true,
    };
  }
  if (row.task !== "tower_train" && row.task !== "tower_inference") return null;
  const shape = timmTower(row.model);
  if (shape === null || row.imageSize === null || row.isCompiled) return null;
  const [size, trains] = [row.imageSize, row.task === "tower_train"];
  const optimizer = "sgd";
  const build = () => towerStep(shape, size, dtype, optimizer, trains);
  const attention = attentionOf(row.era);
  return {
    key: `${row.task} ${row.model} ${size}`,
    build,
    attention,
    optimizer,
    implementation: "open_clip",
    dropout: false,
  };
}

function attentionOf(era: Era | null): AttentionKernel {
  return era === "eager" ? "math" : "sdpa";
}

const readings = new Map<string, Read>();
const graphs = new Map<string, { training: TrainingGraph; lowered: LoweredStep }>();

function benchmarkWork(
  row: TimeRow,
  graph: BenchmarkGraph,
  gpu: GpuSpec,
  precision: TimePrecision,
  batchSize: number,
): RowWork | null {
  const card = ratesFor(gpu, precision);
  if (card === null) return null;
  const read = readingOf(graph, gpu, precision, batchSize);
  const update = row.task === "bert_squad_train" ? bertUpdate(read, precision) : read.update;
  let seconds = deviceSeconds([], update, card.rates, KERNEL_EFFICIENCIES).optimizer;
  for (const { kernels, rates } of byRates(read.kernels, card.rates, precision)) {
    const { forward, recompute, backward } = deviceSeconds(kernels, NO_UPDATE, rates, KERNEL_EFFICIENCIES);
    seconds = row.task === "tower_inference" ? seconds + forward : seconds + forward + recompute + backward;
  }
  return {
    gpu,
    seconds,
    exposedSeconds: 0,
    flops: read.flops,
    parameterCount: read.parameterCount,
    peakFlopsPerSecond: card.peak,
  };
}

const NO_UPDATE = { bytesMoved: 0, kernelCount: 0 } as const;

/**
 * Bytes per parameter that NVIDIA's BERT moves in its update. With fp16 parameters: gradients to fp32 (2 + 4), their norm
 * and its scaling (4 + 8), a fused Adam over fp32 copies (16 + 12), and back to fp16 (4 + 2). In fp32 an Adam of fifteen
 * separate operations: norm and scaling 12, first moment 20, second 20, root, sum and quotient 28, decay 20, step 20.
 */
const BERT_UPDATE = {
  half: { bytesPerParameter: 52, kernelsPerTensor: 0 },
  single: { bytesPerParameter: 120, kernelsPerTensor: 15 },
} as const;

function bertUpdate({ update, parameterCount, tensorCount }: Read, precision: TimePrecision): LoweredStep["update"] {
  const { bytesPerParameter, kernelsPerTensor } = BERT_UPDATE[precision === "fp16" ? "half" : "single"];
  const kernelCount = kernelsPerTensor === 0 ? update.kernelCount : kernelsPerTensor * tensorCount;
  return { bytesMoved: bytesPerParameter * parameterCount, kernelCount };
}

/** With TF32 the products of the backward pass run slower than those of the forward pass. */
function byRates(
  kernels: readonly Kernel[],
  rates: CardRates,
  precision: TimePrecision,
): readonly { readonly kernels: readonly Kernel[]; readonly rates: CardRates }[] {
  if (precision !== "tf32") return [{ kernels, rates }];
  const isWeightGrad = (kernel: Kernel) => kernel.operation === "LinearWeightGrad";
  const isInputGrad = (kernel: Kernel) => kernel.phase === "backward" && !isWeightGrad(kernel);
  const slowed = (fraction: number): CardRates => {
    const float32 = (rates.productFlopsPerSecond.float32 ?? 0) * fraction;
    return { ...rates, productFlopsPerSecond: { ...rates.productFlopsPerSecond, float32 } };
  };
  return [
    { kernels: kernels.filter((kernel) => kernel.phase !== "backward"), rates },
    { kernels: kernels.filter(isInputGrad), rates: slowed(TF32_PRODUCTS.inputGradient) },
    { kernels: kernels.filter(isWeightGrad), rates: slowed(TF32_PRODUCTS.weightGradient) },
  ];
}

function readingOf(graph: BenchmarkGraph, gpu: GpuSpec, precision: TimePrecision, batchSize: number): Read {
  const card = cardOf(gpu);
  const planPrecision = isHalved(graph, precision) ? "fp32" : PLAN_PRECISION[precision];
  const graphKey = `${graph.key} ${planPrecision} ${graph.attention} ${card.sm}`;
  const key = `${graphKey} ${precision} ${batchSize}`;
  const known = readings.get(key);
  if (known !== undefined) return known;
  let built = graphs.get(graphKey);
  if (built === undefined) {
    const training = graph.build();
    const lowered = lowerStep(training, {
      implementation: graph.implementation,
      precision: planPrecision,
      optimizer: graph.optimizer,
      attention: graph.attention,
      card,
      singleSample: batchSize === 1,
      frozenInEvalMode: false,
      deviceCount: 1,
      gradAccumulationSteps: 1,
      sharding: "none",
    });
    built = { training, lowered };
    graphs.set(graphKey, built);
  }
  const { training, lowered } = built;
  const { nodes } = training.graph;
  let parameterCount = 0;
  for (const { shape, scope } of training.graph.parameters) parameterCount += copiesOf(scope) * coefficientOf(shape);
  let flops = 0;
  for (const node of nodes) flops += copiesOf(node.scope) * flopsOf(node, batchSize);
  const tensorCount = training.graph.parameters.reduce((sum, { scope }) => sum + copiesOf(scope), 0);
  const all = [...kernelsOf(nodes, lowered, batchSize), ...dropoutKernels(nodes, lowered, batchSize, graph.dropout)];
  const kernels = isHalved(graph, precision) ? all.map(halved) : all;
  const read = { kernels, update: lowered.update, flops, parameterCount, tensorCount };
  readings.set(key, read);
  return read;
}

/** NVIDIA's mixed precision casts the whole model: softmax and norms too work on fp16, half the bytes of the step in fp32. */
function isHalved({ dropout }: BenchmarkGraph, precision: TimePrecision): boolean {
  return dropout && precision === "fp16";
}

function halved(kernel: Kernel): Kernel {
  return { ...kernel, bytes: kernel.bytes / 2, precision: "float16" };
}

/** CLIP has no dropout, so the graph has none: each reads and writes its tensor and a byte of mask, and so does its gradient. */
function dropoutKernels(
  nodes: readonly Node[],
  lowered: LoweredStep,
  batchSize: number,
  dropout: boolean,
): readonly Kernel[] {
  if (!dropout) return [];
  const shapeless = { flops: 0, rows: 0, columns: 0, inner: 0, kind: "stream" } as const;
  return nodes.flatMap((node) => {
    const [q, k] = node.inputs;
    const output = node.outputs[0];
    if (node.phase !== "forward" || output === undefined || q === undefined || k === undefined) return [];
    if (node.op !== "Attention" && !(node.op === "Add" && node.scope.path.includes("block"))) return [];
    const precision = lowered.dtypeOf(node.op === "Attention" ? q : output);
    const elements =
      node.op === "Attention"
        ? batchSize * lengthAt(q.shape, 1) * lengthAt(q.shape, 2) * lengthAt(k.shape, 2)
        : batchSize * coefficientOf(output.shape);
    const bytes = elements * (2 * bytesPerElement(precision) + 1);
    const like = { ...shapeless, operation: "Dropout", count: copiesOf(node.scope) };
    return [
      { ...like, precision, bytes, phase: "forward" },
      { ...like, precision, bytes, phase: "backward" },
    ] satisfies Kernel[];
  });
}

/** A plan's precision that moves the same bytes. Parameters in fp16 are as wide as in bf16. */
const PLAN_PRECISION = {
  fp32: "fp32",
  tf32: "fp32",
  amp: "amp",
  amp_bf16: "amp_bf16",
  bf16: "bf16",
  fp16: "bf16",
} as const satisfies Record<TimePrecision, Precision>;

function ratesFor(gpu: GpuSpec, precision: TimePrecision): { rates: CardRates; peak: number } | null {
  const needed = precision === "fp16" ? "amp" : precision === "tf32" ? "fp32" : precision;
  const answer = ratesOf(gpu, needed);
  if (answer.kind === "none") return null;
  const { rates } = answer;
  const unit = precision === "fp16" || precision === "amp" ? "fp16" : precision === "tf32" ? "tf32" : precision;
  const peak = gpu.peakFlopsPerSecond[unit === "amp_bf16" ? "bf16" : unit];
  if (peak === undefined) return null;
  const { productFlopsPerSecond: products } = rates;
  if (precision === "fp16" && products.float16 !== undefined) {
    return { rates: { ...rates, productFlopsPerSecond: { ...products, bfloat16: products.float16 } }, peak };
  }
  if (precision === "tf32") {
    const float32 = rates.convolutionFp32FlopsPerSecond;
    return { rates: { ...rates, productFlopsPerSecond: { ...products, float32 } }, peak };
  }
  return { rates, peak };
}

function clipWork(row: TimeRow): RowWork | null {
  const { precision, gradCheckpointing, clipModel } = row;
  if (clipModel === null || row.strategy !== "full" || row.textTower !== null || row.gpuCount === null) return null;
  if (precision === null || precision === "fp16" || precision === "tf32" || gradCheckpointing === null) return null;
  if (row.conditions.some((condition) => CHANGES_THE_STEP.test(condition))) return null;
  const parsed = parsePlan({
    model: clipModel,
    gpu: row.gpuId ?? "",
    precision,
    gradCheckpointing,
    perDeviceBatchSize: row.perDeviceBatchSize,
    deviceCount: row.gpuCount,
    attention: attentionOf(row.era),
    localLoss: row.conditions.includes("local_loss"),
    gatherWithGrad: row.conditions.includes("gather_with_grad"),
    ...(row.imageSize === null ? {} : { imageSize: row.imageSize }),
    ...(row.contextLength === null ? {} : { contextLength: row.contextLength }),
  });
  if (!parsed.ok) return null;
  return clipSeconds(parsed);
}

/** What a plan cannot say and what makes a step another one. */
const CHANGES_THE_STEP =
  /patch_dropout|gradcache|accumulation|tiled|offload|int8|teacher|adversarial|hard_neg|two_text|video|compiled|both_towers|layer_scale/;

function clipSeconds(resolved: ResolvedPlan): RowWork | null {
  const { plan, architecture, gpu } = resolved;
  const card = ratesFor(gpu, plan.precision);
  if (card === null) return null;
  const step = planStep(resolved, cardOf(gpu));
  const { nodes, parameters } = step.training.graph;
  let [weightBytes, parameterCount, flops] = [0, 0, 0];
  const width = plan.precision === "bf16" ? 2 : 4;
  for (const { shape, scope } of parameters) {
    const count = copiesOf(scope) * coefficientOf(shape);
    parameterCount += count;
    weightBytes += count * width;
  }
  for (const node of nodes)
    if (node.phase !== "recompute") flops += copiesOf(node.scope) * flopsOf(node, plan.perDeviceBatchSize);
  const kernels = kernelsOf(nodes, step.lowered, plan.perDeviceBatchSize);
  const work = { kernels, update: step.lowered.update, trainedBytes: weightBytes, weightBytes };
  const once = deviceSeconds(kernels, step.lowered.update, card.rates, KERNEL_EFFICIENCIES);
  const { device, communication } = stepSeconds(work, once, plan, architecture, gpu);
  return {
    gpu,
    seconds: device,
    exposedSeconds: communication.exposedSeconds,
    flops,
    parameterCount,
    peakFlopsPerSecond: card.peak,
  };
}
