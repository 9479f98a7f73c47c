import type { GpuSpec } from "../../../lib/catalogue/gpus";
import { resolveGpu } from "../../../lib/catalogue/gpus";
import {
  HOST_SECONDS_PER_KERNEL,
  KERNEL_EFFICIENCIES,
  TF32_PRODUCTS,
} from "../../../lib/catalogue/kernel-efficiencies";
import { lowerStep } from "../../../lib/engine/pytorch/lower-step";
import type { LoweredStep } from "../../../lib/engine/tape";
import { cardOf } from "../../../lib/estimate/lowering";
import { copiesOf } from "../../../lib/graph/ir";
import { coefficientOf } from "../../../lib/graph/shape";
import type { TrainingGraph } from "../../../lib/graph/training-graph";
import type { AttentionKernel, Optimizer, Precision } from "../../../lib/plan/plan";
import { flopsOf } from "../../../lib/readings/counts";
import { type Kernel, kernelsOf } from "../../../lib/readings/kernels";
import { type CardRates, deviceSeconds } from "../../../lib/readings/roofline";
import type { TimePrecision, TimeRow } from "../time-rows";
import { bertStep, timmTower, towerStep } from "./benchmark-graphs";
import { ratesFor } from "./benchmark-rates";
import { dropoutAndMaskKernels } from "./bert-kernels";
import { clipWork } from "./clip-work";
import type { RowWork } from "./row-work";
import { addsBiasApart, attentionOf, biasKernels, waitsToClip } from "./software";

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
  readonly biasApart: boolean;
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
      biasApart: addsBiasApart(row.torchVersion),
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
    biasApart: addsBiasApart(row.torchVersion),
  };
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
  const isBert = row.task === "bert_squad_train";
  const update = isBert ? bertUpdate(read, precision) : read.update;
  const updateSeconds = deviceSeconds([], update, card.rates, KERNEL_EFFICIENCIES).optimizer;
  const waits = isBert && precision !== "fp16" && waitsToClip(row.torchVersion);
  const hostSeconds = waits ? update.kernelCount * HOST_SECONDS_PER_KERNEL.likely : 0;
  let seconds = Math.max(updateSeconds, hostSeconds);
  for (const { kernels, rates } of byRates(read.kernels, card.rates, hasSlowLayouts(gpu, precision))) {
    const { forward, recompute, backward } = deviceSeconds(kernels, NO_UPDATE, rates, KERNEL_EFFICIENCIES);
    seconds = row.task === "tower_inference" ? seconds + forward : seconds + forward + recompute + backward;
  }
  return {
    gpu,
    seconds,
    exposedSeconds: 0,
    loadingCoreSeconds: null,
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

/**
 * Hopper's matrix units take 32-bit operands in one order alone, so that with TF32 the products of the backward pass run
 * slower than those of the forward pass. Source: PTX ISA, `wgmma.mma_async`: transposition for 16-bit types only.
 */
function hasSlowLayouts({ computeCapability }: GpuSpec, precision: TimePrecision): boolean {
  return precision === "tf32" && computeCapability === HOPPER;
}

const HOPPER = "9.0";

function byRates(
  kernels: readonly Kernel[],
  rates: CardRates,
  slowLayouts: boolean,
): readonly { readonly kernels: readonly Kernel[]; readonly rates: CardRates }[] {
  if (!slowLayouts) return [{ kernels, rates }];
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
  const key = `${graphKey} ${precision} ${batchSize} ${graph.biasApart}`;
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
  const all = [
    ...kernelsOf(nodes, lowered, batchSize),
    ...(graph.dropout ? dropoutAndMaskKernels(nodes, lowered, batchSize) : []),
    ...(graph.biasApart ? biasKernels(nodes, lowered, batchSize) : []),
  ];
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

/** A plan's precision that moves the same bytes. Parameters in fp16 are as wide as in bf16. */
const PLAN_PRECISION = {
  fp32: "fp32",
  tf32: "fp32",
  amp: "amp",
  amp_bf16: "amp_bf16",
  bf16: "bf16",
  fp16: "bf16",
} as const satisfies Record<TimePrecision, Precision>;
